"""Train a VAE on faces and a CNN on digits, and use what they have learned.

``load_vae`` and ``load_cnn`` open the models of the stages train_vae and train_cnn::

    vae = latentmaps.load_vae("data/models/vae")
    posteriors = vae.encode(images)               # uint8, 0..255 -> z_mean, z_log_var
    pixels = vae.decode(posteriors.z_mean)        # float32, 0..1
    faces = vae.sample(8, seed=1)

``crop`` turns a photo into such an image, and ``sheet`` combines images into one picture.
``find_oips`` finds the inputs that excite units of any Keras model most; the method ``oips`` of a
loaded CNN does so for its own units. docs/api.md has more examples.
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
    """Load the VAE in a folder that train_vae wrote.

    Args:
        path: data/models/vae, or a copy of it.
        latents: data/latents, or a copy of it, that evaluate_vae wrote for this VAE; needed for
            attributes and for all samplers but the prior.

    Returns:
        An object with ``encode`` (images (n, h, w, c), uint8, 0..255 -> z_mean and z_log_var, (n,
        latent_dim)), ``decode`` (z (n, latent_dim) -> pixels (n, h, w, c), float32, 0..1),
        ``reconstruct`` (images -> pixels), ``sample`` (number and seed -> pixels of random points),
        ``interpolate`` (two images or points -> pixels of points between them),
        ``attribute_direction`` (one of its ``attributes`` -> the vector to add to z,
        (latent_dim,)), and ``image_shape``, (h, w, c). ``encoder`` (pixels, 0..1) and ``decoder``
        (z -> pixels, 0..1) are its Keras models.

        Its methods raise a DataError for other inputs, including pixels of 0..1 passed to `encode`.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the others.
    """
    # TensorFlow takes seconds to import, and half of the stages do not need it
    from latentmaps.play.playable_vae import PlayableVae

    return PlayableVae.load(Path(path), None if latents is None else Path(latents))


def crop(
    photo: "Photo",
    shape: Sequence[int] = (96, 96, 3),
    *,
    box: Sequence[int] | None = None,
) -> "npt.NDArray[np.uint8]":
    """Crop and resize a part of a photo to an image that a VAE can encode.

    Args:
        photo: path of a JPEG, PNG or WebP file (the first frame of an animation), a Pillow image,
            or an array (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), uint8, 0..255. It is rotated
            upright as its EXIF data says, converted to sRGB, and put on a white background if
            transparent.
        shape: height, width and channels of the image, ``image_shape`` of the VAE.
        box: left, top, right and bottom of a square in the upright photo, in pixels; None: the
            largest square at the center. The VAE knows faces of one size and position, those of its
            training faces, so choose the box to place the head accordingly.

    Returns:
        (h, w, c), uint8, 0..255.

    Raises:
        DataError: the photo cannot be read or has more than 64 million pixels (PNG: 40, WebP: 25),
            or the box is invalid or has an edge of less than half that of the image.
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
    """Arrange images in a grid with labels, as one picture.

    Args:
        images: row by row, (n, h, w, 3 or 1), uint8, 0..255, or floating, 0..1.
        num_columns: images per row.
        title: at the top.
        row_labels: to the left of the rows, one each, text or numbers.
        column_labels: above the columns, one each.
        tile_labels: below the images, one each; a line break starts a second line.
        scale: each pixel becomes a square with this edge length, 1 to 32.

    Returns:
        A Pillow image, RGB; notebooks display it, and ``save`` writes it to a file.

    Raises:
        DataError: the images are invalid, or a list of labels has the wrong length.
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
    """Load the CNN in a folder that train_cnn wrote.

    Args:
        path: data/models/cnn, or a copy of it.

    Returns:
        An object with ``predict`` (images (n, 28, 28), uint8, 0..255 -> probabilities (n, 10)) and
        ``feature_maps`` (images and one of its ``layer_names`` -> (n, h, w, num_maps)), which raise
        a DataError for other inputs. ``oips`` finds the inputs that excite its units most, as
        ``find_oips`` does.

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
    """Find the images that excite units of any Keras model most, by gradient ascent.

    Args:
        model: functional or sequential; reads one image, (n, h, w, c), of a fixed size.
        layer: name of a layer with feature maps, (n, h, w, num_maps), or units, (n, num_units).
        units: indices of feature maps or units, starting at 0, or a single one.
        start: the only start images to use: an image (h, w) or (h, w, c), uint8 0..255 or floating
            as the model reads it, its path, one of scales, coarse, fourier, noise, or a list of
            these. None: ``num_starts`` random ones, as in the stage draw_oips.
        objective: mean of a map, max of it, or position (the middle of the map and the patch it
            sees); None: mean, or the unit itself for a dense layer.
        pixels: darkest and brightest pixel that the model reads, such as (0, 1); None: pixels are
            unbounded, and every image is standardized to mean 0 and standard deviation 1.
        seed: seed of all random numbers, 0 to 2147483647.
        **settings: values that replace those of the section draw_oips of params.yaml, which
            explains them: num_starts, start_kinds, length_scales, length_weights, strategy,
            scale_steps, head_start (no effect without digits), precursor, num_candidates,
            candidate_kinds, num_rescue_steps, num_steps, step_size, convergence_threshold, jitter,
            smoothness, num_snapshots. The default length scales depend on the image size.

    Returns:
        One object for each unit: ``oip`` (h, w, c), as the model reads it, and its ``activation``;
        for all starts, ``kinds``, ``starts`` and ``images`` (num_starts, h, w, c), ``activations``
        and ``optima`` (num_starts,), ``curves`` (num_starts, num_steps + 1), and ``snapshots``
        (num_starts, num_snapshots, h, w, c) after ``snapshot_steps``.

    Raises:
        DataError: the model, layer, unit, start or a setting is invalid.
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
