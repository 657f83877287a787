"""From raw data to what a network has learnt: a VAE on faces, a CNN on digits, patterns for maps.

``load_vae`` and ``load_cnn`` open what the stages train_vae and train_cnn wrote::

    vae = latentmaps.load_vae("data/models/vae")
    posteriors = vae.encode(images)               # uint8, 0..255 -> z_mean, z_log_var
    pixels = vae.decode(posteriors.z_mean)        # float32, 0..1
    faces = vae.sample(8, seed=1)

``find_oips`` finds what excites units of any Keras model, and ``oips`` of a CNN those of its own.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from latentmaps.lab.asking import Asked, CnnWithOips
    from latentmaps.lab.unit_oips import UnitOips
    from latentmaps.vae.network.inference import TrainedVae

__version__ = "0.1.0"


def load_vae(path: "str | Path") -> "TrainedVae":
    """Return the VAE in a folder that train_vae wrote.

    Args:
        path: data/models/vae, or a copy of it.

    Returns:
        An object with ``encode`` (images (n, h, w, c), uint8, 0..255 -> z_mean and z_log_var,
        (n, latent_dim)), ``decode`` (z (n, latent_dim) -> pixels (n, h, w, c), float32, 0..1) and
        ``sample`` (number and seed -> pixels of random points). ``encoder`` (pixels, 0..1) and
        ``decoder`` (z -> pixels, 0..1) are its Keras models.

        Its methods refuse anything else with a DataError, pixels of 0..1 in `encode` too.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the others.
    """
    # TensorFlow takes seconds to import, and half of the stages do without
    from latentmaps.vae.network.inference import TrainedVae

    return TrainedVae.load(Path(path))


def load_cnn(path: "str | Path") -> "CnnWithOips":
    """Return the CNN in a folder that train_cnn wrote.

    Args:
        path: data/models/cnn, or a copy of it.

    Returns:
        An object with ``predict`` (images (n, 28, 28), uint8, 0..255 -> probabilities (n, 10)) and
        ``feature_maps`` (images and one of its ``layer_names`` -> (n, h, w, num_maps)). They refuse
        anything else with a DataError. ``oips`` finds what excites its units, as ``find_oips``.
        ``model`` is its Keras model, which reads standardized images.

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
    start: "Asked | None" = None,
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
