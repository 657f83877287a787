"""The model card of a VAE: what it is, what it was trained on, and what it is not for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentmaps.training import model_card
from latentmaps.vae.network.vae_files import SavedVae

_NUMBERS = (
    "fact",
    "beta_equivalent",
    "val_total_loss",
    "val_reconstruction_loss",
    "val_kl_loss",
    "val_kl_nats",
    "val_kl_share",
    "val_kl_share_above_floor",
    "val_num_dimensions_used",
    "val_num_dimensions_90",
    "val_bce_per_dim",
    "val_bce_above_floor",
    "val_nll_per_dim",
    "val_nll_above_floor",
    "sigma",
)


# source of the faces -> license of the weights derived from them, in the terms of the Hugging Face
# Hub; only the user knows the license of the user's own pictures
_LICENSES: Mapping[str, Mapping[str, Any]] = {
    "avatars": model_card.OUR_LICENSE,
    "digits": {**model_card.OUR_LICENSE, "datasets": [model_card.MNIST]},
    "celeba": {
        "license": "other",
        "license_name": "celeba-non-commercial-research-only",
        "license_link": "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    },
}

_TAGS = ("vae", "variational-autoencoder", "latent-space")


def write(folder: Path, saved: SavedVae, metrics: Mapping[str, Any], *, source: str) -> None:
    """Write the model card of a VAE into the folder of the VAE.

    Args:
        folder: the folder that ``vae_files.save`` wrote.
        saved: the VAE.
        metrics: the numbers of the run, as in numbers.json.
        source: source of the faces; see ``receipts.read_source``.
    """
    shape = saved.architecture
    model_card.write(
        folder,
        "latentmaps.vae.training",
        "vae_card.md",
        header=_header(saved, source),
        source=source,
        origin=saved.origin,
        shape=shape,
        size=shape.image_size,
        channels=shape.num_channels,
        metrics=metrics,
        numbers={name: f"{metrics[name]:.6g}" for name in _NUMBERS if name in metrics},
    )


def _header(saved: SavedVae, source: str) -> dict[str, Any]:
    license_of_faces = _LICENSES.get(source, model_card.UNKNOWN_LICENSE)
    # neither the data behind the initial weights nor its license is known here
    is_known = saved.origin.initial_weights is None
    return {
        **(license_of_faces if is_known else model_card.UNKNOWN_LICENSE),
        "pipeline_tag": "unconditional-image-generation",
        "tags": [*_TAGS, *({source} & _LICENSES.keys())],
    }
