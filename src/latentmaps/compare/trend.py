"""The expected trend of a sweep: with a larger fact, raw KL falls and reconstruction loss rises."""

import itertools
from collections.abc import Callable, Sequence

from latentmaps.compare import groups, measures, parameters
from latentmaps.compare.experiment import FACT, Experiment
from latentmaps.compare.groups import SeedGroup
from latentmaps.compare.measures import Measure

_MEASURES = {"raw KL": measures.KL, "reconstruction loss": measures.RECONSTRUCTION_LOSS}


def find_sweep(experiments: Sequence[Experiment]) -> list[SeedGroup]:
    """Return the groups of a sweep, sorted by fact; none if anything but fact and seeds differs.

    Args:
        experiments: the experiments, sorted by fact.
    """
    seed_groups = groups.make_groups(experiments)
    weights = {group.kl_weight for group in seed_groups}
    if len(seed_groups) < 2 or len(weights) < len(seed_groups):
        return []
    return seed_groups if _only_fact_differs(experiments, seed_groups) else []


def find_breaks(seed_groups: Sequence[SeedGroup]) -> list[str]:
    """Describe each step to the next fact at which a mean moves in the wrong direction."""
    return [
        *_breaks(seed_groups, measures.KL, "raw KL does not fall", lambda low, high: high < low),
        *_breaks(
            seed_groups,
            measures.RECONSTRUCTION_LOSS,
            "the reconstruction loss does not rise",
            lambda low, high: high > low,
        ),
    ]


def find_gaps(seed_groups: Sequence[SeedGroup]) -> list[str]:
    """Describe the missing numbers that could hide a break."""
    return [gap for name, measure in _MEASURES.items() if (gap := _gap(seed_groups, name, measure))]


def _gap(seed_groups: Sequence[SeedGroup], name: str, measure: Measure) -> str:
    lacking = [group.label for group in seed_groups if group.statistic(measure.value) is None]
    return f"no {name} at fact {', '.join(lacking)}" if lacking else ""


def _only_fact_differs(experiments: Sequence[Experiment], seed_groups: Sequence[SeedGroup]) -> bool:
    """Report whether only fact differs, ignoring seeds if any group has several."""
    differing = parameters.find_differing([experiment.parameters for experiment in experiments])
    is_repeated = groups.have_seeds(seed_groups)
    return [n for n in differing if not (is_repeated and parameters.is_seed(n))] == [FACT]


def _breaks(
    seed_groups: Sequence[SeedGroup],
    measure: Measure,
    words: str,
    is_expected: Callable[[float, float], bool],
) -> list[str]:
    means = [
        (group.label, statistic.mean)
        for group in seed_groups
        if (statistic := group.statistic(measure.value))
    ]
    return [
        f"{words} from {before[0]} to {after[0]}"
        for before, after in itertools.pairwise(means)
        if not is_expected(before[1], after[1])
    ]
