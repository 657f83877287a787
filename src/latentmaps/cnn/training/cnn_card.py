"""The model card of a CNN: what the CNN is, how it was trained, and what its limits are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentmaps.cnn.network.cnn import Architecture
from latentmaps.training import model_card


def write(folder: Path, architecture: Architecture, metrics: Mapping[str, Any]) -> None:
    """Write the model card of a CNN into the folder that contains its files.

    Args:
        folder: folder into which ``cnn.save`` wrote the CNN.
        architecture: shape of the CNN.
        metrics: the metrics of the training run, by name.
    """
    accuracies = metrics["test_accuracy_per_digit"]
    worst = min(accuracies, key=accuracies.__getitem__)
    model_card.write(
        folder,
        "latentmaps.cnn.training",
        "cnn_card.md",
        header={
            **model_card.OUR_LICENSE,
            "datasets": [model_card.MNIST],
            "pipeline_tag": "image-classification",
            "tags": ["cnn", "mnist", "feature-visualization"],
        },
        shape=architecture,
        metrics=metrics,
        worst=worst,
    )
