"""The sortable tables of all test numbers and of the losses at the end of training.

Each group of numbers has its own table, since a single table would be too wide to read. The tables
for random faces have a row for each sampler of each experiment; sorting them shows which fact and
which sampler produce the best faces.
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
class ScoreColumn:
    """A column of a sortable table.

    Attributes:
        key: its unique name on the page.
        label: text of its header.
        term: glossary entry that explains it; None for a parameter.
        is_differing: whether it shows a parameter that differs between experiments.
    """

    key: str
    label: str
    term: Term | None = None
    is_differing: bool = False


@dataclass(frozen=True)
class ScoreCell:
    """A cell of a sortable table.

    Attributes:
        text: the visible text.
        order: the sort key, a number or a string; empty to sort last in either direction.
        note: a note next to the text.
        is_best: whether it is marked as the best value for its experiment.
    """

    text: str
    order: str
    note: str = ""
    is_best: bool = False


@dataclass(frozen=True)
class ScoreRow:
    """A row of a sortable table.

    Attributes:
        key: key of the row that shows the faces of the experiment; empty if the row belongs to
            several experiments.
        name: name of the experiment.
        cells: one cell per column.
    """

    key: str
    name: str
    cells: Sequence[ScoreCell]


@dataclass(frozen=True)
class ScoreTable:
    """A sortable table, initially sorted by fact.

    Attributes:
        key: its unique name on the page.
        caption: what it shows.
        columns: the columns; the first column is fact.
        rows: the rows, from top to bottom.
        is_long: whether it has several rows for each experiment.
    """

    key: str
    caption: str
    columns: Sequence[ScoreColumn]
    rows: Sequence[ScoreRow]
    is_long: bool = False


def tabulate_experiments(
    experiments: Sequence[Experiment], keys: Sequence[str]
) -> list[ScoreTable]:
    """Return the tables with one row per experiment, leaving out tables that would be empty.

    Args:
        experiments: the experiments, in the order of the rows.
        keys: the key of each experiment's row.
    """
    faces = _test_faces(experiments)
    measure_groups = [
        (
            "training",
            "End of training, on the validation part unless stated otherwise",
            measures.TRAINING,
        ),
        (
            "posterior-mean",
            f"Reconstructions of {faces}, from the posterior mean",
            measures.POSTERIOR_MEAN,
        ),
        ("sampled", f"Reconstructions of {faces}, from a sampled z", measures.SAMPLED),
        ("latent-space", f"Latent space: encodings of {faces}", measures.LATENT_SPACE),
    ]
    # Differing parameters are columns of the first table only. They are also in the rows of faces,
    # to which all tables link.
    differing = rows.differing_parameters(experiments)
    without: list[dict[str, str]] = [{} for _ in experiments]
    tables = [
        _make_table(
            key, caption, experiments, keys, group, differing if key == "training" else without
        )
        for key, caption, group in measure_groups
    ]
    return [table for table in tables if table is not None]


def _test_faces(experiments: Sequence[Experiment]) -> str:
    counts = measures.distinct_counts(experiments, "num_test")
    return f"{' or '.join(counts)} test faces" if counts else "test faces"


def _make_table(
    key: str,
    caption: str,
    experiments: Sequence[Experiment],
    keys: Sequence[str],
    group: Sequence[Measure],
    differing: Sequence[Mapping[str, str]],
) -> ScoreTable | None:
    # a number that no experiment has would produce an empty column
    compared = [
        m for m in group if any(m.value(experiment) is not None for experiment in experiments)
    ]
    columns = [
        ScoreColumn(f"{key}-fact", "fact", glossary.term("fact")),
        *(ScoreColumn(f"parameter-{name}", name, is_differing=True) for name in differing[0]),
        *(ScoreColumn(f"{key}-{measure.key}", measure.label, measure.term) for measure in compared),
    ]
    table_rows = [
        ScoreRow(
            row_key,
            experiment.name,
            [
                score_fact(experiment),
                *score_parameters(texts),
                *(_number(experiment, measure) for measure in compared),
            ],
        )
        for row_key, experiment, texts in zip(keys, experiments, differing, strict=True)
    ]
    return ScoreTable(key, caption, columns, table_rows) if compared else None


def score_fact(experiment: Experiment) -> ScoreCell:
    """Return the cell that shows the fact of an experiment."""
    label = experiment.label
    return ScoreCell(label, "" if label == "unknown" else repr(experiment.kl_weight))


def score_parameters(texts: Mapping[str, str]) -> list[ScoreCell]:
    """Return one cell for each differing parameter; `texts` maps names to text."""
    return [ScoreCell(text, "" if text == NO_VALUE else text) for text in texts.values()]


def _number(experiment: Experiment, measure: Measure) -> ScoreCell:
    value = measure.value(experiment)
    if value is None:
        return ScoreCell(NO_VALUE, "")
    return ScoreCell(measure.text(experiment), repr(value), measure.note(experiment))


def tabulate_samplers(experiments: Sequence[Experiment], keys: Sequence[str]) -> list[ScoreTable]:
    """Return a table for each feature net; the first table also has numbers that need no net.

    Args:
        experiments: the experiments, in the order of the rows.
        keys: the key of each experiment's row.
    """
    nets = measures.feature_nets(experiments)
    tables = [_tabulate_net(net, experiments, keys, is_first=net == nets[0]) for net in nets]
    return [table for table in tables if table.rows]


def _tabulate_net(
    net: str, experiments: Sequence[Experiment], keys: Sequence[str], *, is_first: bool
) -> ScoreTable:
    pairs = zip(keys, experiments, strict=True)
    with_net = [(key, experiment) for key, experiment in pairs if _has(experiment, net)]
    count = " or ".join(measures.distinct_counts([each for _, each in with_net], "num_compared"))
    place = f"random-{net}"
    columns = [
        ScoreColumn(f"{place}-fact", "fact", glossary.term("fact")),
        ScoreColumn(f"{place}-faces", "Faces"),
        *(
            ScoreColumn(f"{place}-{measure.term.name}", measure.label, measure.term)
            for measure in _kind_measures(REAL, net, is_first=is_first)
        ),
    ]
    return ScoreTable(
        key=place,
        caption=f"Random faces by {net}: {count} of each kind, compared with {count} test faces",
        columns=columns,
        rows=_sampler_rows(with_net, net, is_first=is_first),
        is_long=True,
    )


def _has(experiment: Experiment, net: str) -> bool:
    return any(
        measure.value(experiment) is not None
        for kind in measures.face_kinds(experiment)
        for measure in measures.feature_measures(kind, net)
    )


def _kind_measures(kind: str, net: str, *, is_first: bool) -> list[Measure]:
    return [
        *(measures.picture_measures(kind) if is_first else []),
        *measures.feature_measures(kind, net),
    ]


def _sampler_rows(
    with_net: Sequence[tuple[str, Experiment]], net: str, *, is_first: bool
) -> list[ScoreRow]:
    random_rows: list[ScoreRow] = []
    real_rows: list[ScoreRow] = []
    for key, experiment in with_net:
        kinds = measures.face_kinds(experiment)
        kind_measures = {kind: _kind_measures(kind, net, is_first=is_first) for kind in kinds}
        cells = _sampler_cells(experiment, kind_measures)
        for place, kind in enumerate(kinds):
            faces = ScoreCell(_kind_label(experiment, kind), str(place))
            row = ScoreRow(key, experiment.name, [score_fact(experiment), faces, *cells[kind]])
            (real_rows if kind == REAL else random_rows).append(row)
    return [*random_rows, *_merge_equal(real_rows)]


def _sampler_cells(
    experiment: Experiment, kind_measures: Mapping[str, Sequence[Measure]]
) -> dict[str, list[ScoreCell]]:
    """Return the cells for each kind of faces, with the best sampler marked for each number."""
    cells: dict[str, list[ScoreCell]] = {kind: [] for kind in kind_measures}
    for of_one_number in zip(*kind_measures.values(), strict=True):
        values = {
            kind: value
            for kind, measure in zip(kind_measures, of_one_number, strict=True)
            if (value := measure.value(experiment)) is not None
        }
        best = samplers.find_best(of_one_number[0].term, values)
        for kind, measure in zip(kind_measures, of_one_number, strict=True):
            cell = _number(experiment, measure)
            cells[kind].append(dataclasses.replace(cell, is_best=kind in best))
    return cells


def _merge_equal(real_rows: Sequence[ScoreRow]) -> Sequence[ScoreRow]:
    """Merge the rows of real faces into one if their numbers are equal in all experiments."""
    if len(real_rows) < 2 or any(row.cells[1:] != real_rows[0].cells[1:] for row in real_rows):
        return real_rows
    return [ScoreRow("", "all", [ScoreCell(NO_VALUE, ""), *real_rows[0].cells[1:]])]


def _kind_label(experiment: Experiment, kind: str) -> str:
    """Return the label of a kind of faces, or its key if this version has no such kind."""
    temperature = experiment.number("test", "temperature")
    try:
        return samplers.head(kind, "" if temperature is None else f"{temperature:g}").label
    except KeyError:
        return kind
