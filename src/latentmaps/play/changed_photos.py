"""Pass photos through the VAE, with and without added attributes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentmaps.images import likeness, pixels
from latentmaps.play.additions import Addition
from latentmaps.play.playable_vae import PlayableVae
from latentmaps.vae.latent.attribute_directions import Direction

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ChangedPhotos:
    """The results for n photos.

    Attributes:
        names: (n,), names of the files.
        originals: (n, h, w, c), uint8, as the encoder reads them.
        reconstructions: (n, h, w, c), uint8.
        results: (n, h, w, c), uint8, with the attributes added; None if nothing is added.
        errors: (n,), root mean square difference between reconstruction and original, in levels of
            0..255.
        additions: attributes that were added, with their amounts.
        directions: directions of these attributes.
    """

    names: Sequence[str]
    originals: Images
    reconstructions: Images
    results: Images | None
    errors: npt.NDArray[np.float64]
    additions: Sequence[Addition]
    directions: Sequence[Direction]


def change(
    vae: PlayableVae,
    names: Sequence[str],
    originals: Images,
    additions: Sequence[Addition],
    directions: Sequence[Direction],
) -> ChangedPhotos:
    """Encode photos, add attributes, and decode the results.

    Args:
        vae: the VAE.
        names: (n,), names of the files.
        originals: (n, h, w, c), uint8, 0..255, the cropped photos.
        additions: attributes and amounts.
        directions: directions of these attributes.
    """
    z = vae.encode(originals).z_mean
    decoded = vae.decode(z)
    mse = likeness.mean_squared_error(pixels.to_pixels(originals), decoded)
    moved = z + sum(
        addition.amount * direction.vector
        for addition, direction in zip(additions, directions, strict=True)
    )
    return ChangedPhotos(
        names=names,
        originals=originals,
        reconstructions=pixels.to_uint8(decoded),
        results=pixels.to_uint8(vae.decode(moved)) if additions else None,
        errors=255.0 * np.sqrt(mse),
        additions=additions,
        directions=directions,
    )
