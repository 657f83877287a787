"""Draw an answer as a contact sheet: one row per start, from the start image to the final image."""

from collections.abc import Sequence

import numpy as np

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.lab import page_units
from latentmaps.lab.answer import Answer
from latentmaps.lab.tiles import Bytes, Tiles, choose_tiles
from latentmaps.lab.unit_oips import UnitOips

# approximate size of a tile, in pixels
_EDGE = 84
_WINNER = "#009e73"

Row = Sequence[tuple[Bytes | None, str]]


def draw(answer: Answer) -> Sheet:
    """Draw the ascents of all units from start image to final image, and the strongest digits."""
    tiles = choose_tiles(answer)
    steps = answer.units[0].snapshot_steps[1:-1]
    columns = ["start", *(f"step {step}" for step in steps), "end"]
    rows, labels, borders = [], [], []
    for position, unit in enumerate(answer.units):
        for start in range(len(unit.kinds)):
            is_winner = start == unit.winner and not unit.is_silent
            rows.append(_row(unit, start, tiles))
            labels.append(_label(answer, unit, start))
            borders += [None] * (len(columns) - 1) + [_WINNER if is_winner else None]
        if digits := _digits(answer, position, tiles, len(columns)):
            rows.append(digits)
            labels.append(f"{page_units.name_of(unit)}: strongest test digits")
            borders += [None] * len(columns)
    places = [place for row in rows for place in row]
    return sheets.draw_sheet(
        [tile for tile, _ in places],
        num_columns=len(columns),
        scale=max(1, _EDGE // max(tiles.seen_size)),
        title=_title(answer),
        caption=_caption(answer, tiles),
        row_labels=labels,
        column_labels=columns,
        tile_labels=[words for _, words in places],
        borders=borders,
    )


def _row(unit: UnitOips, start: int, tiles: Tiles) -> Row:
    """Return the tiles of one ascent with their activations; None after the image has stopped."""
    curve = unit.curves[start]
    row: list[tuple[Bytes | None, str]] = [
        (tiles.draw(unit.starts[start : start + 1])[0], f"{curve[0]:.3g}")
    ]
    shown = page_units.shown_steps(unit, start)
    is_silent = unit.is_start_silent(start)
    for place in range(1, len(unit.snapshot_steps) - 1):
        if is_silent or place not in shown:
            row.append((None, ""))
            continue
        image = tiles.draw(unit.snapshots[start, place : place + 1])[0]
        row.append((image, f"{curve[unit.snapshot_steps[place]]:.3g}"))
    end = None if is_silent else tiles.draw(unit.images[start : start + 1])[0]
    words = "silent" if is_silent else f"{unit.activations[start]:.3g}"
    return [*row, (end, words)]


def _digits(answer: Answer, position: int, tiles: Tiles, number: int) -> Row:
    """Return the tiles of the strongest digits; empty if the OIPs have a different size."""
    found, unit = answer.strongest, answer.units[position]
    if found is None or unit.objective_name == "position":
        return []
    images = tiles.crop(found.images[position])
    row = [
        (np.repeat(image[..., np.newaxis], 3, axis=2), f"{label}: {activation:.3g}")
        for image, label, activation in zip(
            images, found.labels[position], found.activations[position], strict=True
        )
        if activation > unit.floor
    ]
    return [*row, *[(None, "")] * number][:number] if row else []


def _label(answer: Answer, unit: UnitOips, start: int) -> str:
    is_silent = unit.is_start_silent(start)
    led = "silent" if is_silent else f"optimum {page_units.optimum_number(unit, start)}"
    kind = page_units.kind_words(answer, unit, start)
    return f"{page_units.name_of(unit)}, start {start + 1}: {kind}; {led}"


def _title(answer: Answer) -> str:
    names = ", ".join(page_units.name_of(unit) for unit in answer.units[:8])
    others = " ..." if len(answer.units) > 8 else ""
    return (
        f"{answer.question.layer_name}: what excites {names}{others}; at most "
        f"{answer.question.params.num_steps} steps, seed {answer.question.seed}"
    )


def _caption(answer: Answer, tiles: Tiles) -> str:
    return (
        f"One row per start image. Under each tile: its activation ({answer.objective_words}); "
        "under a digit: its label and activation. Blank: the ascent had already stopped. End: the "
        "best image of the ascent. Green border: the OIP, usually the end with the highest "
        "activation of its unit (a head start must end more than 5% higher, or start higher than "
        "all other ends). Ends that look alike belong to the same optimum. "
        f"{tiles.words(answer.units[0].oip.shape[2])}"
    )
