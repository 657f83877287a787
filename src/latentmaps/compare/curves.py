"""The curves of the page: what happens to the numbers when fact, or what was swept, is raised.

A point is the mean over the seeds of a value; the single experiments stand around it.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.compare import groups, measures, parameters
from latentmaps.compare.experiment import FACT, Experiment, is_number
from latentmaps.compare.groups import Group
from latentmaps.compare.measures import Measure
from latentmaps.drawing import charts
from latentmaps.drawing.charts import Line
from latentmaps.report import glossary, samplers
from latentmaps.report.glossary import Term
from latentmaps.vae.evaluation import fid_network

_FLOOR = "floor"


@dataclass(frozen=True)
class Curve:
    """A chart of the page.

    Attributes:
        label: of the number.
        title: of the chart: the label, and the feature net where there is one.
        term: explains it.
        drawing: SVG.
        caption: its numbers in words.
    """

    label: str
    title: str
    term: Term
    drawing: str
    caption: str


@dataclass(frozen=True)
class _Course:
    """Groups in rising order of a parameter, and its name within train_vae."""

    name: str
    points: Sequence[tuple[float, Group]]

    @property
    def experiments(self) -> list[Experiment]:
        return [one for _, group in self.points for one in group.members]


def make_curves(drawn: Sequence[Experiment], parameter: str = FACT) -> list[Curve]:
    """Return the charts for which there are numbers; none unless there are two values at least.

    Args:
        drawn: the experiments, by fact. Of those with the same results one is drawn.
        parameter: dotted name of a number of train_vae, for the horizontal axis.
    """
    distinct = {one.results or str(place): one for place, one in enumerate(drawn)}
    values = [
        (group.members[0].parameters.get(parameter, ""), group)
        for group in groups.make_groups(list(distinct.values()))
    ]
    points = [(float(value), group) for value, group in values if is_number(value)]
    points.sort(key=lambda point: point[0])
    known = _Course(parameter.rpartition(".")[2], points)
    if len({value for value, _ in points}) < 2:
        return []
    curves = [
        _curve(known, "Raw KL", "nats", [(measures.KL, "")]),
        _curve(known, "KL share of the loss", "%", [(measures.KL_SHARE, "")]),
        _curve(known, "Reconstruction loss", "loss per face", [(measures.RECONSTRUCTION_LOSS, "")]),
        _curve(
            known,
            "Distance to the prior (MMD)",
            "squared distance",
            [(measures.MMD, "test faces"), (_floor("mmd_prior", "mmd_floor"), _FLOOR)],
        ),
        *_of_nets(known),
    ]
    caveat = f"{_of_means(known)}{_caveat(known, parameter)}"
    return [
        dataclasses.replace(curve, caption=f"{curve.caption}{caveat}")
        for curve in curves
        if curve is not None
    ]


def _of_means(known: _Course) -> str:
    """Return a sentence on what a point is where it is a mean, or nothing."""
    counts = sorted({len(group.seeds) for _, group in known.points})
    if counts == [1]:
        return ""
    told = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    return f" Means over {told} seeds; the single experiments are pale."


def _caveat(known: _Course, parameter: str) -> str:
    """Return a sentence on what else differs between the points of a curve, or nothing."""
    is_repeated = groups.have_seeds([group for _, group in known.points])
    of_each = [one.parameters for one in known.experiments]
    others = parameters.describe_causes(of_each, but=parameter, has_seeds=not is_repeated)
    verb = "differs" if len(others) == 1 else "differ"
    return f" Besides {known.name}, {', '.join(others)} {verb}." if others else ""


def _of_nets(known: _Course) -> list[Curve | None]:
    """Return the kernel distance on each feature net, and the FID where there is one."""
    nets = measures.feature_nets(known.experiments)
    fid = [net for net in nets if net == fid_network.NAME]
    return [
        *(_of_samples(known, net, "kernel_distance") for net in nets),
        *(_of_samples(known, net, "frechet_distance") for net in fid),
    ]


def _of_samples(known: _Course, net: str, name: str) -> Curve | None:
    def measure(kind: str) -> Measure:
        return measures.of_samples(kind, net, [name])[0]

    lines = [(measure(sampler), term.label) for sampler, term in glossary.samplers().items()]
    title = f"{samplers.label(name, net)}, {net}"
    floor = (measure(samplers.REAL), _FLOOR)
    return _curve(known, title, "squared distance", [*lines, floor])


def _floor(name: str, key: str) -> Measure:
    term = glossary.term(name)
    return Measure(term, "test", (key,), term.label)


def _curve(
    known: _Course, title: str, unit: str, lines: Sequence[tuple[Measure, str]]
) -> Curve | None:
    """Return the chart of some numbers; None when no experiment has any of them but the floor."""
    term = lines[0][0].term
    drawn = [_line(known, measure, label) for measure, label in lines]
    drawn = [line for line in drawn if line.points]
    if all(line.is_floor for line in drawn):
        return None
    caption = " ".join(_describe(line, term, known.name) for line in drawn)
    factor = 100.0 if term.unit == "%" else 1.0
    drawing = charts.draw_over_parameter(
        [_scale(line, factor) for line in drawn],
        key=title,
        title=title,
        unit=unit,
        parameter=known.name,
        alt=f"{title} over {known.name}. {caption}",
    )
    return Curve(title.partition(", ")[0], title, term, drawing, caption)


def _line(known: _Course, measure: Measure, label: str) -> Line:
    found = [(x, number) for x, one in known.points if (number := one.statistic(measure.of))]
    is_floor = label == _FLOOR
    is_mean = not is_floor and any(len(number.values) > 1 for _, number in found)
    return Line(
        label,
        [(x, number.mean) for x, number in found],
        is_floor=is_floor,
        singles=[(x, y) for x, number in found for y in number.values] if is_mean else [],
    )


def _scale(line: Line, factor: float) -> Line:
    def scaled(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x, factor * y) for x, y in points]

    return dataclasses.replace(line, points=scaled(line.points), singles=scaled(line.singles))


def _describe(line: Line, term: Term, name: str) -> str:
    """Return the first and the last number of a line in words."""
    texts = [term.text(value) for _, value in line.points]
    places = [f"at {name} {x:g}" for x, _ in line.points]
    course = f"from {texts[0]} {places[0]} to {texts[-1]} {places[-1]}"
    words = texts[0] if line.is_floor and len(set(texts)) == 1 else course
    who = f"{line.label}: " if line.label else ""
    return f"{(who + words)[:1].upper()}{(who + words)[1:]}."
