"""The tables of one number each: samplers by experiments, beside real faces."""

from collections.abc import Sequence

from latentmaps.compare import measures
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.measures import NO_VALUE
from latentmaps.report import glossary, sampler_numbers
from latentmaps.report.glossary import Term
from latentmaps.report.sampler_numbers import REAL
from latentmaps.report.tables import Cell, Head, Row, Table

# the same as in the report, the distance that is also drawn over fact first
_OF_FEATURES = sorted(sampler_numbers.OF_FEATURES, key=lambda name: name != "kernel_distance")


def make_tables(drawn: Sequence[Experiment]) -> list[Table]:
    """Gives a table for each number on random faces: samplers by experiments.

    The first row is what real faces have, the floor. The best sampler of each experiment is marked.

    Args:
        drawn: the experiments, in the order of the rows.
    """
    sampled = [one for one in drawn if measures.kinds_of_faces(one)]
    paths = [
        *((net, name) for net in measures.feature_nets(sampled) for name in _OF_FEATURES),
        *((name,) for name in sampler_numbers.OF_PICTURES),
    ]
    return [_sampler_table(sampled, path) for path in paths if _has(sampled, path)]


def _has(sampled: Sequence[Experiment], path: Sequence[str]) -> bool:
    return any(
        one.number("test", "samples", sampler, *path) is not None
        for one in sampled
        for sampler in measures.kinds_of_faces(one)
    )


def _sampler_table(sampled: Sequence[Experiment], path: Sequence[str]) -> Table:
    term = glossary.term(path[-1])
    label = sampler_numbers.label(path[-1], path[0])
    names = list(dict.fromkeys(name for one in sampled for name in measures.kinds_of_faces(one)))
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
    rivals = {name: value for name, value in known.items() if name != REAL}
    best = term.best(rivals, real=known.get(REAL))
    return {
        name: Cell(NO_VALUE if value is None else _text(one, [name, *path], value), name in best)
        for name, value in values.items()
    }


def _text(one: Experiment, path: Sequence[str], value: float) -> str:
    *way, name = path
    text = glossary.term(name).text(value)
    error = one.number("test", "samples", *way, sampler_numbers.ERRORS.get(name, name))
    if error is None or name not in sampler_numbers.ERRORS:
        return text
    return sampler_numbers.with_error(text, name, error)


def _head(kind: str, sampled: Sequence[Experiment]) -> Head:
    try:
        return sampler_numbers.head(kind, " or ".join(measures.counts(sampled, "temperature")))
    except KeyError:  # a sampler of another version
        return Head(kind)
