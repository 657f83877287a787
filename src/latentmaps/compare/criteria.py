"""What a value of a parameter has to meet to be supported by a sweep: three criteria.

Each one is an object in ``CRITERIA`` with its words, formula, threshold and the way its error comes
about. It gives a verdict for each value that was tried: yes, no, or not certain where the seeds
disagree or the threshold lies within two standard errors.
"""

import enum
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from latentmaps.compare import measures
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.groups import Group, Statistic
from latentmaps.report import glossary, samplers

# Standard errors on either side of a mean. With three seeds the true mean lies between them in
# about 82 % of cases, with ten in 92 %: Student's t with 2 and 9 degrees of freedom.
_ERRORS = 2.0
PRIOR = samplers.NOT_FITTED
_KERNEL, _MSE, _DIVERSITY = "kernel_distance", "mse", "diversity_originals"
# Own choice. A mean face keeps 0, a perfect copy 1. Of the avatars' pixel variance the best linear
# code keeps 0.70 with 5 numbers, 0.80 with 12, 0.84 with 20 (principal components of 1,500 training
# faces, on the test faces); and 0.8 of it is a PSNR of 20 dB, near which a face is recognizable. A
# share, unlike a PSNR, does not depend on how much contrast the pictures have.
VARIANCE_KEPT = 0.8
# The source of the method wants KL loss / total loss > 3 %. Most of a total loss of bce is the
# entropy of the pixels, which no network can lower: the rule is applied to what is above it.
KL_SHARE = 0.03


class Verdict(enum.StrEnum):
    """Whether a value meets a criterion."""

    YES = "yes"
    NO = "no"
    UNCERTAIN = "not certain"
    UNKNOWN = "no number"


@dataclass(frozen=True)
class Finding:
    """What a criterion says of one value.

    Attributes:
        verdict: whether the value meets it.
        text: the number that is judged, behind it two standard errors where they are known.
        is_best: no other value of the sweep has a better one; only where they are compared.
    """

    verdict: Verdict
    text: str
    is_best: bool = False


@dataclass(frozen=True)
class AtLeast:
    """A share that has to reach a threshold.

    Attributes:
        name: within the page.
        head: a word or two above its column.
        words: what it asks for.
        formula: what is judged.
        share: returns it for an experiment, 0..1, or None.
        least: the threshold, 0..1.
        error: how the standard error comes about.
    """

    name: str
    head: str
    words: str
    formula: str
    share: Callable[[Experiment], float | None]
    least: float
    error: str = "spread / sqrt(number of seeds)"

    @property
    def threshold(self) -> str:
        """What the share has to reach, in words."""
        return f"at least {100 * self.least:g} %"

    def judge(self, groups: Sequence[Group]) -> list[Finding]:
        """Return a finding for each group by itself."""
        return [self._judge(group.statistic(self.share)) for group in groups]

    def _judge(self, found: Statistic | None) -> Finding:
        if found is None:
            return Finding(Verdict.UNKNOWN, measures.NO_VALUE)
        margin = None if found.error is None else _ERRORS * found.error
        text = f"{_text(100 * found.mean, margin and 100 * margin, '.1f')} %"
        if margin is not None and abs(found.mean - self.least) <= margin:
            return Finding(Verdict.UNCERTAIN, text)
        return Finding(_agree(value >= self.least for value in found.values), text)


@dataclass(frozen=True)
class NearBest:
    """A kernel distance that has to be as small as the smallest mean of the sweep, up to its error.

    Attributes:
        name: within the page.
        head: a word or two above its column.
        words: what it asks for.
        samplers: names of those that may be used; each group takes its best one.
        formula: what is judged.
        threshold: what that has to reach.
        error: how the standard error comes about. That of a kernel distance, over draws of random
            faces, is not divided by the number of seeds: where only the seed of the training
            differs, the same random points stand behind all of them.
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

    def judge(self, groups: Sequence[Group]) -> list[Finding]:
        """Return a finding for each group, compared with the best of them."""
        nets = measures.feature_nets([one for group in groups for one in group.members])[:1]
        found = [find_best_sampler(group, self.samplers, nets) for group in groups]
        known = [one for one in found if one is not None]
        if not known:
            return [Finding(Verdict.UNKNOWN, measures.NO_VALUE) for _ in groups]
        best = min(known, key=lambda one: one.distance.mean)
        return [_compare(one, best) for one in found]


@dataclass(frozen=True)
class SamplerOfGroup:
    """Kernel distances of random faces from one sampler, over the seeds of a group.

    Attributes:
        sampler: its name.
        distance: of each seed.
        variance: of the mean, squared standard error; None: not known.
    """

    sampler: str
    distance: Statistic
    variance: float | None

    @property
    def label(self) -> str:
        """What a sentence calls the sampler."""
        return glossary.term(self.sampler).sampler

    @property
    def text(self) -> str:
        """The mean, behind it two standard errors where they are known."""
        margin = None if self.variance is None else _ERRORS * math.sqrt(self.variance)
        return _text(self.distance.mean, margin, glossary.term(_KERNEL).format)


def find_best_sampler(
    group: Group, names: Sequence[str], nets: Sequence[str]
) -> SamplerOfGroup | None:
    """Return the sampler with the smallest mean kernel distance, or None where none has one.

    Args:
        group: of experiments.
        names: of samplers.
        nets: the feature net; none: no experiment has one.
    """
    found = [one for name in names for net in nets if (one := _of_sampler(group, name, net))]
    return min(found, key=lambda one: one.distance.mean, default=None)


def _of_sampler(group: Group, name: str, net: str) -> SamplerOfGroup | None:
    way = ("samples", name, net)
    distance = group.statistic(lambda one: one.number("test", *way, _KERNEL))
    if distance is None:
        return None
    draw = group.statistic(lambda one: one.number("test", *way, samplers.ERRORS[_KERNEL]))
    parts = [
        *([] if distance.error is None else [distance.error**2]),
        *([] if draw is None else [statistics.fmean(error**2 for error in draw.values)]),
    ]
    return SamplerOfGroup(name, distance, sum(parts) if parts else None)


def _compare(one: SamplerOfGroup | None, best: SamplerOfGroup) -> Finding:
    if one is None:
        return Finding(Verdict.UNKNOWN, measures.NO_VALUE)
    if one is best:
        return Finding(Verdict.YES, f"{one.text}, the smallest", is_best=True)
    difference = one.distance.mean - best.distance.mean
    known = one.variance is not None and best.variance is not None
    margin = _ERRORS * math.sqrt((one.variance or 0.0) + (best.variance or 0.0)) if known else None
    text = f"+{_text(difference, margin, glossary.term(_KERNEL).format)}"
    if margin is None:
        return Finding(Verdict.UNCERTAIN, text)
    return Finding(
        _agree(value - best.distance.mean <= margin for value in one.distance.values), text
    )


def _agree(verdicts: Iterable[bool]) -> Verdict:
    """Return yes or no where all seeds say the same."""
    said = set(verdicts)
    if len(said) > 1:
        return Verdict.UNCERTAIN
    return Verdict.YES if said == {True} else Verdict.NO


def combine(findings: Sequence[Finding]) -> Verdict:
    """Return yes where all findings are yes, no where one is no, else what keeps it from yes."""
    said = [one.verdict for one in findings]
    worst = (Verdict.NO, Verdict.UNKNOWN, Verdict.UNCERTAIN)
    return next((verdict for verdict in worst if verdict in said), Verdict.YES)


def _text(value: float, margin: float | None, form: str) -> str:
    beside = "" if margin is None else f" {measures.PLUS_MINUS} {margin:{form}}"
    return f"{value:{form}}{beside}"


def variance_kept(one: Experiment) -> float | None:
    """Return the share of the test faces' pixel variance that reconstructions keep, at most 1.

    The mean square difference of two faces is twice their variance, and the diversity of the test
    faces its root: both numbers are of the same faces, with z at the posterior mean.
    """
    mse, diversity = one.number("test", _MSE), one.number("test", _DIVERSITY)
    return None if mse is None or not diversity else 1.0 - mse / (diversity**2 / 2.0)


Criterion = AtLeast | NearBest
FAITHFUL = AtLeast(
    "faithful",
    "variance kept",
    "reconstructions keep the variance of the test faces",
    "1 - MSE / (diversity of the test faces^2 / 2)",
    variance_kept,
    VARIANCE_KEPT,
)
RANDOM = NearBest(
    "random",
    "random faces",
    "random faces from the prior are as near to real ones as any of the sweep",
    [PRIOR],
)
ALIVE = AtLeast(
    "alive",
    "KL share",
    "the KL term has weight",
    "KL loss / (total loss - that of a perfect copy), validation part",
    lambda one: one.number("training", "val_kl_share_above_floor"),
    KL_SHARE,
)
CRITERIA: tuple[Criterion, ...] = (FAITHFUL, RANDOM, ALIVE)
# Beside the three: what RANDOM says of random points from a sampler fitted afterwards.
FITTED = NearBest(
    "fitted",
    "fitted sampler",
    "random faces from the best fitted sampler are as near to real ones as any of the sweep",
    [name for name, term in glossary.samplers().items() if term.is_fitted],
)
