"""All that is found for the feature maps of an encoder, for those who draw it."""

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
    """What is found for one convolution.

    Attributes:
        convolution: which one.
        patterns: of its maps.
        strongest: where its maps are highest on test faces.
        face_patches: (num_maps, number, size, size, channels), uint8, what is seen there.
        table: a row for each map, see docs/face-oips.md.
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
        encoder: of ``vae.build_encoder``, trained.
        images: (num_images, h, w, c), uint8; may be memory-mapped.
        rows: (n,), the test faces.
        params: of the search.
        seed: of the start patches.
        jit_compile: whether XLA compiles a step; slower on a CPU.

    Raises:
        DataError: the images are of another size than the encoder reads.
        TrainingError: a gradient is not a number.
    """
    arguments.require_images(images, encoder.input_shape[1:])
    found = convolutions.of_encoder(encoder)
    log.info("Looking at %d faces through %d convolutions", len(rows), len(found))
    on_faces = strongest.find(encoder, found, images, rows, number=params.num_strongest)
    results = []
    for convolution, seen in zip(found, on_faces, strict=True):
        num_maps, _ = seen.activations.shape
        log.info(
            "Climbing for %d feature maps of %s from %d starts each",
            num_maps,
            convolution.name,
            params.num_starts,
        )
        of_maps = patterns.find(
            encoder, convolution.layer_name, params, seed=seed, jit_compile=jit_compile
        )
        patches = strongest.cut(seen, convolution, images)
        table = _tabulate(convolution, of_maps, seen)
        results.append(Results(convolution, of_maps, seen, patches, table))
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
            # beside a face that leaves the map below 0 there is nothing to compare with
            "ratio": np.where(on_faces > 0, found.activations / on_faces, np.nan),
            "start_activation": found.start_activations.max(axis=1),
            "num_agreeing": found.num_agreeing,
            "contrast": np.sqrt((distances**2).mean(axis=(1, 2, 3))),
        }
    )


def join(results: Sequence[Results]) -> pd.DataFrame:
    """Return the tables of all convolutions as one."""
    return pd.concat([one.table for one in results], ignore_index=True)
