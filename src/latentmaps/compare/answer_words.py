"""A sweep's answer in sentences: the supported range, the evidence, and the range's ends."""

import itertools
from collections.abc import Sequence

from latentmaps.compare.answer import SweepAnswer
from latentmaps.compare.criteria import CRITERIA, FAITHFUL, Verdict
from latentmaps.compare.groups import have_seeds

_OPEN = (Verdict.YES, Verdict.UNCERTAIN)


def headline(answer: SweepAnswer) -> str:
    """Return the answer in a few sentences, including its most important limitations."""
    if not answer.trials:
        return f"No answer: {answer.reason}."
    name, last = answer.name, answer.trials[-1]
    verdicts = [trial.verdict for trial in answer.trials]
    fitted = [trial.verdict_fitted for trial in answer.trials]
    sentences = [f"This sweep supports {name} {_list_values(answer, verdicts, Verdict.YES)}."]
    if Verdict.YES not in verdicts:
        sentences = [f"No {name} of this sweep meets all three criteria."]
        if Verdict.YES in fitted:
            values = _list_values(answer, fitted, Verdict.YES)
            sentences.append(
                f"With fitted samplers instead of the prior, it supports {name} {values}."
            )
    if Verdict.UNCERTAIN in verdicts:
        sentences.append(f"Not certain: {_list_values(answer, verdicts, Verdict.UNCERTAIN)}.")
    if last.verdict is Verdict.YES:
        sentences.append(f"{last.label} is the largest value tried.")
    if not have_seeds([trial.group for trial in answer.trials]):
        sentences.append("Each value has one seed, so the spread is unknown.")
    return " ".join(sentences)


def evidence(answer: SweepAnswer) -> list[str]:
    """Return sentences about each criterion, about conflicts, and about the ends of the sweep."""
    if not answer.trials:
        return []
    criteria = [_describe_criterion(answer, place) for place in range(len(CRITERIA))]
    conflicts, ends = _describe_conflicts(answer), _describe_ends(answer)
    return [*criteria, *conflicts, *ends, *_describe_fitted(answer)]


def _describe_criterion(answer: SweepAnswer, place: int) -> str:
    criterion = CRITERIA[place]
    verdicts = [trial.findings[place].verdict for trial in answer.trials]
    parts = [
        f"{verdict} at {_list_values(answer, verdicts, verdict)}"
        for verdict in Verdict
        if verdict in verdicts
    ]
    words = f"{criterion.words[:1].upper()}{criterion.words[1:]}"
    return f"{words} ({criterion.threshold}): {'; '.join(parts)}."


def _list_values(answer: SweepAnswer, verdicts: Sequence[Verdict], verdict: Verdict) -> str:
    """Return the values with a given verdict as text, such as ``0.5 to 3, 10``.

    Three or more adjacent values form a range.

    Args:
        answer: a sweep's answer.
        verdicts: one verdict for each of its values.
        verdict: the verdict to look for.
    """
    pairs = zip(verdicts, [trial.label for trial in answer.trials], strict=True)
    grouped = itertools.groupby(pairs, lambda pair: pair[0] is verdict)
    runs = [[label for _, label in run] for is_meant, run in grouped if is_meant]
    texts = [", ".join(run) if len(run) < 3 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join(texts)


def _describe_conflicts(answer: SweepAnswer) -> list[str]:
    """Return a sentence for each pair of criteria that can each be met, but not by the same value.

    The list is empty if any value may meet all criteria.
    """
    if any(trial.verdict in _OPEN for trial in answer.trials):
        return []
    return [
        f"'{first.head}' and '{second.head}' are mutually exclusive here: no {answer.name} of this "
        "sweep meets both."
        for (i, first), (j, second) in itertools.combinations(enumerate(CRITERIA), 2)
        if _may_meet(answer, i) and _may_meet(answer, j) and not _may_meet(answer, i, j)
    ]


def _may_meet(answer: SweepAnswer, *places: int) -> bool:
    """Report whether any value may meet all criteria at these indices in ``CRITERIA``."""
    return any(
        all(trial.findings[place].verdict in _OPEN for place in places) for trial in answer.trials
    )


def _describe_ends(answer: SweepAnswer) -> list[str]:
    """Return sentences about where the range may continue beyond the values that were tried."""
    trials, name = answer.trials, answer.name
    first, last = trials[0], trials[-1]
    sentences = []
    if any(finding.is_best for finding in last.findings):
        sentences.append(
            f"The largest {name} tried, {last.label}, is still the best one for random faces: "
            "larger values may be better, and the range may continue there."
        )
    elif last.verdict in _OPEN:
        sentences.append(f"{last.label} is the largest {name} tried: the range may continue above.")
    if first.verdict in _OPEN and first.value > 0:
        sentences.append(f"{first.label} is the smallest {name} tried: the range may start below.")
    return sentences


def _describe_fitted(answer: SweepAnswer) -> list[str]:
    """Describe how a sampler that is fitted after training changes the trade-off."""
    known = [(trial, trial.sampler, trial.prior) for trial in answer.trials]
    pairs = [(trial, fitted, prior) for trial, fitted, prior in known if fitted and prior]
    if not pairs:
        return []
    place = CRITERIA.index(FAITHFUL)
    faithful = [pair for pair in pairs if pair[0].findings[place].verdict is Verdict.YES]
    best, fitted, prior = min(faithful or pairs, key=lambda pair: pair[1].distance.mean)
    closest, _, smallest = min(pairs, key=lambda pair: pair[2].distance.mean)
    name = answer.name
    at_best = "" if best is closest else f" (at best {smallest.text}, at {name} {closest.label})"
    range_ = _list_values(answer, [trial.verdict_fitted for trial in answer.trials], Verdict.YES)
    supported = f"{name} {range_}" if range_ else "no value"
    sentence = (
        "A sampler that is fitted after training changes the trade-off: at "
        f"{name} {best.label}, random faces have a kernel distance of {fitted.text} with the "
        f"{fitted.label} sampler and {prior.text} with the {prior.label}{at_best}. With fitted "
        f"samplers instead of the prior, the sweep supports {supported}."
    )
    return [sentence]
