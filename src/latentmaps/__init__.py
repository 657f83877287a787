"""From raw data to what a network has learnt: a VAE on faces, a CNN on digits, patterns for maps.

``load_vae`` and ``load_cnn`` open what the stages train_vae and train_cnn wrote::

    vae = latentmaps.load_vae("data/models/vae")
    posteriors = vae.encode(images)               # uint8, 0..255 -> z_mean, z_log_var
    pixels = vae.decode(posteriors.z_mean)        # float32, 0..1
    faces = vae.sample(8, seed=1)
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latentmaps.cnn.network.cnn_inference import TrainedCnn
    from latentmaps.vae.network.inference import TrainedVae

__version__ = "0.1.0"


def load_vae(path: "str | Path") -> "TrainedVae":
    """Return the VAE in a folder that train_vae wrote.

    Args:
        path: data/models/vae, or a copy of it.

    Returns:
        An object with ``encode`` (images (n, h, w, c), uint8, 0..255 -> z_mean and z_log_var,
        (n, latent_dim)), ``decode`` (z (n, latent_dim) -> pixels (n, h, w, c), float32, 0..1) and
        ``sample`` (number and seed -> pixels of random points).

        Its methods refuse anything else with a DataError, pixels of 0..1 in `encode` too.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the others.
    """
    # TensorFlow takes seconds to import, and half of the stages do without
    from latentmaps.vae.network.inference import TrainedVae

    return TrainedVae.load(Path(path))


def load_cnn(path: "str | Path") -> "TrainedCnn":
    """Return the CNN in a folder that train_cnn wrote.

    Args:
        path: data/models/cnn, or a copy of it.

    Returns:
        An object with ``predict`` (images (n, 28, 28), uint8, 0..255 -> probabilities (n, 10)) and
        ``feature_maps`` (images and one of its ``layer_names`` -> (n, h, w, num_maps)). They refuse
        anything else with a DataError.

    Raises:
        DataError: a file is missing or damaged, or does not belong to the other.
    """
    from latentmaps.cnn.network.cnn_inference import TrainedCnn

    return TrainedCnn.load(Path(path))
