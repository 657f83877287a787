"""The sortable tables: all numbers of the test, and the losses at the end of training.

A table for each group of numbers, since one with all of them would be wider than anybody reads.
Those of random faces have a row for each sampler of each experiment: sorted, they tell which fact
with which sampler gives the best faces.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures, rows
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.measures import NO_VALUE, Measure
from latentmaps.report import glossary, samplers
from latentmaps.report.glossary import Term
from latentmaps.report.samplers import REAL


@dataclass(frozen=True)
class Column:
    """A column.

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
    """A cell.

    Attributes:
        text: as it stands there.
        order: by which the table is sorted, a number or a text; empty: always last.
        note: stands beside the text.
        is_best: it is marked as the best of its experiment.
    """

    text: str
    order: str
    note: str = ""
    is_best: bool = False


@dataclass(frozen=True)
class ScoreRow:
    """A row.

    Attributes:
        key: of the row of the experiment with its faces; empty: it belongs to no single one.
        name: of the experiment.
        cells: one for each column.
    """

    key: str
    name: str
    cells: Sequence[Score]


@dataclass(frozen=True)
class Scores:
    """A sortable table, in the order of fact.

    Attributes:
        key: its name within the page.
        caption: what it shows.
        columns: of the cells; the first one is fact.
        rows: from the top.
        is_long: it has several rows for each experiment.
    """

    key: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[ScoreRow]
    is_long: bool = False


def tabulate_experiments(drawn: Sequence[Experiment], keys: Sequence[str]) -> list[Scores]:
    """Return the tables with a row for each experiment; none of numbers that nobody has.

    Args:
        drawn: the experiments, in the order of the rows.
        keys: of the rows of these experiments.
    """
    faces = _faces(drawn)
    of_tables = [
        (
            "training",
            "The end of training, on the validation part where nothing else is said",
            measures.TRAINING,
        ),
        (
            "posterior-mean",
            f"Reconstructions of {faces}, from the posterior mean",
            measures.POSTERIOR_MEAN,
        ),
        ("sampled", f"Reconstructions of {faces}, from a sampled z", measures.SAMPLED),
        ("latent-space", f"Latent space: where {faces} lie", measures.LATENT_SPACE),
    ]
    # What differs stands in the first table alone, and in the rows of faces, where all tables lead.
    differing = rows.differing_parameters(drawn)
    without: list[dict[str, str]] = [{} for _ in drawn]
    made = [
        _make_table(key, caption, drawn, keys, group, differing if key == "training" else without)
        for key, caption, group in of_tables
    ]
    return [one for one in made if one is not None]


def _faces(drawn: Sequence[Experiment]) -> str:
    counts = measures.counts(drawn, "num_test")
    return f"{' or '.join(counts)} test faces" if counts else "test faces"


def _make_table(
    key: str,
    caption: str,
    drawn: Sequence[Experiment],
    keys: Sequence[str],
    group: Sequence[Measure],
    differing: Sequence[Mapping[str, str]],
) -> Scores | None:
    # a number that nobody has would be an empty column
    compared = [one for one in group if any(one.of(each) is not None for each in drawn)]
    columns = [
        Column(f"{key}-fact", "fact", glossary.term("fact")),
        *(Column(f"parameter-{name}", name, is_differing=True) for name in differing[0]),
        *(Column(f"{key}-{one.key}", one.label, one.term) for one in compared),
    ]
    table_rows = [
        ScoreRow(
            row, one.name, [score_fact(one), *score_parameters(texts), *_numbers(one, compared)]
        )
        for row, one, texts in zip(keys, drawn, differing, strict=True)
    ]
    return Scores(key, caption, columns, table_rows) if compared else None


def score_fact(one: Experiment) -> Score:
    """Return the cell with the fact of an experiment."""
    return Score(one.label, "" if one.label == "unknown" else repr(one.fact))


def score_parameters(texts: Mapping[str, str]) -> list[Score]:
    """Return the cells of parameters that differ: name -> text."""
    return [Score(text, "" if text == NO_VALUE else text) for text in texts.values()]


def _numbers(one: Experiment, compared: Sequence[Measure]) -> list[Score]:
    return [_number(one, each) for each in compared]


def _number(one: Experiment, measure: Measure) -> Score:
    value = measure.of(one)
    if value is None:
        return Score(NO_VALUE, "")
    return Score(measure.text(one), repr(value), measure.note(one))


def tabulate_samplers(drawn: Sequence[Experiment], keys: Sequence[str]) -> list[Scores]:
    """Return a table for each feature net; the first one has the pictures' own numbers, too.

    Args:
        drawn: the experiments, in the order of the rows.
        keys: of the rows of these experiments.
    """
    nets = measures.feature_nets(drawn)
    made = [_tabulate_net(net, drawn, keys, is_first=net == nets[0]) for net in nets]
    return [one for one in made if one.rows]


def _tabulate_net(
    net: str, drawn: Sequence[Experiment], keys: Sequence[str], *, is_first: bool
) -> Scores:
    with_net = [(key, one) for key, one in zip(keys, drawn, strict=True) if _has(one, net)]
    count = " or ".join(measures.counts([one for _, one in with_net], "num_compared"))
    place = f"random-{net}"
    columns = [
        Column(f"{place}-fact", "fact", glossary.term("fact")),
        Column(f"{place}-faces", "Faces"),
        *(
            Column(f"{place}-{one.term.name}", one.label, one.term)
            for one in _of_kind(REAL, net, is_first=is_first)
        ),
    ]
    return Scores(
        key=place,
        caption=f"Random faces by {net}: {count} of each kind, compared with as many test faces",
        columns=columns,
        rows=_sampler_rows(with_net, net, is_first=is_first),
        is_long=True,
    )


def _has(one: Experiment, net: str) -> bool:
    return any(
        measure.of(one) is not None
        for kind in measures.kinds_of_faces(one)
        for measure in measures.of_samples(kind, net)
    )


def _of_kind(kind: str, net: str, *, is_first: bool) -> list[Measure]:
    return [
        *(measures.of_pictures(kind) if is_first else []),
        *measures.of_samples(kind, net),
    ]


def _sampler_rows(
    with_net: Sequence[tuple[str, Experiment]], net: str, *, is_first: bool
) -> list[ScoreRow]:
    made: list[ScoreRow] = []
    of_real: list[ScoreRow] = []
    for key, one in with_net:
        kinds = measures.kinds_of_faces(one)
        cells = _sampler_cells(one, {k: _of_kind(k, net, is_first=is_first) for k in kinds})
        for place, kind in enumerate(kinds):
            faces = Score(_kind_label(one, kind), str(place))
            row = ScoreRow(key, one.name, [score_fact(one), faces, *cells[kind]])
            (of_real if kind == REAL else made).append(row)
    return [*made, *_once(of_real)]


def _sampler_cells(
    one: Experiment, of_kinds: Mapping[str, Sequence[Measure]]
) -> dict[str, list[Score]]:
    """Return kind of faces -> cells of its numbers; the best sampler of each number is marked."""
    cells: dict[str, list[Score]] = {kind: [] for kind in of_kinds}
    for of_number in zip(*of_kinds.values(), strict=True):
        values = {
            kind: value
            for kind, measure in zip(of_kinds, of_number, strict=True)
            if (value := measure.of(one)) is not None
        }
        best = samplers.find_best(of_number[0].term, values)
        for kind, measure in zip(of_kinds, of_number, strict=True):
            score = _number(one, measure)
            cells[kind].append(dataclasses.replace(score, is_best=kind in best))
    return cells


def _once(of_real: Sequence[ScoreRow]) -> Sequence[ScoreRow]:
    """Return one row for the real faces of all experiments, where all have the same numbers."""
    if len(of_real) < 2 or any(row.cells[1:] != of_real[0].cells[1:] for row in of_real):
        return of_real
    return [ScoreRow("", "all", [Score(NO_VALUE, ""), *of_real[0].cells[1:]])]


def _kind_label(one: Experiment, kind: str) -> str:
    """Return what a kind of random faces is called; its own name, if it is of another version."""
    temperature = one.number("test", "temperature")
    try:
        return samplers.head(kind, "" if temperature is None else f"{temperature:g}").label
    except KeyError:
        return kind
