"""All results for the feature maps of an encoder, ready to be drawn."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps import arguments
from latentmaps.face_oips import convolutions, patterns, strongest
from latentmaps.face_oips.convolutions import Convolution
from latentmaps.face_oips.patterns import Patterns
from latentmaps.face_oips.strongest import Strongest
from latentmaps.params.draw_face_oips import DrawFaceOips

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Results:
    """The results for one convolution.

    Attributes:
        convolution: the convolution.
        patterns: patterns of its maps.
        strongest: the positions where its maps are highest on test faces.
        face_patches: (num_maps, number, size, size, channels), uint8, patches at these positions.
        table: one row per map; docs/face-oips.md explains the columns.
    """

    convolution: Convolution
    patterns: Patterns
    strongest: Strongest
    face_patches: npt.NDArray[np.uint8]
    table: pd.DataFrame


def study(
    encoder: keras.Model,
    images: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    params: DrawFaceOips,
    *,
    seed: int,
    jit_compile: bool,
) -> list[Results]:
    """Find the patterns of all feature maps, and the patches of test faces that excite them most.

    Args:
        encoder: trained encoder, built by ``vae.build_encoder``.
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
        rows: (n,), int, rows of the test faces.
        params: parameters of the search.
        seed: seed for the start patches.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.

    Raises:
        DataError: the size of the images is not the encoder's input size.
        TrainingError: a gradient is NaN or infinite.
    """
    arguments.require_images(images, encoder.input_shape[1:])
    found = convolutions.find_convolutions(encoder)
    log.info("Searching %d faces with %d convolutions", len(rows), len(found))
    on_faces = strongest.find(encoder, found, images, rows, number=params.num_strongest)
    results = []
    for convolution, seen in zip(found, on_faces, strict=True):
        num_maps, _ = seen.activations.shape
        log.info(
            "Searching for the patterns of %d feature maps of %s from %d starts each",
            num_maps,
            convolution.name,
            params.num_starts,
        )
        found_patterns = patterns.find(
            encoder, convolution.layer_name, params, seed=seed, jit_compile=jit_compile
        )
        patches = strongest.cut(seen, convolution, images)
        table = _tabulate(convolution, found_patterns, seen)
        results.append(Results(convolution, found_patterns, seen, patches, table))
    return results


def _tabulate(convolution: Convolution, found: Patterns, seen: Strongest) -> pd.DataFrame:
    on_faces = seen.activations[:, 0]
    distances = found.patches.astype(np.float64) - 0.5
    return pd.DataFrame(
        {
            "layer": convolution.name,
            "map_index": np.arange(len(on_faces)),
            "activation": found.activations,
            "face_activation": on_faces,
            # no ratio if no face raises the map above 0
            "ratio": np.where(on_faces > 0, found.activations / on_faces, np.nan),
            "start_activation": found.start_activations.max(axis=1),
            "num_agreeing": found.num_agreeing,
            "contrast": np.sqrt((distances**2).mean(axis=(1, 2, 3))),
        }
    )


def join(results: Sequence[Results]) -> pd.DataFrame:
    """Concatenate the tables of all convolutions."""
    return pd.concat([result.table for result in results], ignore_index=True)
