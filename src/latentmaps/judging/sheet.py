"""A sheet of random digits, with one row per class that the CNN assigns to them."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from latentmaps.digits.dataset.digits import NUM_CLASSES
from latentmaps.drawing import sheets, wording
from latentmaps.drawing.sheets import Sheet
from latentmaps.judging.readings import Reading
from latentmaps.storage import result_files
from latentmaps.vae.latent.samplers import Sampler
from latentmaps.vae.network.inference import TrainedVae

_SCALE = 2
# tiles of a row: the first digits of the class, a gap, and the least confident ones
_NUM_FIRST, _NUM_DOUBTFUL = 8, 4
_DOUBT = "#c2410c"


def draw_all(
    found: Mapping[str, Reading],
    vae: TrainedVae,
    fitted: Mapping[str, Sampler],
    *,
    min_confidence: float,
) -> dict[str, Sheet]:
    """Draw one sheet per sampler, and return them by name.

    Args:
        found: classifications by sampler name, from ``readings.read_all``.
        vae: the VAE that generated the random digits.
        fitted: samplers by name.
        min_confidence: digits classified with less confidence get a frame.
    """
    origin = vae.origin.describe()
    return {
        name: draw(
            found[name],
            min_confidence=min_confidence,
            words=wording.say_images(sampler.words),
            origin=origin,
        )
        for name, sampler in fitted.items()
    }


def draw(reading: Reading, *, min_confidence: float, words: str, origin: str) -> Sheet:
    """Draw the sheet of one sampler, with one row per digit.

    Args:
        reading: classification of random digits.
        min_confidence: digits classified with less confidence get a frame.
        words: description of the sampler, for the title.
        origin: description of the VAE, for the title.
    """
    rows = [_choose(reading, digit) for digit in range(NUM_CLASSES)]
    shown = [row for chosen in rows for row in chosen]
    confidences = [None if row is None else float(reading.confidences[row]) for row in shown]
    return sheets.draw_sheet(
        [None if row is None else reading.images[row] for row in shown],
        num_columns=_NUM_FIRST + 1 + _NUM_DOUBTFUL,
        scale=_SCALE,
        title=f"Random digits by what the CNN reads in them, {words} - {origin}",
        caption=(
            f"{len(reading.digits):,} digits that nobody wrote, each the decoder's answer to a "
            "random point of the latent space. In each row digits that the CNN reads as the digit "
            "on the left: some as they come, and behind the gap those of which it is least sure. "
            "Under each tile its confidence; the tile has a frame where that is less than "
            f"{100 * min_confidence:g} %."
        ),
        row_labels=[_describe(reading, digit, min_confidence) for digit in range(NUM_CLASSES)],
        tile_labels=["" if value is None else _percent(value) for value in confidences],
        borders=[
            _DOUBT if value is not None and value < min_confidence else None
            for value in confidences
        ],
    )


def _percent(confidence: float) -> str:
    """Format a share as a whole percentage, rounded down so that only certainty becomes 100%."""
    return f"{math.floor(100 * confidence + 1e-4)} %"  # 0.96 is a little less in float32


def _describe(reading: Reading, digit: int, min_confidence: float) -> str:
    rows = reading.rows(digit)
    num_sure = int((reading.confidences[rows] >= min_confidence).sum())
    return f"read as {digit}: {len(rows):,}, {num_sure:,} with confidence"


def _choose(reading: Reading, digit: int) -> list[int | None]:
    """Choose the images of one row of the sheet by index; None stands for a blank place."""
    rows = reading.rows(digit)
    doubtful = rows[np.argsort(reading.confidences[rows], kind="stable")][:_NUM_DOUBTFUL]
    first = np.setdiff1d(rows, doubtful)[:_NUM_FIRST]
    return [*_filled(first, _NUM_FIRST), None, *_filled(doubtful, _NUM_DOUBTFUL)]


def _filled(rows: np.ndarray, length: int) -> list[int | None]:
    return [*map(int, rows), *[None] * (length - len(rows))]


def save(drawn: Mapping[str, Sheet], folder: Path) -> None:
    """Write each sheet as a PNG named after its sampler, and all descriptions to sheets.json."""
    sheets.save_pngs(
        {name: sheet.image for name, sheet in drawn.items()},
        {name: folder / f"{name}.png" for name in drawn},
    )
    words = {name: sheet.numbers for name, sheet in drawn.items()}
    result_files.write_json(folder / "sheets.json", words)
