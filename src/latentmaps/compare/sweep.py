"""Whether a sweep over fact behaves: raw KL falls, and the reconstruction loss rises."""

import itertools
from collections.abc import Callable, Sequence

from latentmaps.compare import measures, parameters
from latentmaps.compare.experiment import FACT, Experiment
from latentmaps.compare.measures import Measure
from latentmaps.compare.note import Note

_MEASURES = {"raw KL": measures.KL, "reconstruction loss": measures.RECONSTRUCTION_LOSS}


def judge(drawn: Sequence[Experiment]) -> Note | None:
    """Gives the verdict; None where fact is not the one thing that differs.

    Args:
        drawn: the experiments on the page, by fact.
    """
    facts = [one.fact for one in drawn]
    if len(drawn) < 2 or len(set(facts)) < len(facts) or not _only_fact_differs(drawn):
        return None
    breaks = [
        *_breaks(drawn, measures.KL, "raw KL does not fall", lambda low, high: high < low),
        *_breaks(
            drawn,
            measures.RECONSTRUCTION_LOSS,
            "the reconstruction loss does not rise",
            lambda low, high: high > low,
        ),
    ]
    if breaks:
        return Note(
            f"A larger fact should lower the raw KL and raise the reconstruction loss, but "
            f"{'; '.join(breaks)}. Short trainings and random starts can do that.",
            is_warning=True,
        )
    return _praise(drawn)


def _praise(drawn: Sequence[Experiment]) -> Note:
    """Gives the good verdict, or what it lacks: that no row contradicts it is no evidence."""
    gaps = [gap for name, measure in _MEASURES.items() if (gap := _gap(drawn, name, measure))]
    if gaps:
        return Note(
            "Whether raw KL falls and the reconstruction loss rises from each fact to the next "
            f"cannot be told: {'; '.join(gaps)}.",
            is_warning=True,
        )
    return Note("From each fact to the next, raw KL falls and the reconstruction loss rises.")


def _gap(drawn: Sequence[Experiment], name: str, measure: Measure) -> str:
    lacking = [one.label for one in drawn if measure.of(one) is None]
    return f"no {name} at fact {', '.join(lacking)}" if lacking else ""


def _only_fact_differs(drawn: Sequence[Experiment]) -> bool:
    return parameters.find_differing([one.parameters for one in drawn]) == [FACT]


def _breaks(
    drawn: Sequence[Experiment],
    measure: Measure,
    words: str,
    is_right: Callable[[float, float], bool],
) -> list[str]:
    known = [(one.label, value) for one in drawn if (value := measure.of(one)) is not None]
    return [
        f"{words} from {before[0]} to {after[0]}"
        for before, after in itertools.pairwise(known)
        if not is_right(before[1], after[1])
    ]
