"""The model card of a VAE: what it is, what it is made of, what it is not for."""

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


def write(folder: Path, saved: SavedVae, metrics: Mapping[str, Any]) -> None:
    """Writes the card of a VAE into the folder of its files.

    Args:
        folder: where ``vae_files.save`` wrote it.
        saved: the VAE.
        metrics: the numbers of metrics.json.
    """
    shape = saved.architecture
    model_card.write(
        folder,
        "latentmaps.vae.training",
        "vae_card.md",
        origin=saved.origin,
        shape=shape,
        size=shape.image_size,
        channels=shape.num_channels,
        metrics=metrics,
        numbers={name: f"{metrics[name]:.6g}" for name in _NUMBERS if name in metrics},
    )
