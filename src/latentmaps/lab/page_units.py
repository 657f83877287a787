"""The content of an answer page for each unit: the OIP, its verdict, and a card per start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from latentmaps.lab.answer import Answer
from latentmaps.lab.tiles import Tiles
from latentmaps.lab.unit_oips import UnitOips
from latentmaps.oips import page_pictures
from latentmaps.oips.page_pictures import CaptionedPicture, caption

KINDS = {
    "scales": "noise on several length scales",
    "coarse": "noise on the coarsest length scale",
    "fourier": "1/f noise, which contains all length scales",
    "noise": "fine noise with independent pixels",
    "digits": "a real digit",
    "in range": "the OIP with pixels in range",
}


@dataclass(frozen=True)
class Card:
    """The content of the page for one start.

    Attributes:
        number: number of the start, counted from 1.
        kind: kind of the start, as text.
        end: result of the ascent, as text.
        is_winner: whether the final image is the OIP.
        snapshots: pictures from the start image to the final image.
        curve: activation over the steps as SVG; empty for a silent start.
    """

    number: int
    kind: str
    end: str
    is_winner: bool
    snapshots: Sequence[CaptionedPicture]
    curve: str


@dataclass(frozen=True)
class UnitView:
    """The content of the page for one unit.

    Attributes:
        anchor: HTML id of its section, such as Conv2D_3-17.
        words: name of the unit on the page, such as ``map 17``.
        oip: the OIP; None if no start excites the unit.
        verdict: sentences that sum up the result.
        optima: the strongest final image of each optimum.
        digits: the test digits that excite the unit most.
        cards: one card per start.
    """

    anchor: str
    words: str
    oip: CaptionedPicture | None
    verdict: Sequence[str]
    optima: Sequence[CaptionedPicture]
    digits: Sequence[CaptionedPicture]
    cards: Sequence[Card]


def view(answer: Answer, position: int, tiles: Tiles) -> UnitView:
    """Return the content of the page for one unit.

    Args:
        answer: the answer.
        position: index of the unit in the answer.
        tiles: conversion of images to bytes.
    """
    unit = answer.units[position]
    words = name_of(unit)
    oip = None
    if not unit.is_silent:
        alt = f"OIP of {words}, activation {unit.activation:.3g}"
        oip = caption(
            tiles.draw(unit.oip[np.newaxis])[0], [f"activation {unit.activation:.3g}"], alt
        )
    return UnitView(
        anchor=f"{unit.layer_name}-{unit.unit}",
        words=words,
        oip=oip,
        verdict=list(_verdict(answer, position)),
        optima=[_optimum(unit, number, members, tiles) for number, members in list_optima(unit)],
        digits=_digits(answer, position, tiles),
        cards=[_card(answer, unit, start, tiles) for start in range(len(unit.kinds))],
    )


def name_of(unit: UnitOips) -> str:
    """Return the name of a unit, such as ``map 17``."""
    return f"{'unit' if unit.objective_name == 'unit' else 'map'} {unit.unit}"


def kind_words(answer: Answer, unit: UnitOips, start: int) -> str:
    """Describe the kind of a start.

    Args:
        answer: the answer.
        unit: one of its units.
        start: index of the start.
    """
    kind = unit.kinds[start]
    if _is_head_start(answer, start):
        head = "the training digit that excites it most" if kind == "digits" else KINDS[kind]
        return f"head start, {head}"
    if kind.startswith("digit:"):
        return f"{kind}, the first {kind.removeprefix('digit:')} of the training digits"
    return KINDS.get(kind, kind)


def _is_head_start(answer: Answer, start: int) -> bool:
    is_last = start == len(answer.units[0].kinds) - 1
    return answer.matches_stage and answer.question.params.head_start and is_last


def _explain_rejection(answer: Answer, start: int) -> str:
    """Explain why a start with a higher final activation did not yield the OIP."""
    if _is_head_start(answer, start):
        return "but a head start wins only if it reaches 5% more than every start from noise"
    return "but its final image is less smooth, and --smoothness penalizes that"


def list_optima(unit: UnitOips) -> Iterator[tuple[int, list[int]]]:
    """Yield the number of each optimum, counted from 1, and its starts, strongest first."""
    loud = np.flatnonzero(unit.activations > unit.floor)
    order = loud[np.argsort(-unit.activations[loud], kind="stable")]
    for number, optimum in enumerate(dict.fromkeys(unit.optima[order].tolist()), start=1):
        yield number, [start for start in order.tolist() if unit.optima[start] == optimum]


def optimum_number(unit: UnitOips, start: int) -> int:
    """Return the number, counted from 1, of the optimum that a start reached.

    The start must excite the unit.
    """
    return next(number for number, members in list_optima(unit) if start in members)


def best_step(unit: UnitOips, start: int) -> int:
    """Return the step after which the best image of a start was reached."""
    return int(np.nanargmin(np.abs(unit.curves[start] - unit.activations[start])))


def shown_steps(unit: UnitOips, start: int) -> list[int]:
    """Return the indices of the snapshots between the start image and the final image."""
    last = best_step(unit, start)
    return [place for place, step in enumerate(unit.snapshot_steps) if 0 < step < last]


def _verdict(answer: Answer, position: int) -> Iterator[str]:
    """Yield sentences that sum up the result for a unit."""
    unit, words = answer.units[position], name_of(answer.units[position])
    if unit.is_silent:
        yield f"None of these starts excites {words}: its activation after the ReLU stays at 0."
        if answer.question.starts is not None:
            yield "Try --start fourier, or omit --start to choose the best of many random images."
        return
    highest = int(unit.activations.argmax())
    most = " more than any other result" if highest == unit.winner else ""
    yield (
        f"This picture excites {words} of {unit.layer_name}{most}: {unit.activation:.3g} "
        f"({answer.objective_words})."
    )
    ended = "converged after" if unit.converged[unit.winner] else "was still changing after"
    if not answer.question.params.convergence_threshold:
        ended = "took all"
    yield from _comparison(answer, position)
    yield (
        f"It grew from start {unit.winner + 1} ({kind_words(answer, unit, unit.winner)}) and "
        f"{ended} {unit.num_steps[unit.winner]} steps."
    )
    if highest != unit.winner:
        end = f"{unit.activations[highest]:.3g}"
        yield f"Start {highest + 1} reached {end}, {_explain_rejection(answer, highest)}."
    optima = [members for _, members in list_optima(unit)]
    num_loud = sum(map(len, optima))
    if num_loud > 1:
        yield (
            f"All {num_loud} starts that excite it converge to one optimum."
            if len(optima) == 1
            else f"{num_loud} starts converge to {len(optima)} distinct optima."
        )


def _comparison(answer: Answer, position: int) -> Iterator[str]:
    """Yield a sentence that compares the OIP with the strongest real digit."""
    if answer.strongest is None:
        return
    unit = answer.units[position]
    digit = float(answer.strongest.activations[position, 0])
    label = answer.strongest.labels[position, 0]
    if not digit > unit.floor:
        yield "No test digit excites it."
    elif digit > 0 and unit.objective_name != "position":
        ratio = unit.activation / digit
        yield f"That is {ratio:.1f} times the activation of the strongest test digit, a {label}."


def _optimum(unit: UnitOips, number: int, members: list[int], tiles: Tiles) -> CaptionedPicture:
    starts = ", ".join(str(start + 1) for start in sorted(members))
    words = f"optimum {number}: start{'s' if len(members) > 1 else ''} {starts}"
    best = members[0]
    words = f"{words} ({unit.activations[best]:.3g})"
    return caption(tiles.draw(unit.images[best : best + 1])[0], [words], words)


def _digits(answer: Answer, position: int, tiles: Tiles) -> list[CaptionedPicture]:
    found, floor = answer.strongest, answer.units[position].floor
    if found is None:
        return []
    # the objective ``position`` sees only a patch, but a digit is shown whole
    is_patch = answer.units[position].objective_name == "position"
    images = found.images[position] if is_patch else tiles.crop(found.images[position])
    return [
        caption(image, [f"{label}: {activation:.3g}"], f"test digit {row}, a {label}")
        for image, label, activation, row in zip(
            images,
            found.labels[position],
            found.activations[position],
            found.rows[position],
            strict=True,
        )
        if activation > floor
    ]


def _card(answer: Answer, unit: UnitOips, start: int, tiles: Tiles) -> Card:
    kind = kind_words(answer, unit, start)
    is_silent = unit.is_start_silent(start)
    if is_silent:
        end = f"does not excite the {name_of(unit).split()[0]}, so there is no gradient"
    else:
        end = f"reaches {unit.activations[start]:.3g}, optimum {optimum_number(unit, start)}"
    return Card(
        number=start + 1,
        kind=kind,
        end=end,
        is_winner=start == unit.winner and not unit.is_silent,
        snapshots=list(_snapshots(unit, start, tiles, is_silent=is_silent)),
        curve="" if is_silent else Markup(_curve(unit, start)),  # noqa: S704 - our own drawing
    )


def _snapshots(
    unit: UnitOips, start: int, tiles: Tiles, *, is_silent: bool
) -> Iterator[CaptionedPicture]:
    """Yield the pictures from the start image to the final image."""
    begun = unit.snapshots[start, 0]
    is_pushed = not np.array_equal(unit.starts[start], begun)
    excited = unit.curves[start, 0]
    first = "start" if is_pushed else f"start: {excited:.3g}"
    yield caption(tiles.draw(unit.starts[start : start + 1])[0], [first], first)
    if is_silent:
        return
    if is_pushed:
        words = f"after steps on the map before its ReLU: {excited:.3g}"
        yield caption(tiles.draw(begun[np.newaxis])[0], [words], words)
    for place in shown_steps(unit, start):
        words = _step_words(unit, start, unit.snapshot_steps[place], "step")
        yield caption(tiles.draw(unit.snapshots[start, place : place + 1])[0], [words], words)
    words = _step_words(unit, start, best_step(unit, start), "end, step")
    yield caption(tiles.draw(unit.images[start : start + 1])[0], [words], words)


def _step_words(unit: UnitOips, start: int, step: int, word: str) -> str:
    change = unit.relative_change(start, step)
    in_brackets = ""
    if np.isfinite(change):
        in_brackets = f" (relative change {f'{change:.3f}' if change >= 0.001 else '< 0.001'})"
    return f"{word} {step}: {unit.curves[start, step]:.3g}{in_brackets}"


def _curve(unit: UnitOips, start: int) -> str:
    curves = {f"start {start + 1}": unit.curves[start]}
    if start != unit.winner:
        curves["the best start"] = unit.curves[unit.winner]
    title = f"Activation of {name_of(unit)} over the steps from start {start + 1}"
    return page_pictures.draw_curve(curves, None, title=title)
