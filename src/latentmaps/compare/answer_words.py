"""The answer of a sweep in sentences: the range that it supports, its evidence, and its ends."""

import itertools
from collections.abc import Sequence

from latentmaps.compare.answer import Answer
from latentmaps.compare.criteria import CRITERIA, FAITHFUL, Verdict
from latentmaps.compare.groups import have_seeds

_OPEN = (Verdict.YES, Verdict.UNCERTAIN)


def headline(answer: Answer) -> str:
    """Return the answer in a few sentences, with what most limits it."""
    if not answer.trials:
        return f"No answer: {answer.reason}."
    name, last = answer.name, answer.trials[-1]
    verdicts = [trial.verdict for trial in answer.trials]
    fitted = [trial.verdict_fitted for trial in answer.trials]
    told = [f"This sweep supports {name} {_find(answer, verdicts, Verdict.YES)}."]
    if Verdict.YES not in verdicts:
        told = [f"No {name} of this sweep meets all three criteria."]
        if Verdict.YES in fitted:
            where = _find(answer, fitted, Verdict.YES)
            told.append(f"With fitted samplers instead of the prior it supports {name} {where}.")
    if Verdict.UNCERTAIN in verdicts:
        told.append(f"Not certain: {_find(answer, verdicts, Verdict.UNCERTAIN)}.")
    if last.verdict is Verdict.YES:
        told.append(f"{last.label} is the largest value tried.")
    if not have_seeds([trial.group for trial in answer.trials]):
        told.append("Each value has one seed: no spread is known.")
    return " ".join(told)


def evidence(answer: Answer) -> list[str]:
    """Return what each criterion says, where they meet, and where the sweep ends."""
    if not answer.trials:
        return []
    told = [_describe(answer, place) for place in range(len(CRITERIA))]
    return [*told, *_conflicts(answer), *_ends(answer), *_fitted(answer)]


def _describe(answer: Answer, place: int) -> str:
    criterion = CRITERIA[place]
    said = [trial.findings[place].verdict for trial in answer.trials]
    parts = [
        f"{verdict} at {_find(answer, said, verdict)}" for verdict in Verdict if verdict in said
    ]
    words = f"{criterion.words[:1].upper()}{criterion.words[1:]}"
    return f"{words} ({criterion.threshold}): {'; '.join(parts)}."


def _find(answer: Answer, verdicts: Sequence[Verdict], verdict: Verdict) -> str:
    """Return the values that have a verdict: ``0.5 to 3, 10``; three neighbors are a range.

    Args:
        answer: of a sweep.
        verdicts: one for each of its values.
        verdict: that is looked for.
    """
    pairs = zip(verdicts, [trial.label for trial in answer.trials], strict=True)
    grouped = itertools.groupby(pairs, lambda pair: pair[0] is verdict)
    runs = [[label for _, label in run] for is_meant, run in grouped if is_meant]
    texts = [", ".join(run) if len(run) < 3 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join(texts)


def _conflicts(answer: Answer) -> list[str]:
    """Return which criteria no value meets at once; empty: some value may meet all of them."""
    if any(trial.verdict in _OPEN for trial in answer.trials):
        return []
    return [
        f"'{first.head}' and '{second.head}' exclude each other here: no {answer.name} of this "
        "sweep meets both."
        for (i, first), (j, second) in itertools.combinations(enumerate(CRITERIA), 2)
        if _any(answer, i) and _any(answer, j) and not _any(answer, i, j)
    ]


def _any(answer: Answer, *places: int) -> bool:
    """Tell whether some value may meet all the criteria at these places."""
    return any(
        all(trial.findings[place].verdict in _OPEN for place in places) for trial in answer.trials
    )


def _ends(answer: Answer) -> list[str]:
    """Return where the range may go on beyond what was tried."""
    trials, name = answer.trials, answer.name
    first, last = trials[0], trials[-1]
    told = []
    if any(one.is_best for one in last.findings):
        told.append(
            f"The largest {name} tried, {last.label}, still gains: random faces may come nearer "
            f"beyond it, and the range may go on there."
        )
    elif last.verdict in _OPEN:
        told.append(f"{last.label} is the largest {name} tried: the range may go on beyond it.")
    if first.verdict in _OPEN and first.value > 0:
        told.append(f"{first.label} is the smallest {name} tried: the range may begin below it.")
    return told


def _fitted(answer: Answer) -> list[str]:
    """Return what a sampler that is fitted afterwards changes: the trade-off is another one."""
    known = [(one, one.sampler, one.prior) for one in answer.trials if one.sampler and one.prior]
    if not known:
        return []
    place = CRITERIA.index(FAITHFUL)
    faithful = [each for each in known if each[0].findings[place].verdict is Verdict.YES]
    best, sampler, prior = min(faithful or known, key=lambda each: each[1].distance.mean)
    nearest, _, least = min(known, key=lambda each: each[2].distance.mean)
    name = answer.name
    of_prior = f"{prior.text} from the {prior.label}"
    smallest = "" if best is nearest else f" (at best {least.text}, at {name} {nearest.label})"
    range_ = _find(answer, [trial.verdict_fitted for trial in answer.trials], Verdict.YES)
    supported = f"{name} {range_}" if range_ else "no value"
    told = (
        f"A sampler fitted afterwards changes the trade-off: random faces of {name} {best.label} "
        f"have a kernel distance of {sampler.text} from the "
        f"{sampler.label}, {of_prior}{smallest}. With fitted samplers "
        f"instead of the prior the sweep supports {supported}."
    )
    return [told]
