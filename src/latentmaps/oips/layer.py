"""All that is found for the feature maps of a layer, for those who draw it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.digits.dataset.digits import Digits
from latentmaps.images import pixels
from latentmaps.oips import real_digits, scores, search
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Floats, LayerOips, PixelRange, StrongestDigits
from latentmaps.params.draw_oips import DrawOips

CLIP_PERCENTILE = 98

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class GrayScale:
    """How the pictures of a layer become grays: one scale for all of them.

    Attributes:
        limit: free pixels: black and white are so many standard deviations from the mid-gray 0.
        pixel_range: pixels in range: what is black and what is white, in standard deviations.
        reachable_size: rows and columns, from the upper left, that influence the layer.
    """

    limit: float
    pixel_range: PixelRange
    reachable_size: int

    def free(self, images: Floats) -> Images:
        """Return pictures with free pixels (..., 28, 28) as bytes, cropped as by ``crop``."""
        return self.crop(pixels.signed_to_uint8(images, self.limit))

    def in_range(self, images: Floats) -> Images:
        """Return pictures with pixels in range (..., 28, 28) as bytes, cropped as by ``crop``."""
        darkest, brightest = self.pixel_range
        shares = (images - darkest) / (brightest - darkest)
        return self.crop(pixels.to_uint8(shares[..., np.newaxis])[..., 0])

    def crop(self, images: Images) -> Images:
        """Return the pixels of images (..., 28, 28) that influence the layer, (..., size, size)."""
        return images[..., : self.reachable_size, : self.reachable_size]


@dataclass(frozen=True)
class LayerResults:
    """All results of a layer.

    Attributes:
        layer_name: of the layer.
        oips: its OIPs.
        strongest: the test digits that excite its maps most.
        table: a row for each map, as ``scores.score`` returns it.
        grays: of the pictures.
        params: how the OIPs were searched for.
        seed: of the search.
    """

    layer_name: str
    oips: LayerOips
    strongest: StrongestDigits
    table: pd.DataFrame
    grays: GrayScale
    params: DrawOips
    seed: int


def study(
    networks: Networks,
    digits: Digits,
    params: DrawOips,
    *,
    seed: int,
    jit_compile: bool,
    chunk_size: int,
) -> LayerResults:
    """Find the OIPs of a layer and compare them with the digits that excite its maps most.

    Args:
        networks: the CNN up to the layer.
        digits: real ones.
        params: how OIPs are searched for.
        seed: of everything that is sampled.
        jit_compile: whether XLA compiles a step; slower on a CPU.
        chunk_size: images that climb together, at most.

    Raises:
        DataError: the training digits have no contrast.
        TrainingError: a gradient is not a number.
    """
    oips = search.find_oips(
        networks, digits, params, seed=seed, jit_compile=jit_compile, chunk_size=chunk_size
    )
    strongest = real_digits.find_strongest(networks, digits)
    paths = real_digits.correlate_paths(networks, digits, strongest, oips, seed=seed)
    return LayerResults(
        layer_name=networks.layer_name,
        oips=oips,
        strongest=strongest,
        table=scores.score(oips, strongest, paths, reachable_size=networks.reachable_size),
        grays=gray_scale(oips, networks.reachable_size),
        params=params,
        seed=seed,
    )


def gray_scale(oips: LayerOips, reachable_size: int) -> GrayScale:
    """Return the scale of a layer.

    A few pixels reach 10 standard deviations; a gray up to them would leave the rest without
    contrast.
    """
    found = oips.free.images[oips.free.activations > 0, :reachable_size, :reachable_size]
    limit = float(np.percentile(np.abs(found), CLIP_PERCENTILE)) if found.size else 1.0
    return GrayScale(limit, oips.pixel_range, reachable_size)
