"""Experiments that differ in seeds alone, taken together: the mean of a number and its spread."""

import dataclasses
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latentmaps.compare import parameters
from latentmaps.compare.experiment import FACT, Experiment

# of these the code decides the numbers
_STAGES = ("train_vae", "evaluate_vae")
_TRAINING = "train_vae."


@dataclass(frozen=True)
class Statistic:
    """A number over the seeds of a group.

    Attributes:
        values: one for each seed that has the number; at least one.
    """

    values: Sequence[float]

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation; None for a single value, of which no spread is known."""
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    @property
    def error(self) -> float | None:
        """Standard error of the mean; None for a single value."""
        return None if self.spread is None else self.spread / math.sqrt(len(self.values))


@dataclass(frozen=True)
class Group:
    """Experiments that differ in seeds alone.

    Attributes:
        members: all of them, in their order; at least one.
        seeds: one of them for each setting of the seeds: a run that was repeated, on another
            machine perhaps, counts once.
    """

    members: Sequence[Experiment]
    seeds: Sequence[Experiment]

    @property
    def fact(self) -> float:
        """Weight of the KL term; not a number when it is unknown."""
        return self.members[0].fact

    @property
    def label(self) -> str:
        """What the group is called where the word fact stands beside it."""
        return self.members[0].label

    @property
    def name(self) -> str:
        """Name of the first experiment, and how many others there are."""
        more = len(self.members) - 1
        return f"{self.members[0].name} and {more} more" if more else self.members[0].name

    def statistic(self, of: Callable[[Experiment], float | None]) -> Statistic | None:
        """Return a number over the seeds, or None when no member has it.

        Args:
            of: returns the number of an experiment, or None.
        """
        values = [value for one in self.seeds if (value := of(one)) is not None]
        return Statistic(values) if values else None


def make_groups(drawn: Sequence[Experiment]) -> list[Group]:
    """Return the groups in the order of their first members.

    What decides the numbers has to be the same but for the seeds: parameters of the stages up to
    `evaluate_vae`, the code of the training and the test, and, for equal seeds before the
    training, the data. Of an experiment whose parameters are not known nothing says that it differs
    in a seed alone: it is a group by itself.

    Args:
        drawn: experiments with results.
    """
    groups: list[Group] = []
    for one in drawn:
        place = next((i for i, group in enumerate(groups) if _belongs(one, group)), None)
        if place is None:
            groups.append(Group([one], [one]))
        else:
            groups[place] = _add(one, groups[place])
    return groups


def _belongs(one: Experiment, group: Group) -> bool:
    first = group.members[0]
    others = [parameters.split_seeds(each.parameters)[0] for each in (one, first)]
    return (
        bool(others[0])
        and others[0] == others[1]
        and code_of(one) == code_of(first)
        and not has_other_data(one, first)
    )


def has_other_data(one: Experiment, other: Experiment) -> bool:
    """Tell whether data differ although no seed before the training does: their source changed."""
    of_data = [
        {
            name: seed
            for name, seed in parameters.split_seeds(each.parameters)[1].items()
            if not name.startswith(_TRAINING)
        }
        for each in (one, other)
    ]
    return of_data[0] == of_data[1] and one.data != other.data


def code_of(one: Experiment) -> list[str | None]:
    """Return the hash of the code of each stage that decides the numbers; None: not known."""
    return [one.code.get(stage) for stage in _STAGES]


def _add(one: Experiment, group: Group) -> Group:
    known = [parameters.split_seeds(each.parameters)[1] for each in group.seeds]
    is_new = parameters.split_seeds(one.parameters)[1] not in known
    return dataclasses.replace(
        group,
        members=[*group.members, one],
        seeds=[*group.seeds, one] if is_new else group.seeds,
    )


def have_seeds(groups: Sequence[Group]) -> bool:
    """Tell whether any group has two seeds or more, and so a spread."""
    return any(len(group.seeds) > 1 for group in groups)


def differing_parameters(groups: Sequence[Group]) -> list[dict[str, str]]:
    """Return for each group name -> text of the parameters, besides fact and seeds, that differ."""
    of_each = [parameters.split_seeds(group.members[0].parameters)[0] for group in groups]
    return parameters.describe_differing(of_each, but=FACT)
