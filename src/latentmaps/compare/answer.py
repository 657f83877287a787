"""Judge which values of a parameter a sweep supports, using the three criteria.

``answer_words`` turns the answer into sentences. A sweep is a set of experiments that differ only
in one number of ``train_vae`` and in seeds. If anything else differs, no value is judged, because
there would be more than one possible cause.
"""

import itertools
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latentmaps.compare import criteria, groups, measures, parameters
from latentmaps.compare.criteria import CRITERIA, FITTED, RANDOM, Finding, SamplerDistance, Verdict
from latentmaps.compare.experiment import FACT, SEED, Experiment, Problem, is_number
from latentmaps.compare.groups import SeedGroup

_SECTION = "train_vae."
_SWEEP = "train_vae.fact=0.5,1.5,3.0,5.0,10.0"
# most sweeps have one seed: two more make three, enough for a spread
_NUM_MORE_SEEDS = 2
# maximum number of experiments that the advice suggests leaving out
_MAX_ODD = 3


@dataclass(frozen=True)
class Trial:
    """A parameter value that was tried, and the findings of the criteria.

    Attributes:
        group: the experiments with this value.
        value: value of the parameter.
        findings: one finding for each criterion in ``CRITERIA``.
        fitted: the finding of the criterion ``FITTED``.
        sampler: kernel distance with the best fitted sampler; None if there are no numbers.
        prior: kernel distance with the sampler that is not fitted; None if there are no numbers.
    """

    group: SeedGroup
    value: float
    findings: Sequence[Finding]
    fitted: Finding
    sampler: SamplerDistance | None
    prior: SamplerDistance | None

    @property
    def label(self) -> str:
        """The value as text."""
        return f"{self.value:g}"

    @property
    def verdict(self) -> Verdict:
        """Whether the value is supported, that is, meets all three criteria."""
        return criteria.combine(self.findings)

    @property
    def verdict_fitted(self) -> Verdict:
        """Whether the value is supported with the fitted sampler instead of the prior."""
        pairs = zip(CRITERIA, self.findings, strict=True)
        return criteria.combine(
            [self.fitted if criterion is RANDOM else finding for criterion, finding in pairs]
        )


@dataclass(frozen=True)
class SweepAnswer:
    """The answer that a sweep provides, or the reason why it provides none.

    Attributes:
        parameter: dotted name of the parameter that was swept; ``FACT`` if there was no sweep.
        trials: one trial per value, in ascending order; empty if there is no answer.
        reason: why there is no answer; empty if there is one.
        advice: what would improve the answer; None if nothing would.
    """

    parameter: str
    trials: Sequence[Trial] = ()
    reason: str = ""
    advice: Problem | None = None

    @property
    def name(self) -> str:
        """Name of the parameter within its section."""
        return self.parameter.rpartition(".")[2]


def judge_sweep(experiments: Sequence[Experiment]) -> SweepAnswer:
    """Judge the values of the one parameter in which the experiments differ.

    Args:
        experiments: at least one experiment, all with results.
    """
    seed_groups = groups.make_groups(experiments)
    parameter_sets = [parameters.split_seeds(g.members[0].parameters)[0] for g in seed_groups]
    differing = parameters.find_differing(parameter_sets)
    if len(seed_groups) == 1:
        return _answer_without_sweep(seed_groups[0])
    reason = _find_obstacle(seed_groups, parameter_sets, differing)
    if reason:
        return SweepAnswer(FACT, reason=reason)
    [name] = differing
    trials = _make_trials(seed_groups, [float(values[name]) for values in parameter_sets])
    return SweepAnswer(name, trials, advice=_advise_seeds(name, trials))


def _answer_without_sweep(group: SeedGroup) -> SweepAnswer:
    count = len(group.seeds)
    seeds = f"{count} seed{'' if count == 1 else 's'} of one value"
    found = "one experiment" if len(group.members) == 1 else seeds
    advice = Problem("A sweep over fact provides them", f"dvc exp run --queue -S {_SWEEP}")
    reason = f"found {found}, but a sweep needs at least two values"
    return SweepAnswer(FACT, reason=reason, advice=advice)


def _find_obstacle(
    seed_groups: Sequence[SeedGroup],
    parameter_sets: Sequence[Mapping[str, Any]],
    differing: Sequence[str],
) -> str:
    """Return the reason why the groups do not form a sweep over one number; empty if they do."""
    pairs = zip(seed_groups, parameter_sets, strict=True)
    if unknown := [group.name for group, values in pairs if not values]:
        return f"the parameters of {', '.join(unknown)} are unknown"
    if len(differing) > 1:
        texts = ", ".join(parameters.describe_values(parameter_sets, name) for name in differing)
        advice = _advise_leaving_out(seed_groups, parameter_sets, differing)
        return f"more than one parameter differs - {texts}{advice}"
    if len({tuple(groups.code_hashes(group.members[0])) for group in seed_groups}) > 1:
        return "the experiments did not all run the same code of train_vae and evaluate_vae"
    seeds = [seed for group in seed_groups for seed in group.seeds]
    if any(groups.has_other_data(*pair) for pair in itertools.combinations(seeds, 2)):
        return "the experiments were not all trained and tested on the same data"
    [name] = differing
    is_numeric = all(is_number(values.get(name)) for values in parameter_sets)
    if not name.startswith(_SECTION) or not is_numeric:
        text = parameters.describe_values(parameter_sets, name)
        return f"the difference is {text}, which is not a number of train_vae"
    return ""


def _advise_leaving_out(
    seed_groups: Sequence[SeedGroup],
    parameter_sets: Sequence[Mapping[str, Any]],
    differing: Sequence[str],
) -> str:
    """Suggest a few experiments to leave out so that only one parameter differs.

    The text is empty if too many experiments would have to be left out.
    """
    odd = {name: _find_odd(seed_groups, parameter_sets, name) for name in differing}
    # as few as possible; in a tie, those that leave a sweep over fact
    name = min(odd, key=lambda name: (len(odd[name]), name != FACT))
    num_experiments = sum(len(group.members) for group in seed_groups)
    if len(odd[name]) > _MAX_ODD or len(odd[name]) == num_experiments - 1:
        return ""
    return f"; without {', '.join(odd[name])} only {name} differs"


def _find_odd(
    seed_groups: Sequence[SeedGroup], parameter_sets: Sequence[Mapping[str, Any]], name: str
) -> list[str]:
    """Name the experiments that differ from most others in a parameter other than `name`."""
    rests = [{k: value for k, value in values.items() if k != name} for values in parameter_sets]
    common = max(rests, key=rests.count)
    pairs = zip(seed_groups, rests, strict=True)
    return [member.name for group, rest in pairs if rest != common for member in group.members]


def _make_trials(seed_groups: Sequence[SeedGroup], values: Sequence[float]) -> list[Trial]:
    findings_of_groups = zip(*(criterion.judge(seed_groups) for criterion in CRITERIA), strict=True)
    nets = measures.feature_nets([m for group in seed_groups for m in group.members])[:1]
    judged = zip(seed_groups, values, findings_of_groups, FITTED.judge(seed_groups), strict=True)
    trials = [
        Trial(
            group,
            value,
            findings,
            fitted,
            criteria.find_best_sampler(group, FITTED.samplers, nets),
            criteria.find_best_sampler(group, [criteria.PRIOR], nets),
        )
        for group, value, findings, fitted in judged
    ]
    return sorted(trials, key=lambda trial: trial.value)


def _advise_seeds(name: str, trials: Sequence[Trial]) -> Problem | None:
    """Return advice on adding seeds to values with a single seed; None if all have several."""
    single = [trial for trial in trials if len(trial.group.seeds) == 1]
    if not single:
        return None
    which = "any value" if len(single) == len(trials) else ", ".join(t.label for t in single)
    taken = {member.parameters.get(SEED) for trial in trials for member in trial.group.members}
    free = [str(seed) for seed in range(1, len(taken) + _NUM_MORE_SEEDS + 1) if seed not in taken]
    settings = {
        name: ",".join(trial.label for trial in single),
        SEED: ",".join(free[:_NUM_MORE_SEEDS]),
    }
    words = [word for key, text in settings.items() for word in ("-S", f"{key}={text}")]
    return Problem(
        f"The spread over seeds is unknown for {which}: there is one seed, and its numbers are "
        "judged as they are. To add seeds, keeping all other -S options of the sweep",
        shlex.join(["dvc", "exp", "run", "--queue", *words]),
    )
