"""Train a VAE on faces and a CNN on digits, and use what they have learned.

``load_vae`` and ``load_cnn`` load the models that the train_vae and train_cnn stages wrote::

    vae = latentmaps.load_vae("data/models/vae")
    posteriors = vae.encode(images)               # uint8, 0..255 -> z_mean, z_log_var
    pixels = vae.decode(posteriors.z_mean)        # float32, 0..1
    faces = vae.sample(8, seed=1)

``crop`` turns a photo into an image for the VAE; ``sheet`` combines images into one picture.
``find_oips`` finds the inputs that most excite units of any Keras model; the ``oips`` method of a
loaded CNN does the same for its own units. docs/api.md has more examples.
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
        latents: data/latents, which evaluate_vae wrote for this VAE, or a copy of it; needed for
            attributes and for all samplers except the prior.

    Returns:
        An object with these methods:

        - ``encode``: images (n, h, w, c), uint8, 0..255 -> z_mean and z_log_var, (n, latent_dim)
        - ``decode``: z (n, latent_dim) -> pixels (n, h, w, c), float32, 0..1
        - ``reconstruct``: images -> pixels
        - ``sample``: number and seed -> pixels of random points
        - ``interpolate``: two images or points -> pixels of points between them
        - ``attribute_direction``: one of its ``attributes`` -> vector to add to z, (latent_dim,)

        Its ``image_shape`` is (h, w, c). Its Keras models are ``encoder``, which reads pixels,
        0..1, and ``decoder``, which turns z into pixels, 0..1.

        The methods raise a DataError for any other input, including pixels of 0..1 passed to
        `encode`.

    Raises:
        DataError: a file is missing or damaged, or does not match the others.
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
    """Crop part of a photo and resize it to an image that a VAE can encode.

    Args:
        photo: path of a JPEG, PNG or WebP file (the first frame of an animation), a Pillow image,
            or an array (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), uint8, 0..255. It is rotated
            upright according to its EXIF data, converted to sRGB, and put on a white background if
            transparent.
        shape: height, width and channels of the image; use the VAE's ``image_shape``.
        box: left, top, right and bottom of a square in the upright photo, in pixels; None: the
            largest square at the center. The VAE has learned faces of one size and position, so
            choose a box that places the head as in the training faces.

    Returns:
        (h, w, c), uint8, 0..255.

    Raises:
        DataError: the photo cannot be read or has more than 64 million pixels (PNG: 40, WebP: 25),
            or the box is invalid or has sides less than half as long as those of the image.
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
    """Arrange images in a labeled grid and return it as one picture.

    Args:
        images: images in row order, (n, h, w, 3 or 1), uint8, 0..255, or floating point, 0..1.
        num_columns: images per row.
        title: title at the top.
        row_labels: labels to the left of the rows, one per row, text or numbers.
        column_labels: labels above the columns, one per column.
        tile_labels: labels below the images, one per image; a line break starts a second line.
        scale: side length of the square that each pixel becomes, 1 to 32.

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
        ``feature_maps`` (images and one of its ``layer_names`` -> (n, h, w, num_maps)). Both raise
        a DataError for any other input. The object's ``oips`` method finds the inputs that most
        excite the units of this CNN, as ``find_oips`` does.

    Raises:
        DataError: a file is missing or damaged, or the files do not match.
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
    """Use gradient ascent to find the images that most excite units of any Keras model.

    Args:
        model: a functional or sequential model whose only input is images, (n, h, w, c), of a fixed
            size.
        layer: name of a layer with feature maps, (n, h, w, num_maps), or units, (n, num_units).
        units: indices of feature maps or units, starting at 0, or a single index.
        start: the start images to use: an image (h, w) or (h, w, c), uint8 0..255 or floating
            point as the model reads it; the path of an image; ``"scales"``, ``"coarse"``,
            ``"fourier"`` or ``"noise"``; or a list of these. None: ``num_starts`` random start
            images, as in the draw_oips stage.
        objective: ``"mean"`` or ``"max"`` of a map, or ``"position"`` (the value at the center
            of a map; if possible, images are patches the size of its receptive field); None: the
            mean, or the unit itself for a dense layer.
        pixels: darkest and brightest pixel value that the model expects, such as (0, 1); None:
            pixels are unbounded, and every image is standardized to mean 0 and standard
            deviation 1.
        seed: seed of all random numbers, 0 to 2147483647.
        **settings: values that override those in the ``draw_oips`` section of params.yaml, where
            they are explained: num_starts, start_kinds, length_scales, length_weights, strategy,
            scale_steps, head_start (no effect without digits), precursor, num_candidates,
            candidate_kinds, num_rescue_steps, num_steps, step_size, convergence_threshold, jitter,
            smoothness, num_snapshots. The default length scales depend on the image size.

    Returns:
        One object for each unit. It has ``oip`` (h, w, c), as the model reads it, and its
        ``activation``. For all start images, it has ``kinds``, ``starts`` and ``images``
        (num_starts, h, w, c), ``activations`` and ``optima`` (num_starts,), ``curves`` (num_starts,
        num_steps + 1), and ``snapshots`` (num_starts, num_snapshots, h, w, c) after
        ``snapshot_steps``.

    Raises:
        DataError: the model, layer, unit, start or a setting is invalid.
        TrainingError: a gradient is NaN.
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
