"""The sortable tables: all numbers of the test, and the losses at the end of training.

A table for each group of numbers, since one with all of them would be wider than anybody reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures, rows
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.measures import NO_VALUE, Measure
from latentmaps.report import glossary
from latentmaps.report.glossary import Term


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
    """

    text: str
    order: str
    note: str = ""


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


def make_tables(drawn: Sequence[Experiment], keys: Sequence[str]) -> list[Scores]:
    """Gives the tables with a row for each experiment; none of numbers that nobody has.

    Args:
        drawn: the experiments, in the order of the rows.
        keys: of the rows of these experiments.
    """
    faces = _faces(drawn)
    groups = [
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
        for key, caption, group in groups
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
        ScoreRow(row, one.name, [fact(one), *_parameters(texts), *numbers(one, compared)])
        for row, one, texts in zip(keys, drawn, differing, strict=True)
    ]
    return Scores(key, caption, columns, table_rows) if compared else None


def fact(one: Experiment) -> Score:
    """Gives the cell of fact."""
    return Score(one.label, "" if one.label == "unknown" else repr(one.fact))


def _parameters(texts: Mapping[str, str]) -> list[Score]:
    return [Score(text, "" if text == NO_VALUE else text) for text in texts.values()]


def numbers(one: Experiment, compared: Sequence[Measure]) -> list[Score]:
    """Gives the cells of some numbers of an experiment."""
    return [_number(one, each) for each in compared]


def _number(one: Experiment, measure: Measure) -> Score:
    value = measure.of(one)
    if value is None:
        return Score(NO_VALUE, "")
    return Score(measure.text(one), repr(value), measure.note(one))
