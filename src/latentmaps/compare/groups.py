"""Groups of experiments that differ only in seeds, with the mean and spread of their numbers."""

import dataclasses
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latentmaps.compare import parameters
from latentmaps.compare.experiment import FACT, Experiment

# the stages whose code affects the numbers
_STAGES = ("train_vae", "evaluate_vae")
_TRAINING = "train_vae."


@dataclass(frozen=True)
class SeedStatistic:
    """The values of a number over the seeds of a group.

    Attributes:
        values: one value for each seed that has the number; at least one.
    """

    values: Sequence[float]

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation; None for a single value, which has no spread."""
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    @property
    def error(self) -> float | None:
        """Standard error of the mean; None for a single value."""
        return None if self.spread is None else self.spread / math.sqrt(len(self.values))


@dataclass(frozen=True)
class SeedGroup:
    """Experiments that differ only in seeds.

    Attributes:
        members: all experiments of the group, in the given order; at least one.
        seeds: one experiment for each combination of seeds; a repeated run, perhaps on another
            machine, counts once.
    """

    members: Sequence[Experiment]
    seeds: Sequence[Experiment]

    @property
    def kl_weight(self) -> float:
        """Weight of the KL term; NaN if unknown."""
        return self.members[0].kl_weight

    @property
    def label(self) -> str:
        """The KL weight as text, to be shown next to the word "fact"."""
        return self.members[0].label

    @property
    def name(self) -> str:
        """Name of the first experiment, and the number of other experiments if there are any."""
        more = len(self.members) - 1
        return f"{self.members[0].name} and {more} more" if more else self.members[0].name

    def statistic(self, value: Callable[[Experiment], float | None]) -> SeedStatistic | None:
        """Collect the values of a number over the seeds; return None if no seed has one.

        Args:
            value: callable that returns the number for an experiment, or None.
        """
        values = [number for member in self.seeds if (number := value(member)) is not None]
        return SeedStatistic(values) if values else None


def make_groups(experiments: Sequence[Experiment]) -> list[SeedGroup]:
    """Group experiments that differ only in seeds, in the order of their first members.

    Everything else that affects the numbers must be equal: the parameters of the stages up to
    ``evaluate_vae``, and the code of training and test. If all seeds of the stages before training
    are equal, the data must be equal, too. An experiment with unknown parameters forms its own
    group, since nothing shows that it differs only in a seed.

    Args:
        experiments: the experiments, all with results.
    """
    groups: list[SeedGroup] = []
    for experiment in experiments:
        place = next((i for i, group in enumerate(groups) if _belongs(experiment, group)), None)
        if place is None:
            groups.append(SeedGroup([experiment], [experiment]))
        else:
            groups[place] = _add(experiment, groups[place])
    return groups


def _belongs(experiment: Experiment, group: SeedGroup) -> bool:
    first = group.members[0]
    own, others = [
        parameters.split_seeds(candidate.parameters)[0] for candidate in (experiment, first)
    ]
    return (
        bool(own)
        and own == others
        and code_hashes(experiment) == code_hashes(first)
        and not has_other_data(experiment, first)
    )


def has_other_data(experiment: Experiment, other: Experiment) -> bool:
    """Report whether the data differ although the seeds of all stages before training are equal.

    In that case, the source of the data has changed.
    """
    own_seeds, other_seeds = [
        {
            name: seed
            for name, seed in parameters.split_seeds(candidate.parameters)[1].items()
            if not name.startswith(_TRAINING)
        }
        for candidate in (experiment, other)
    ]
    return own_seeds == other_seeds and experiment.data != other.data


def code_hashes(experiment: Experiment) -> list[str | None]:
    """Return the code hash of each stage that affects the numbers; None if it is unknown."""
    return [experiment.code.get(stage) for stage in _STAGES]


def _add(experiment: Experiment, group: SeedGroup) -> SeedGroup:
    known = [parameters.split_seeds(seed.parameters)[1] for seed in group.seeds]
    is_new = parameters.split_seeds(experiment.parameters)[1] not in known
    return dataclasses.replace(
        group,
        members=[*group.members, experiment],
        seeds=[*group.seeds, experiment] if is_new else group.seeds,
    )


def have_seeds(groups: Sequence[SeedGroup]) -> bool:
    """Report whether any group has two or more seeds, and therefore a spread."""
    return any(len(group.seeds) > 1 for group in groups)


def differing_parameters(groups: Sequence[SeedGroup]) -> list[dict[str, str]]:
    """Return each group's differing parameters as text, keyed by name, except fact and seeds."""
    parameter_sets = [parameters.split_seeds(group.members[0].parameters)[0] for group in groups]
    return parameters.describe_differing(parameter_sets, excluding=FACT)
