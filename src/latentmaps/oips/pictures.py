"""The sheets of a layer: OIPs, elementary patterns, and strips that show how some OIPs grew."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.oips import oip
from latentmaps.oips.grays import CLIP_PERCENTILE, GrayScale, Images
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.oip import NUM_STRONGEST, Oips
from latentmaps.params.draw_oips import DrawOips

# the palette of Okabe and Ito, which color-blind readers can distinguish
BORDERS = {oip.ALIVE: "#009e73", oip.RESCUED: "#e69f00", oip.DEAD: "#bbbbbb"}

_SHEET_SCALE = 3
_NUM_COLUMNS = 8
_NUM_COLUMNS_LARGE = 16
_LARGE = 64

_PATTERN_TILE = 54
_NUM_STRIPS = 12
_STRIP_SCALE = 2


class _Shown(NamedTuple):
    """What the contact sheet shows.

    Attributes:
        oips: the OIPs.
        tiles: their images, uint8.
        suffix: suffix of their columns in the table.
        words: sentence about the gray scale.
    """

    oips: Oips
    tiles: Images
    suffix: str
    words: str


def _free(results: LayerResults) -> _Shown:
    """Show the OIPs with free pixels."""
    words = (
        f"The middle of the scale ({results.params.color_map}) is the mean of the image; its ends "
        f"are {results.grays.limit:.1f} standard deviations away (percentile {CLIP_PERCENTILE} of "
        "the layer)."
    )
    oips = results.oips.free
    return _Shown(oips, results.grays.free(oips.polished.images), "", words)


def _in_range(results: LayerResults) -> _Shown:
    """Show the OIPs with pixels as dark and light as those of a real digit."""
    darkest, brightest = results.grays.pixel_range
    words = (
        f"Pixels are as dark and light as those of a real digit: black is {darkest:.2f}, white "
        f"{brightest:.2f} standard deviations from the mean."
    )
    oips = results.oips.in_range
    return _Shown(oips, results.grays.in_range(oips.polished.images), "_in_range", words)


# name in params.yaml -> what the contact sheet shows
RANGES: dict[str, Callable[[LayerResults], _Shown]] = {"free": _free, "data": _in_range}


def draw_contact_sheet(results: LayerResults) -> Sheet:
    """Draw the contact sheet, with one tile per unit; the tile of a dead unit is blank.

    The sheet of the output layer has one column per digit. Each column shows the OIP with free
    pixels, the OIP in range, and the strongest real digit.

    Args:
        results: results of the layer.
    """
    if "confidence" in results.table:
        return _draw_outputs(results)
    shown = RANGES[results.params.range](results)
    ratios, statuses = results.table[f"ratio{shown.suffix}"], results.table[f"status{shown.suffix}"]
    if not (shown.oips.activations > 0).any():
        return sheets.draw_words(
            title=_title(results, ratios, statuses),
            text="Nothing to draw: nothing that was tried excites one of its feature maps.",
        )
    return sheets.draw_sheet(
        [
            image if activation > 0 else None
            for image, activation in zip(shown.tiles, shown.oips.activations, strict=True)
        ],
        num_columns=_NUM_COLUMNS if len(shown.tiles) <= _LARGE else _NUM_COLUMNS_LARGE,
        scale=_SHEET_SCALE,
        title=_title(results, ratios, statuses),
        caption=(
            f"{_caption(results)}{_polish_words(results.params)} {shown.words}"
            f"{_unseen_words(results.grays)}"
        ),
        tile_labels=[
            f"{index}  {_word(status, ratio)}"
            for index, status, ratio in zip(
                results.table["map_index"], statuses, ratios, strict=True
            )
        ],
        borders=[BORDERS[status] for status in statuses],
    )


def _draw_outputs(results: LayerResults) -> Sheet:
    """Draw the sheet of the output layer: the inputs that excite the output for each digit most."""
    table, grays, strongest = results.table, results.grays, results.strongest
    free, in_range = results.oips.free, results.oips.in_range
    shown = {
        "free pixels": (grays.free(free.polished.images), free.activations, "confidence"),
        "in range": (
            grays.in_range(in_range.polished.images),
            in_range.activations,
            "confidence_in_range",
        ),
    }
    tiles, labels = [], []
    for images, activations, column in shown.values():
        tiles += [
            image if value > 0 else None for image, value in zip(images, activations, strict=True)
        ]
        labels += [
            f"{value:.3g}\n{share:.1%}"
            for value, share in zip(activations, table[column], strict=True)
        ]
    tiles += list(grays.crop(strongest.images[:, 0]))
    labels += [
        f"a {label}: {value:.3g}"
        for label, value in zip(strongest.labels[:, 0], strongest.activations[:, 0], strict=True)
    ]
    return sheets.draw_sheet(
        tiles,
        num_columns=len(table),
        scale=_SHEET_SCALE,
        title=(
            f"What is a 3 to the CNN? The inputs that excite each of its {len(table)} outputs; "
            f"at most {results.params.num_steps} steps, seed {results.seed}"
        ),
        caption=(
            "A column for each digit that the CNN can read. Top: the input that raises its output "
            "most, with pixels free; middle: with pixels as dark and light as a real digit's; "
            "bottom: the test digit that raises it most. Under a tile: the output before the "
            "softmax, and how sure the CNN is that the picture shows this digit."
            f"{_polish_words(results.params)}"
        ),
        row_labels=[*shown, "strongest test digit"],
        column_labels=[str(index) for index in table["map_index"]],
        tile_labels=labels,
    )


def _title(results: LayerResults, ratios: pd.Series, statuses: pd.Series) -> str:
    counts = statuses.value_counts()
    states = ", ".join(f"{counts.get(status, 0)} {status}" for status in BORDERS)
    median = f"median {ratios.median():.2f}x; " if ratios.notna().any() else ""
    return (
        f"{results.layer_name}: the inputs that excite its {len(ratios)} {results.names.many}; "
        f"{states}; {median}at most {results.params.num_steps} steps, seed {results.seed}"
    )


def _caption(results: LayerResults) -> str:
    return (
        f"Under a tile: number of the {results.names.one}, and how many times stronger its "
        f"{results.names.response} is than for the strongest test digit; best of "
        f"{_starts(results)}. Green border: alive, a random start of its own excites the "
        f"{results.names.one}; orange: rescued, none did, the table tells what helped; gray: dead, "
        "nothing excites it."
    )


def _starts(results: LayerResults) -> str:
    starts = f"{results.params.num_starts} starts"
    if not results.params.head_start:
        return starts
    return f"{starts} and a head start, which won {results.oips.free.from_head_start.sum()} times"


def _polish_words(params: DrawOips) -> str:
    """Return a sentence about the polish, preceded by a space, or an empty string."""
    if params.polish == 1:
        return ""
    return (
        " OIPs are polished: fine patterns that the map hardly feels are weakened, at a cost of at "
        f"most {1 - params.polish:.0%} of its activation; numbers are those before."
    )


def _unseen_words(grays: GrayScale) -> str:
    """Return a sentence about the pixels left out, preceded by a space, or an empty string."""
    num_hidden = 28 - grays.reachable_size
    if not num_hidden:
        return ""
    return f" The last {num_hidden} rows and columns, left out, do not influence this layer."


def _word(status: str, ratio: float) -> str:
    return f"{ratio:.1f}x" if np.isfinite(ratio) and status != oip.DEAD else status


def draw_patterns(results: LayerResults) -> Sheet:
    """Draw the sheet of elementary patterns, one tile per map; for a dense layer, only text."""
    if results.elementary is None:
        return sheets.draw_words(
            title=f"{results.layer_name}: no elementary patterns",
            text="A unit of a dense layer sees the whole image: its OIP is its pattern.",
        )
    images = results.elementary.images[..., 0]
    height, width = images.shape[1:]
    scale = max(_SHEET_SCALE, _PATTERN_TILE // max(height, width))
    return sheets.draw_sheet(
        list(results.grays.patterns(images)),
        num_columns=_NUM_COLUMNS if len(images) <= _LARGE else _NUM_COLUMNS_LARGE,
        scale=scale,
        title=(
            f"{results.layer_name}: the patch of {width}x{height} pixels that excites each of its "
            f"{len(images)} feature maps most at one position, seed {results.seed}"
        ),
        caption=(
            "The elementary pattern of each feature map: its receptive field, a patch of as many "
            "pixels as one value of the map sees. An OIP raises the mean over all positions and "
            "repeats a pattern wherever that fits in; here it stands alone. Under a tile: number "
            "of the feature map, and its value at the one position, before the ReLU. The middle "
            f"of the scale is 0, its ends are {results.grays.pattern_limit:.1f} times the root "
            f"mean square of a patch away (percentile {CLIP_PERCENTILE} of the layer)."
        ),
        tile_labels=[
            f"{index}  {value:.3g}"
            for index, value in zip(
                results.table["map_index"], results.elementary.activations, strict=True
            )
        ],
    )


def draw_strips(results: LayerResults) -> Sheet:
    """Draw strips that show how OIPs grow, for some maps in descending order of their ratio."""
    rows = choose_rows(results.table)
    steps = oip.snapshot_steps(results.params)[1:-1]
    columns = ["start", *(f"step {step}" for step in steps), "free", "in range"]
    return sheets.draw_sheet(
        [tile for row in rows for tile in row_tiles(row, results)],
        num_columns=len(columns) + NUM_STRONGEST,
        scale=_STRIP_SCALE,
        title=f"{results.layer_name}: how the inputs grow that excite it, seed {results.seed}",
        caption=(
            f"{len(rows)} of {len(results.table)} {results.names.many}, from the highest ratio to "
            "the lowest. Left: "
            "the course with free pixels; a blank place means that the picture had stopped; a "
            "start of strokes on gray is the picture in range, which gave a head start. Free and "
            "in range: the ends, with pixels free and with pixels as dark and light as a digit's. "
            "Right: the test digits that excite it most, the strongest first; blank: no "
            f"further digit does.{_polish_words(results.params)}{_unseen_words(results.grays)}"
        ),
        row_labels=[_row_label(results.table.iloc[row], results.names.one) for row in rows],
        column_labels=[*columns, *(f"digit {n + 1}" for n in range(NUM_STRONGEST))],
    )


def choose_rows(table: pd.DataFrame) -> list[int]:
    """Choose rows of the table, spread evenly from the highest ratio to the lowest."""
    order = table["ratio"].sort_values(ascending=False, kind="stable", na_position="last").index
    number = min(_NUM_STRIPS, len(order))
    picks = np.linspace(0, len(order) - 1, number).round().astype(int)
    return [int(order[pick]) for pick in picks]


def row_tiles(row: int, results: LayerResults) -> list[Images | None]:
    """Return the tiles of a strip, each (h, w) or (h, w, 3), uint8; None for a blank one.

    These are the start image, the snapshots, both OIPs (with free pixels and in range), and the
    strongest digits.

    Args:
        row: row of the map in the table.
        results: results of the layer.
    """
    grays, strongest = results.grays, results.strongest
    free, in_range = results.oips.free, results.oips.in_range
    is_found = free.activations[row] > 0
    steps = oip.snapshot_steps(results.params)[1:-1]
    snapshots: list[Images | None] = [
        grays.free(image) if is_found and step < free.num_steps[row] else None
        for step, image in zip(steps, free.snapshots[row, 1:-1], strict=True)
    ]
    both_oips = [
        grays.free(free.polished.images[row]) if is_found else None,
        grays.in_range(in_range.polished.images[row]) if in_range.activations[row] > 0 else None,
    ]
    digits = [
        grays.crop(image) if activation > 0 else None
        for image, activation in zip(strongest.images[row], strongest.activations[row], strict=True)
    ]
    return [grays.free(free.starts[row]), *snapshots, *both_oips, *digits]


def _row_label(line: pd.Series, name: str) -> str:
    if line["status"] == oip.DEAD:
        return f"{name} {line['map_index']}: dead"
    ratio = f" {line['ratio']:.1f}x" if np.isfinite(line["ratio"]) else ""
    return f"{name} {line['map_index']}:{ratio} {line['rescued_by'] or line['status']}"
