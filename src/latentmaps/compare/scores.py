"""The tables of the page: all numbers of all experiments, and the samplers over fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures, rows
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.measures import NO_VALUE
from latentmaps.report import glossary, tables
from latentmaps.report.glossary import Term
from latentmaps.report.tables import Cell, Head, Row, Table

_REAL = "real"
_OF_PICTURES = ("sharpness", "diversity")
_OF_FEATURES = (
    *("kernel_distance", "frechet_distance", "precision", "recall"),
    *("density", "coverage", "nearest_training"),
)
# The only features whose Frechet distance compares with published values of FID.
_INCEPTION_2015 = "inception-2015-fid"


@dataclass(frozen=True)
class Column:
    """A column of the sortable table.

    Attributes:
        key: its name within the page.
        label: on top.
        term: explains it; None: a parameter.
        is_differing: a parameter that is not the same in all experiments.
    """

    key: str
    label: str
    term: Term | None = None
    is_differing: bool = False


@dataclass(frozen=True)
class Score:
    """A cell of the sortable table.

    Attributes:
        text: as it stands there.
        order: by which the table is sorted, a number or a text; empty: always last.
    """

    text: str
    order: str


@dataclass(frozen=True)
class Scores:
    """The sortable table: a row for each experiment, in the order of the other rows.

    Attributes:
        columns: of the cells; the first one is fact.
        rows: key of the row of the experiment, its name, its cells.
    """

    columns: Sequence[Column]
    rows: Sequence[tuple[str, str, Sequence[Score]]]


def make_scores(drawn: Sequence[Experiment], keys: Sequence[str]) -> Scores:
    """Gives the table of all numbers.

    Args:
        drawn: the experiments, in the order of the rows.
        keys: of the rows of these experiments.
    """
    nets = measures.feature_nets(drawn)
    differing = rows.differing_parameters(drawn)
    compared = measures.all_measures(nets[0] if nets else "")
    # a number that nobody has would be an empty column
    compared = [one for one in compared if any(one.of(each) is not None for each in drawn)]
    columns = [
        Column("fact", "fact", glossary.term("fact")),
        *(Column(f"parameter-{name}", name, is_differing=True) for name in differing[0]),
        *(Column(one.key, one.label, one.term) for one in compared),
    ]
    return Scores(
        columns,
        [
            (key, one.name, [_fact(one), *_parameters(texts), *_numbers(one, compared)])
            for key, one, texts in zip(keys, drawn, differing, strict=True)
        ],
    )


def _fact(one: Experiment) -> Score:
    return Score(one.label, "" if one.label == "unknown" else repr(one.fact))


def _parameters(texts: Mapping[str, str]) -> list[Score]:
    return [Score(text, "" if text == NO_VALUE else text) for text in texts.values()]


def _numbers(one: Experiment, compared: Sequence[measures.Measure]) -> list[Score]:
    values = [(each.text(one), each.of(one)) for each in compared]
    return [Score(text, "" if value is None else repr(value)) for text, value in values]


def sampler_tables(drawn: Sequence[Experiment]) -> list[Table]:
    """Gives a table for each number on random faces: samplers by experiments.

    The first row is what real faces have, the floor. The best sampler of each experiment is marked.

    Args:
        drawn: the experiments, in the order of the rows.
    """
    sampled = [one for one in drawn if isinstance(one.test.get("samples"), Mapping)]
    paths = [
        *((net, name) for net in measures.feature_nets(sampled) for name in _OF_FEATURES),
        *((name,) for name in _OF_PICTURES),
    ]
    return [_sampler_table(sampled, path) for path in paths if _has(sampled, path)]


def _has(sampled: Sequence[Experiment], path: Sequence[str]) -> bool:
    return any(
        one.number("test", "samples", sampler, *path) is not None
        for one in sampled
        for sampler in one.test["samples"]
    )


def _sampler_table(sampled: Sequence[Experiment], path: Sequence[str]) -> Table:
    term = glossary.term(path[-1])
    label = "FID" if path == (_INCEPTION_2015, "frechet_distance") else term.label
    names = list(dict.fromkeys(name for one in sampled for name in one.test["samples"]))
    columns = [_cells(one, names, path, term) for one in sampled]
    where = f" of the features {path[0]}" if len(path) > 1 else ""
    return Table(
        key="-".join(["samplers", *path]).replace("_", "-"),
        caption=f"{label}{where}. {term.explanation}",
        corner=Head(label),
        columns=[Head(f"fact {one.label} ({one.name})") for one in sampled],
        rows=[Row(_head(name, sampled), [column[name] for column in columns]) for name in names],
    )


def _cells(
    one: Experiment, names: Sequence[str], path: Sequence[str], term: Term
) -> dict[str, Cell]:
    values = {name: one.number("test", "samples", name, *path) for name in names}
    known = {name: value for name, value in values.items() if value is not None}
    rivals = {name: value for name, value in known.items() if name != _REAL}
    best = term.best(rivals, real=known.get(_REAL))
    return {
        name: Cell(NO_VALUE if value is None else term.text(value), name in best)
        for name, value in values.items()
    }


def _head(name: str, sampled: Sequence[Experiment]) -> Head:
    if name == _REAL:
        return tables.head(_REAL, note="the floor")
    sampler = name.removesuffix("_cool")
    try:
        label = glossary.term(sampler).label
    except KeyError:  # a sampler of another version
        return Head(name)
    if sampler == name:
        return tables.head(sampler)
    temperatures = {one.number("test", "temperature") for one in sampled} - {None}
    to = (
        f" to {' or '.join(f'{t:g}' for t in sorted(filter(None, temperatures)))}"
        if temperatures
        else ""
    )
    return tables.head("temperature", label=f"{label}, cooled{to}")
