"""The answer of a sweep in sentences: the range that it supports, its evidence, and its ends."""

import itertools
from collections.abc import Sequence

from latentmaps.compare.answer import Answer, Trial
from latentmaps.compare.criteria import CRITERIA, Verdict

_OPEN = (Verdict.YES, Verdict.UNCERTAIN)


def headline(answer: Answer) -> str:
    """Return the answer in one or two sentences."""
    if not answer.trials:
        return f"No answer: {answer.reason}."
    verdicts = [trial.verdict for trial in answer.trials]
    yes = _where(answer.trials, [one is Verdict.YES for one in verdicts])
    open_ = _where(answer.trials, [one is Verdict.UNCERTAIN for one in verdicts])
    told = (
        f"This sweep supports {answer.name} {yes}."
        if yes
        else f"No {answer.name} of this sweep meets all three criteria."
    )
    return f"{told} Not certain: {open_}." if open_ else told


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
        f"{verdict} at {_where(answer.trials, [one is verdict for one in said])}"
        for verdict in Verdict
        if verdict in said
    ]
    words = f"{criterion.words[:1].upper()}{criterion.words[1:]}"
    return f"{words} ({criterion.threshold}): {'; '.join(parts)}."


def _where(trials: Sequence[Trial], are_meant: Sequence[bool]) -> str:
    """Return the values that are meant: ``0.5 to 3, 10``; three neighbors or more are a range."""
    pairs = zip(are_meant, [trial.label for trial in trials], strict=True)
    grouped = itertools.groupby(pairs, lambda pair: pair[0])
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
    faithful = [each for each in known if each[0].findings[0].verdict is Verdict.YES]
    best, sampler, prior = min(faithful or known, key=lambda each: each[1].distance.mean)
    nearest, _, least = min(known, key=lambda each: each[2].distance.mean)
    name = answer.name
    of_prior = f"{prior.text} from the {prior.label}"
    smallest = "" if best is nearest else f" (at best {least.text}, at {name} {nearest.label})"
    yes = [trial.verdict_fitted is Verdict.YES for trial in answer.trials]
    supported = f"{name} {_where(answer.trials, yes)}" if any(yes) else "no value"
    told = (
        f"A sampler fitted afterwards changes the trade-off: random faces of {name} {best.label} "
        f"have a kernel distance of {sampler.text} from the "
        f"{sampler.label}, {of_prior}{smallest}. With fitted samplers "
        f"instead of the prior the sweep supports {supported}."
    )
    return [told]
