"""Which values of a parameter a sweep supports, by the three criteria; ``answer_words`` tells it.

A sweep is a set of experiments that differ in one number of train_vae and in seeds alone. Where
more differs no value is judged: nobody could say what made the numbers better or worse.
"""

import itertools
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latentmaps.compare import criteria, groups, measures, parameters
from latentmaps.compare.criteria import CRITERIA, FITTED, RANDOM, Finding, SamplerOfGroup, Verdict
from latentmaps.compare.experiment import FACT, SEED, Experiment, Problem, is_number
from latentmaps.compare.groups import Group

_SECTION = "train_vae."
_SWEEP = "train_vae.fact=0.5,1.5,3.0,5.0,10.0"
# a spread takes several; two more make three of most sweeps
_NUM_MORE_SEEDS = 2
# as many rows are named as those to leave out
_MOST_ODD = 3


@dataclass(frozen=True)
class Trial:
    """A value of the parameter, and what the criteria say of it.

    Attributes:
        group: the experiments with this value.
        value: of the parameter.
        findings: one for each of ``CRITERIA``.
        fitted: of ``FITTED``.
        sampler: the best one of those that are fitted; None: there are no numbers.
        prior: the one that is not fitted; None: there are no numbers.
    """

    group: Group
    value: float
    findings: Sequence[Finding]
    fitted: Finding
    sampler: SamplerOfGroup | None
    prior: SamplerOfGroup | None

    @property
    def label(self) -> str:
        """The value as text."""
        return f"{self.value:g}"

    @property
    def verdict(self) -> Verdict:
        """Whether the value is supported: it meets all three criteria."""
        return criteria.combine(self.findings)

    @property
    def verdict_fitted(self) -> Verdict:
        """The same with the fitted sampler in the place of the prior."""
        pairs = zip(CRITERIA, self.findings, strict=True)
        return criteria.combine([self.fitted if one is RANDOM else found for one, found in pairs])


@dataclass(frozen=True)
class Answer:
    """What a sweep says.

    Attributes:
        parameter: dotted name of what was swept, or fact where nothing was.
        trials: its values, in rising order; none: there is no answer.
        reason: why there is none.
        lacking: what would make the answer better; None: nothing.
    """

    parameter: str
    trials: Sequence[Trial] = ()
    reason: str = ""
    lacking: Problem | None = None

    @property
    def name(self) -> str:
        """Name of the parameter within its section."""
        return self.parameter.rpartition(".")[2]


def find(drawn: Sequence[Experiment]) -> Answer:
    """Return what the experiments say of the one parameter in which they differ.

    Args:
        drawn: experiments with results, at least one.
    """
    made = groups.make_groups(drawn)
    deciding = [parameters.split_seeds(group.members[0].parameters)[0] for group in made]
    differing = parameters.find_differing(deciding)
    if len(made) == 1:
        return _single(made[0])
    reason = _find_obstacle(made, deciding, differing)
    if reason:
        return Answer(FACT, reason=reason)
    [name] = differing
    trials = _try(made, [float(values[name]) for values in deciding])
    return Answer(name, trials, lacking=_find_lacking(name, trials))


def _single(group: Group) -> Answer:
    count = len(group.seeds)
    seeds = f"{count} seed{'' if count == 1 else 's'} of one value"
    what = "one experiment" if len(group.members) == 1 else seeds
    lacking = Problem("A sweep over fact makes one", f"dvc exp run --queue -S {_SWEEP}")
    return Answer(FACT, reason=f"{what}, where a sweep has two values at least", lacking=lacking)


def _find_obstacle(
    made: Sequence[Group], deciding: Sequence[Mapping[str, Any]], differing: Sequence[str]
) -> str:
    """Return why the groups are no sweep over one number; empty: they are."""
    if unknown := [group.name for group, values in zip(made, deciding, strict=True) if not values]:
        return f"the parameters of {', '.join(unknown)} are not known"
    if len(differing) > 1:
        told = ", ".join(parameters.describe_values(deciding, name) for name in differing)
        return f"more than one parameter differs - {told}{_advise(made, deciding, differing)}"
    if len({tuple(groups.code_of(group.members[0])) for group in made}) > 1:
        return "not all experiments ran the same code of train_vae and evaluate_vae"
    seeds = [one for group in made for one in group.seeds]
    if any(groups.has_other_data(*pair) for pair in itertools.combinations(seeds, 2)):
        return "not all experiments were trained or tested on the same data"
    [name] = differing
    if not name.startswith(_SECTION) or not all(is_number(values.get(name)) for values in deciding):
        told = parameters.describe_values(deciding, name)
        return f"what differs is {told}, and not a number of train_vae"
    return ""


def _advise(
    made: Sequence[Group], deciding: Sequence[Mapping[str, Any]], differing: Sequence[str]
) -> str:
    """Return which few rows to leave out, so that one parameter differs; empty: there are none."""
    odd = {name: _find_odd(made, deciding, name) for name in differing}
    # of as many rows to leave out: those that leave a sweep over fact
    name = min(odd, key=lambda name: (len(odd[name]), name != FACT))
    if len(odd[name]) > _MOST_ODD or len(odd[name]) == sum(len(g.members) for g in made) - 1:
        return ""
    return f"; without {', '.join(odd[name])} it is {name} alone"


def _find_odd(made: Sequence[Group], deciding: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """Return the experiments that differ from most others in more than one parameter."""
    rests = [{key: value for key, value in one.items() if key != name} for one in deciding]
    common = max(rests, key=rests.count)
    pairs = zip(made, rests, strict=True)
    return [one.name for group, rest in pairs if rest != common for one in group.members]


def _try(made: Sequence[Group], values: Sequence[float]) -> list[Trial]:
    of_criteria = zip(*(criterion.judge(made) for criterion in CRITERIA), strict=True)
    nets = measures.feature_nets([one for group in made for one in group.members])[:1]
    found = zip(made, values, of_criteria, FITTED.judge(made), strict=True)
    trials = [
        Trial(
            group,
            value,
            findings,
            fitted,
            criteria.find_best_sampler(group, FITTED.samplers, nets),
            criteria.find_best_sampler(group, [criteria.PRIOR], nets),
        )
        for group, value, findings, fitted in found
    ]
    return sorted(trials, key=lambda trial: trial.value)


def _find_lacking(name: str, trials: Sequence[Trial]) -> Problem | None:
    """Return which values have one seed, and the command that adds seeds; None: all have more."""
    single = [trial for trial in trials if len(trial.group.seeds) == 1]
    if not single:
        return None
    who = "any value" if len(single) == len(trials) else ", ".join(one.label for one in single)
    taken = {one.parameters.get(SEED) for trial in trials for one in trial.group.members}
    free = [str(seed) for seed in range(1, len(taken) + _NUM_MORE_SEEDS + 1) if seed not in taken]
    settings = {
        name: ",".join(one.label for one in single),
        SEED: ",".join(free[:_NUM_MORE_SEEDS]),
    }
    words = [word for key, text in settings.items() for word in ("-S", f"{key}={text}")]
    return Problem(
        f"No spread over seeds is known of {who}: there is one seed, and the single numbers "
        "stand. More seeds, with all other -S of the sweep",
        shlex.join(["dvc", "exp", "run", "--queue", *words]),
    )
