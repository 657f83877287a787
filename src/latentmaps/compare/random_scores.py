"""The sortable tables of random faces: a row for each sampler of each experiment.

Sorted, they tell which fact with which sampler gives the best faces.
"""

from collections.abc import Sequence

from latentmaps.compare import measures, scores
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.measures import NO_VALUE, Measure
from latentmaps.compare.scores import Column, Score, ScoreRow, Scores
from latentmaps.report import glossary, sampler_numbers
from latentmaps.report.sampler_numbers import REAL


def make_tables(drawn: Sequence[Experiment], keys: Sequence[str]) -> list[Scores]:
    """Gives a table for each feature net; the first one has the pictures' own numbers, too.

    Args:
        drawn: the experiments, in the order of the rows.
        keys: of the rows of these experiments.
    """
    nets = measures.feature_nets(drawn)
    made = [_make_table(net, drawn, keys, is_first=net == nets[0]) for net in nets]
    return [one for one in made if one.rows]


def _make_table(
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
            for one in _measures(REAL, net, is_first=is_first)
        ),
    ]
    return Scores(
        key=place,
        caption=f"Random faces by {net}: {count} of each kind, compared with as many test faces",
        columns=columns,
        rows=_rows(with_net, net, is_first=is_first),
        is_long=True,
    )


def _has(one: Experiment, net: str) -> bool:
    return any(
        measure.of(one) is not None
        for kind in measures.kinds_of_faces(one)
        for measure in measures.of_samples(kind, net)
    )


def _measures(kind: str, net: str, *, is_first: bool) -> list[Measure]:
    return [
        *(measures.of_pictures(kind) if is_first else []),
        *measures.of_samples(kind, net),
    ]


def _rows(
    with_net: Sequence[tuple[str, Experiment]], net: str, *, is_first: bool
) -> list[ScoreRow]:
    made: list[ScoreRow] = []
    of_real: list[ScoreRow] = []
    for key, one in with_net:
        for place, kind in enumerate(measures.kinds_of_faces(one)):
            cells = scores.numbers(one, _measures(kind, net, is_first=is_first))
            faces = Score(kind_label(one, kind), str(place))
            row = ScoreRow(key, one.name, [scores.fact(one), faces, *cells])
            (of_real if kind == REAL else made).append(row)
    return [*made, *_once(of_real)]


def _once(of_real: Sequence[ScoreRow]) -> Sequence[ScoreRow]:
    """Gives one row for the real faces of all experiments, where all have the same numbers."""
    if len(of_real) < 2 or any(row.cells[1:] != of_real[0].cells[1:] for row in of_real):
        return of_real
    return [ScoreRow("", "all", [Score(NO_VALUE, ""), *of_real[0].cells[1:]])]


def kind_label(one: Experiment, kind: str) -> str:
    """Gives what a kind of random faces is called; its own name, if it is of another version."""
    temperature = one.number("test", "temperature")
    try:
        return sampler_numbers.head(kind, "" if temperature is None else f"{temperature:g}").label
    except KeyError:
        return kind
