"""The three criteria that a value of a parameter must meet to be supported by a sweep.

Each criterion is an object in ``CRITERIA`` with its wording, formula, threshold and standard error.
Its verdict on a value is yes or no, or not certain if the seeds disagree or the number is within
two standard errors of the threshold.
"""

import enum
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.groups import SeedGroup, SeedStatistic
from latentmaps.report import glossary, samplers

# Standard errors on either side of a mean. With three seeds, this interval contains the true mean
# in about 82% of cases; with ten seeds, in 92% (Student's t with 2 and 9 degrees of freedom).
_NUM_ERRORS = 2.0
PRIOR = samplers.NOT_FITTED
_KERNEL, _MSE, _DIVERSITY = "kernel_distance", "mse", "diversity_originals"
# This threshold is our choice. A mean face keeps a share of 0; a perfect copy keeps 1. The best
# linear code keeps 0.70 of the avatars' pixel variance with 5 numbers, 0.80 with 12, and 0.84 with
# 20 (principal components of 1,500 training faces, measured on the test faces). A share of 0.8
# corresponds to a PSNR of 20 dB, about where a face becomes recognizable. Unlike a PSNR, a share
# does not depend on the contrast of the pictures.
MIN_VARIANCE_KEPT = 0.8
# The source of the method requires KL loss / total loss > 3%. With bce, most of the total loss is
# the entropy of the pixels, which no network can reduce, so the rule is applied to the rest.
MIN_KL_SHARE = 0.03


class Verdict(enum.StrEnum):
    """Whether a value meets a criterion."""

    YES = "yes"
    NO = "no"
    UNCERTAIN = "not certain"
    UNKNOWN = "no number"


@dataclass(frozen=True)
class Finding:
    """The judgment of one criterion on one value.

    Attributes:
        verdict: whether the value meets the criterion.
        text: the judged number, followed by two standard errors if they are known.
        is_best: whether no other value has a better number; set only by criteria that compare
            values.
    """

    verdict: Verdict
    text: str
    is_best: bool = False


@dataclass(frozen=True)
class MinimumShare:
    """The criterion that a share must reach a threshold.

    Attributes:
        name: its unique name on the page.
        head: header of its column, one or two words.
        words: what it requires, as text.
        formula: formula of the number that is judged.
        share: callable that returns the share for an experiment, 0..1, or None.
        minimum: the threshold, 0..1.
        error: formula of the standard error.
    """

    name: str
    head: str
    words: str
    formula: str
    share: Callable[[Experiment], float | None]
    minimum: float
    error: str = "spread / sqrt(number of seeds)"

    @property
    def threshold(self) -> str:
        """The threshold as text."""
        return f"at least {100 * self.minimum:g}%"

    def judge(self, groups: Sequence[SeedGroup]) -> list[Finding]:
        """Judge each group independently of the others; return one finding per group."""
        return [self._judge(group.statistic(self.share)) for group in groups]

    def _judge(self, statistic: SeedStatistic | None) -> Finding:
        if statistic is None:
            return Finding(Verdict.UNKNOWN, measures.NO_VALUE)
        mean = statistic.mean
        margin = None if statistic.error is None else _NUM_ERRORS * statistic.error
        text = f"{_text(100 * mean, margin and 100 * margin, '.1f')}%"
        if margin is not None and abs(mean - self.minimum) <= margin:
            return Finding(Verdict.UNCERTAIN, text)
        return Finding(_agree(value >= self.minimum for value in statistic.values), text)


@dataclass(frozen=True)
class NearSmallestDistance:
    """The criterion that a kernel distance equals the smallest mean in the sweep, within its error.

    Attributes:
        name: its unique name on the page.
        head: header of its column, one or two words.
        words: what it requires, as text.
        samplers: names of the allowed samplers; each group uses its best sampler.
        formula: formula of the number that is judged.
        threshold: the threshold as text.
        error: formula of the standard error. The sampling error of a single kernel distance is not
            divided by the number of seeds: if only the training seed differs, all seeds use the
            same random points.
    """

    name: str
    head: str
    words: str
    samplers: Sequence[str]
    formula: str = "mean kernel distance - smallest mean of the sweep"
    threshold: str = "at most two standard errors above the smallest"
    error: str = (
        "sqrt of the sum, over the two means, of spread^2 / number of seeds + "
        "(standard error of one kernel distance)^2"
    )

    def judge(self, groups: Sequence[SeedGroup]) -> list[Finding]:
        """Compare each group with the best one; return one finding per group."""
        nets = measures.feature_nets([member for group in groups for member in group.members])[:1]
        distances = [find_best_sampler(group, self.samplers, nets) for group in groups]
        known = [distance for distance in distances if distance is not None]
        if not known:
            return [Finding(Verdict.UNKNOWN, measures.NO_VALUE) for _ in groups]
        best = min(known, key=_mean)
        return [_compare(distance, best) for distance in distances]


@dataclass(frozen=True)
class SamplerDistance:
    """The kernel distance of random faces from one sampler, over the seeds of a group.

    Attributes:
        sampler: name of the sampler.
        distance: the kernel distance of each seed.
        variance: squared standard error of the mean; None if unknown.
    """

    sampler: str
    distance: SeedStatistic
    variance: float | None

    @property
    def label(self) -> str:
        """The sampler's name as used within a sentence."""
        return glossary.term(self.sampler).sampler

    @property
    def text(self) -> str:
        """The mean, followed by two standard errors if they are known."""
        margin = None if self.variance is None else _NUM_ERRORS * math.sqrt(self.variance)
        return _text(self.distance.mean, margin, glossary.term(_KERNEL).format)


def _mean(distance: SamplerDistance) -> float:
    return distance.distance.mean


def find_best_sampler(
    group: SeedGroup, names: Sequence[str], nets: Sequence[str]
) -> SamplerDistance | None:
    """Return the sampler with the smallest mean kernel distance, or None if no sampler has one.

    Args:
        group: a group of experiments.
        names: names of the samplers to compare.
        nets: a list with the name of the feature net; empty if no experiment has one.
    """
    distances = [
        distance for name in names for net in nets if (distance := _distance(group, name, net))
    ]
    return min(distances, key=_mean, default=None)


def _distance(group: SeedGroup, sampler: str, net: str) -> SamplerDistance | None:
    keys = ("samples", sampler, net)
    distance = group.statistic(lambda member: member.number("test", *keys, _KERNEL))
    if distance is None:
        return None
    errors = group.statistic(lambda member: member.number("test", *keys, samplers.ERRORS[_KERNEL]))
    variances = [
        *([] if distance.error is None else [distance.error**2]),
        *([] if errors is None else [statistics.fmean(error**2 for error in errors.values)]),
    ]
    return SamplerDistance(sampler, distance, sum(variances) if variances else None)


def _compare(distance: SamplerDistance | None, best: SamplerDistance) -> Finding:
    if distance is None:
        return Finding(Verdict.UNKNOWN, measures.NO_VALUE)
    if distance is best:
        return Finding(Verdict.YES, f"{distance.text}, the smallest", is_best=True)
    margin = None
    if distance.variance is not None and best.variance is not None:
        margin = _NUM_ERRORS * math.sqrt(distance.variance + best.variance)
    difference = _mean(distance) - _mean(best)
    text = f"+{_text(difference, margin, glossary.term(_KERNEL).format)}"
    if margin is None:
        return Finding(Verdict.UNCERTAIN, text)
    return Finding(
        _agree(value - _mean(best) <= margin for value in distance.distance.values), text
    )


def _agree(verdicts: Iterable[bool]) -> Verdict:
    """Return yes or no if all seeds agree, otherwise not certain."""
    distinct = set(verdicts)
    if len(distinct) > 1:
        return Verdict.UNCERTAIN
    return Verdict.YES if distinct == {True} else Verdict.NO


def combine(findings: Sequence[Finding]) -> Verdict:
    """Return yes if all findings are yes, no if any is no, otherwise the worst verdict found."""
    verdicts = [finding.verdict for finding in findings]
    worst = (Verdict.NO, Verdict.UNKNOWN, Verdict.UNCERTAIN)
    return next((verdict for verdict in worst if verdict in verdicts), Verdict.YES)


def _text(value: float, margin: float | None, format_spec: str) -> str:
    error = "" if margin is None else f" {measures.PLUS_MINUS} {margin:{format_spec}}"
    return f"{value:{format_spec}}{error}"


def variance_kept(experiment: Experiment) -> float | None:
    """Return the share of the test faces' pixel variance that reconstructions keep, at most 1.

    The mean squared difference between two faces is twice their variance, and the diversity of the
    test faces is the square root of that difference. Diversity and reconstruction error are of the
    same faces, which are reconstructed from their posterior means.
    """
    mse, diversity = experiment.number("test", _MSE), experiment.number("test", _DIVERSITY)
    return None if mse is None or not diversity else 1.0 - mse / (diversity**2 / 2.0)


Criterion = MinimumShare | NearSmallestDistance
FAITHFUL = MinimumShare(
    "faithful",
    "variance kept",
    "reconstructions keep the variance of the test faces",
    "1 - MSE / (diversity of the test faces^2 / 2)",
    variance_kept,
    MIN_VARIANCE_KEPT,
)
RANDOM = NearSmallestDistance(
    "random",
    "random faces",
    "random faces from the prior are as close to real ones as any in the sweep",
    [PRIOR],
)
ALIVE = MinimumShare(
    "alive",
    "KL share",
    "the KL term matters",
    "KL loss / (total loss - total loss of a perfect copy), validation part",
    lambda experiment: experiment.number("training", "val_kl_share_above_floor"),
    MIN_KL_SHARE,
)
CRITERIA: tuple[Criterion, ...] = (FAITHFUL, RANDOM, ALIVE)
# Not one of the three criteria. Like RANDOM, but with a sampler that is fitted after training.
FITTED = NearSmallestDistance(
    "fitted",
    "fitted sampler",
    "random faces from the best fitted sampler are as close to real ones as any in the sweep",
    [name for name, term in glossary.samplers().items() if term.is_fitted],
)
