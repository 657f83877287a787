"""The curves of the page: what happens to the numbers when fact is raised."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.compare import measures, parameters
from latentmaps.compare.experiment import FACT, Experiment
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


def make_curves(drawn: Sequence[Experiment]) -> list[Curve]:
    """Return the charts for which there are numbers; none unless fact has two values at least.

    Args:
        drawn: the experiments, by fact. Of those with the same results one is drawn.
    """
    distinct = {one.results or str(place): one for place, one in enumerate(drawn)}
    known = [one for one in distinct.values() if not math.isnan(one.fact)]
    if len({one.fact for one in known}) < 2:
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
    caveat = _caveat(known)
    return [
        dataclasses.replace(curve, caption=f"{curve.caption}{caveat}")
        for curve in curves
        if curve is not None
    ]


def _caveat(known: Sequence[Experiment]) -> str:
    """Return a sentence on what else differs between the points of a curve, or nothing."""
    others = parameters.describe_causes([one.parameters for one in known], but=FACT)
    verb = "differs" if len(others) == 1 else "differ"
    return f" Besides fact, {', '.join(others)} {verb}." if others else ""


def _of_nets(known: Sequence[Experiment]) -> list[Curve | None]:
    """Return the kernel distance on each feature net, and the FID where there is one."""
    nets = measures.feature_nets(known)
    fid = [net for net in nets if net == fid_network.NAME]
    return [
        *(_of_samples(known, net, "kernel_distance") for net in nets),
        *(_of_samples(known, net, "frechet_distance") for net in fid),
    ]


def _of_samples(known: Sequence[Experiment], net: str, name: str) -> Curve | None:
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
    known: Sequence[Experiment], title: str, unit: str, lines: Sequence[tuple[Measure, str]]
) -> Curve | None:
    """Return the chart of some numbers; None when no experiment has any of them but the floor."""
    term = lines[0][0].term
    drawn = [_line(known, measure, label) for measure, label in lines]
    drawn = [line for line in drawn if line.points]
    if all(line.is_floor for line in drawn):
        return None
    caption = " ".join(_describe(line, term) for line in drawn)
    factor = 100.0 if term.unit == "%" else 1.0
    drawing = charts.draw_over_parameter(
        [_scale(line, factor) for line in drawn],
        key=title,
        title=title,
        unit=unit,
        parameter="fact",
        alt=f"{title} over fact. {caption}",
    )
    return Curve(title.partition(", ")[0], title, term, drawing, caption)


def _line(known: Sequence[Experiment], measure: Measure, label: str) -> Line:
    found = [(one.fact, measure.of(one)) for one in known]
    points = [(fact, value) for fact, value in found if value is not None]
    return Line(label, points, is_floor=label == _FLOOR)


def _scale(line: Line, factor: float) -> Line:
    return dataclasses.replace(line, points=[(x, factor * y) for x, y in line.points])


def _describe(line: Line, term: Term) -> str:
    """Return the first and the last number of a line in words."""
    texts = [term.text(value) for _, value in line.points]
    facts = [f"at fact {fact:g}" for fact, _ in line.points]
    course = f"from {texts[0]} {facts[0]} to {texts[-1]} {facts[-1]}"
    words = texts[0] if line.is_floor and len(set(texts)) == 1 else course
    who = f"{line.label}: " if line.label else ""
    return f"{(who + words)[:1].upper()}{(who + words)[1:]}."
