"""The model card beside a trained model: what it is, what it is made of, what it is not for.

After Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from latentmaps.models import cnn
from latentmaps.models.vae_files import SavedVae

_FILE = "README.md"
_NUMBERS = (
    "fact",
    "beta_equivalent",
    "val_total_loss",
    "val_reconstruction_loss",
    "val_kl_loss",
    "val_kl_nats",
    "val_kl_share",
    "val_num_dimensions_used",
    "val_num_dimensions_90",
    "val_bce_per_dim",
    "val_bce_above_floor",
    "val_nll_per_dim",
    "val_nll_above_floor",
    "sigma",
)


def write_vae(folder: Path, saved: SavedVae, metrics: Mapping[str, Any]) -> None:
    """Writes the card of a VAE into the folder of its files.

    Args:
        folder: where ``vae_files.save`` wrote it.
        saved: the VAE.
        metrics: the numbers of metrics.json.
    """
    shape = saved.architecture
    _write(
        folder,
        "vae_card.md",
        origin=saved.origin,
        shape=shape,
        size=shape.image_size,
        channels=shape.num_channels,
        metrics=metrics,
        numbers={name: f"{metrics[name]:.6g}" for name in _NUMBERS if name in metrics},
    )


def write_cnn(folder: Path, architecture: cnn.Architecture, metrics: Mapping[str, Any]) -> None:
    """Writes the card of a CNN into the folder of its files.

    Args:
        folder: where ``cnn.save`` wrote it.
        architecture: its shape.
        metrics: the numbers of metrics.json.
    """
    accuracies = metrics["test_accuracy_per_digit"]
    worst = min(accuracies, key=accuracies.__getitem__)
    _write(folder, "cnn_card.md", shape=architecture, metrics=metrics, worst=worst)


def _write(folder: Path, template: str, **values: Any) -> None:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("latentmaps.models"),
        autoescape=False,  # noqa: S701 - Markdown
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    text = environment.get_template(template).render(**values)
    (folder / _FILE).write_text(text, encoding="utf-8")
