"""From raw data to what a network has learnt: a VAE on faces, a CNN on digits, patterns for maps.

``load_vae`` and ``load_cnn`` open what the stages train_vae and train_cnn wrote::

    vae = latentmaps.load_vae("data/models/vae")
    posteriors = vae.encode(images)               # uint8, 0..255 -> z_mean, z_log_var
    pixels = vae.decode(posteriors.z_mean)        # float32, 0..1
    faces = vae.sample(8, seed=1)

``crop`` makes such an image of a photo, and ``sheet`` a picture of many; docs/api.md has more.
``find_oips`` finds what excites units of any Keras model, and ``oips`` of a CNN those of its own.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt
    from PIL import Image

    from latentmaps.lab.asking import CnnWithOips, StartLike
    from latentmaps.lab.unit_oips import UnitOips
    from latentmaps.play.cropping import Photo
    from latentmaps.play.playable_vae import PlayableVae

__version__ = "0.1.0"


def load_vae(path: "str | Path", latents: "str | Path | None" = None) -> "PlayableVae":
    """Return the VAE in a folder that train_vae wrote.

    Args:
        path: data/models/vae, or a copy of it.
        latents: data/latents, or a copy of it, that evaluate_vae wrote for this VAE; attributes and
            the samplers that are fitted need it.

    Returns:
        An object with ``encode`` (images (n, h, w, c), uint8, 0..255 -> z_mean and z_log_var,
        (n, latent_dim)), ``decode`` (z (n, latent_dim) -> pixels (n, h, w, c), float32, 0..1),
        ``reconstruct`` (images -> pixels), ``sample`` (number and seed -> pixels of random points),
        ``interpolate`` (two images or points -> pixels of the way between them),
        ``attribute_direction`` (one of its ``attributes`` -> what to add to z, (latent_dim,)), and
        ``image_shape``, (h, w, c). ``encoder`` (pixels, 0..1) and ``decoder`` (z -> pixels, 0..1)
        are its Keras models.

        Its methods refuse anything else with a DataError, pixels of 0..1 in `encode` too.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the others.
    """
    # TensorFlow takes seconds to import, and half of the stages do without
    from latentmaps.play.playable_vae import PlayableVae

    return PlayableVae.load(Path(path), None if latents is None else Path(latents))


def crop(
    photo: "Photo",
    shape: Sequence[int] = (96, 96, 3),
    *,
    box: Sequence[int] | None = None,
) -> "npt.NDArray[np.uint8]":
    """Return a part of a photo as an image that a VAE can encode.

    Args:
        photo: path of a JPEG, PNG or WebP file, of an animation the first frame; a picture of
            Pillow; or an array (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), uint8, 0..255. It is
            turned upright by its EXIF, colors become sRGB, and what is transparent white.
        shape: height, width and channels of the image, ``image_shape`` of the VAE.
        box: left, top, right and bottom of a square in the upright photo, pixels; None: the largest
            one about its center. The VAE knows faces as large, and where, as in its training:
            choose the box so that the head lies in the image as it does there.

    Returns:
        (h, w, c), uint8, 0..255.

    Raises:
        DataError: the photo cannot be read, has more than 64 million pixels (PNG: 40, WebP: 25), or
            the box is none or smaller than half of the image.
    """
    from latentmaps.play import cropping

    return cropping.crop(photo, shape, box=box)


def sheet(
    images: "npt.ArrayLike",
    num_columns: int,
    *,
    title: str = "",
    row_labels: Sequence[object] | None = None,
    column_labels: Sequence[object] | None = None,
    tile_labels: Sequence[object] | None = None,
    scale: int = 1,
) -> "Image.Image":
    """Return images beside one another as one picture, with words around them.

    Args:
        images: row by row, (n, h, w, 3 or 1), uint8, 0..255, or floating, 0..1.
        num_columns: images a row.
        title: on top.
        row_labels: left of the rows, one each, text or numbers.
        column_labels: above the columns, one each.
        tile_labels: under the images, one each; a line break makes a second line.
        scale: every pixel becomes a square of this edge, 1 to 32.

    Returns:
        A picture of Pillow, RGB; notebooks show it, and ``save`` writes it.

    Raises:
        DataError: the images are none, or labels are not one for each place.
    """
    from latentmaps.play import contact_sheet

    return contact_sheet.draw(
        images,
        num_columns,
        title=title,
        row_labels=row_labels,
        column_labels=column_labels,
        tile_labels=tile_labels,
        scale=scale,
    )


def load_cnn(path: "str | Path") -> "CnnWithOips":
    """Return the CNN in a folder that train_cnn wrote.

    Args:
        path: data/models/cnn, or a copy of it.

    Returns:
        An object with ``predict`` (images (n, 28, 28), uint8, 0..255 -> probabilities (n, 10)) and
        ``feature_maps`` (images and one of its ``layer_names`` -> (n, h, w, num_maps)). They refuse
        anything else with a DataError. ``oips`` finds what excites its units, as ``find_oips``.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the other.
    """
    from latentmaps.cnn.network import cnn
    from latentmaps.lab.asking import CnnWithOips

    return CnnWithOips(cnn.load(Path(path)))


def find_oips(
    model: "keras.Model",
    layer: str,
    units: "int | Sequence[int]",
    *,
    start: "StartLike | None" = None,
    objective: str | None = None,
    pixels: "str | tuple[float, float] | None" = None,
    seed: int = 0,
    **settings: Any,
) -> "list[UnitOips]":
    """Return the pictures that excite units of any Keras model most, found by gradient ascent.

    Args:
        model: functional or sequential; reads one image, (n, h, w, c), of a fixed size.
        layer: name of a layer with feature maps (n, h, w, num_maps) or units (n, num_units).
        units: numbers of feature maps or units, from 0 on, or one of them.
        start: what to climb from, and nothing else: a picture (h, w) or (h, w, c), uint8 0..255 or
            floating as the model reads it, its path, one of scales, coarse, fourier, noise, or a
            list of these. None: ``num_starts`` random ones, as the stage draw_oips has.
        objective: mean of a map, max of it, position (the middle of the map, and the patch that it
            sees); None: mean, or the unit of a dense layer.
        pixels: darkest and brightest pixel that the model reads, such as (0, 1); None: pixels are
            free, and every image is standardized to mean 0 and standard deviation 1.
        seed: of all that is random, 0 to 2147483647.
        **settings: others than those of params.yaml, section draw_oips, which explains them:
            num_starts, start_kinds, length_scales, length_weights, strategy, scale_steps,
            head_start (of no effect without digits), precursor, num_candidates, candidate_kinds,
            num_rescue_steps, num_steps, step_size, convergence_threshold, jitter, smoothness,
            num_snapshots. Length scales follow from the size of an image.

    Returns:
        One object for each unit: ``oip`` (h, w, c), as the model reads it, and its ``activation``;
        of all starts ``kinds``, ``starts`` and ``images`` (num_starts, h, w, c), ``activations``
        and ``optima`` (num_starts,), ``curves`` (num_starts, num_steps + 1), and ``snapshots``
        (num_starts, num_snapshots, h, w, c) after ``snapshot_steps``.

    Raises:
        DataError: the model, layer, unit, start or a setting is of no use.
        TrainingError: a gradient is not a number.
    """
    from latentmaps.lab import asking

    return asking.find_oips(
        model,
        layer,
        units,
        start=start,
        objective=objective,
        pixels=pixels,
        seed=seed,
        **settings,
    )
