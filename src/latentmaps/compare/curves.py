"""The curves of the comparison page: how the numbers change with fact or another swept parameter.

Each point is the mean over the seeds of one value; individual experiments are drawn around it.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.compare import groups, measures, parameters
from latentmaps.compare.experiment import FACT, Experiment, is_number
from latentmaps.compare.groups import SeedGroup
from latentmaps.compare.measures import Measure
from latentmaps.drawing import charts
from latentmaps.drawing.charts import Line
from latentmaps.report import glossary, samplers
from latentmaps.report.glossary import Term
from latentmaps.vae.evaluation import fid_network

_FLOOR = "floor"


@dataclass(frozen=True)
class Curve:
    """A chart on the page.

    Attributes:
        label: name of the number.
        title: title of the chart: the label, and the feature net if there is one.
        term: glossary entry that explains the number.
        drawing: the chart as SVG.
        caption: its numbers as text.
    """

    label: str
    title: str
    term: Term
    drawing: str
    caption: str


@dataclass(frozen=True)
class _SweptGroups:
    """Groups in ascending order of a parameter.

    Attributes:
        name: name of the parameter within train_vae.
        points: for each group, the parameter value and the group.
    """

    name: str
    points: Sequence[tuple[float, SeedGroup]]

    @property
    def experiments(self) -> list[Experiment]:
        return [member for _, group in self.points for member in group.members]


def make_curves(experiments: Sequence[Experiment], parameter: str = FACT) -> list[Curve]:
    """Draw the charts that have numbers; return an empty list for fewer than two values.

    Args:
        experiments: the experiments, sorted by fact. If several have identical results, only one of
            them is drawn.
        parameter: dotted name of the ``train_vae`` number on the horizontal axis.
    """
    distinct = {
        experiment.results or str(place): experiment for place, experiment in enumerate(experiments)
    }
    values = [
        (group.members[0].parameters.get(parameter, ""), group)
        for group in groups.make_groups(list(distinct.values()))
    ]
    points = [(float(value), group) for value, group in values if is_number(value)]
    points.sort(key=lambda point: point[0])
    swept = _SweptGroups(parameter.rpartition(".")[2], points)
    if len({value for value, _ in points}) < 2:
        return []
    curves = [
        _curve(swept, "Raw KL", "nats", [(measures.KL, "")]),
        _curve(swept, "KL share of the loss", "%", [(measures.KL_SHARE, "")]),
        _curve(swept, "Reconstruction loss", "loss per face", [(measures.RECONSTRUCTION_LOSS, "")]),
        _curve(
            swept,
            "Distance to the prior (MMD)",
            "squared distance",
            [(measures.MMD, "test faces"), (_floor("mmd_prior", "mmd_floor"), _FLOOR)],
        ),
        *_feature_curves(swept),
    ]
    remarks = f"{_describe_seeds(swept)}{_describe_causes(swept, parameter)}"
    return [
        dataclasses.replace(curve, caption=f"{curve.caption}{remarks}")
        for curve in curves
        if curve is not None
    ]


def _describe_seeds(swept: _SweptGroups) -> str:
    """Return a sentence about the number of seeds averaged per point; empty for one seed."""
    counts = sorted({len(group.seeds) for _, group in swept.points})
    if counts == [1]:
        return ""
    span = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    return f" Means over {span} seeds; individual experiments are pale."


def _describe_causes(swept: _SweptGroups, parameter: str) -> str:
    """Return a sentence about what else differs between the points; empty if nothing does."""
    is_repeated = groups.have_seeds([group for _, group in swept.points])
    parameter_sets = [experiment.parameters for experiment in swept.experiments]
    causes = parameters.describe_causes(
        parameter_sets, excluding=parameter, has_seeds=not is_repeated
    )
    return f" Besides {swept.name}, {parameters.say_differ(causes)}." if causes else ""


def _feature_curves(swept: _SweptGroups) -> list[Curve | None]:
    """Return the curves of the kernel distance for each feature net and of FID, if available."""
    nets = measures.feature_nets(swept.experiments)
    fid_nets = [net for net in nets if net == fid_network.NAME]
    return [
        *(_sampler_curve(swept, net, "kernel_distance") for net in nets),
        *(_sampler_curve(swept, net, "frechet_distance") for net in fid_nets),
    ]


def _sampler_curve(swept: _SweptGroups, net: str, name: str) -> Curve | None:
    def measure(kind: str) -> Measure:
        return measures.feature_measures(kind, net, [name])[0]

    lines = [(measure(sampler), term.label) for sampler, term in glossary.samplers().items()]
    title = f"{samplers.label(name, net)}, {net}"
    floor = (measure(samplers.REAL), _FLOOR)
    return _curve(swept, title, "squared distance", [*lines, floor])


def _floor(name: str, key: str) -> Measure:
    term = glossary.term(name)
    return Measure(term, "test", (key,), term.label)


def _curve(
    swept: _SweptGroups, title: str, unit: str, measured: Sequence[tuple[Measure, str]]
) -> Curve | None:
    """Draw several numbers in one chart.

    Return None if no experiment has any of them except the floor.
    """
    term = measured[0][0].term
    lines = [_line(swept, measure, label) for measure, label in measured]
    lines = [line for line in lines if line.points]
    if all(line.is_floor for line in lines):
        return None
    caption = " ".join(_describe_line(line, term, swept.name) for line in lines)
    factor = 100.0 if term.unit == "%" else 1.0
    drawing = charts.draw_over_parameter(
        [_scale(line, factor) for line in lines],
        key=title,
        title=title,
        unit=unit,
        parameter=swept.name,
        alt=f"{title} over {swept.name}. {caption}",
    )
    return Curve(title.partition(", ")[0], title, term, drawing, caption)


def _line(swept: _SweptGroups, measure: Measure, label: str) -> Line:
    points = [
        (x, statistic) for x, group in swept.points if (statistic := group.statistic(measure.value))
    ]
    is_floor = label == _FLOOR
    is_mean = not is_floor and any(len(statistic.values) > 1 for _, statistic in points)
    return Line(
        label,
        [(x, statistic.mean) for x, statistic in points],
        is_floor=is_floor,
        singles=[(x, y) for x, statistic in points for y in statistic.values] if is_mean else [],
    )


def _scale(line: Line, factor: float) -> Line:
    def scaled(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x, factor * y) for x, y in points]

    return dataclasses.replace(line, points=scaled(line.points), singles=scaled(line.singles))


def _describe_line(line: Line, term: Term, name: str) -> str:
    """Describe the first and last numbers of a line as text."""
    texts = [term.text(value) for _, value in line.points]
    places = [f"at {name} {x:g}" for x, _ in line.points]
    words = f"{texts[0]} {places[0]}"
    if line.is_floor and len(set(texts)) == 1:
        words = texts[0]
    elif len(texts) > 1:
        words = f"from {words} to {texts[-1]} {places[-1]}"
    sentence = f"{line.label}: {words}" if line.label else words
    return f"{sentence[:1].upper()}{sentence[1:]}."
