"""Measures of how well predicted probabilities match the labels, computed with NumPy only."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# lower bound of the probabilities in the loss, as in Keras
_SMALLEST = 1e-7


def numbers(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]
) -> dict[str, Any]:
    """Return the metrics for the test part, by name.

    Args:
        probabilities: (n, num_classes), float32; each row sums to 1.
        labels: (n,), uint8, 0..num_classes - 1.
    """
    return {
        "test_accuracy": accuracy(probabilities, labels),
        "test_cross_entropy": cross_entropy(probabilities, labels),
        "test_accuracy_per_digit": accuracy_per_class(probabilities, labels),
    }


def accuracy(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> float:
    """Return the share of rows whose most probable class is the label, 0..1.

    Args:
        probabilities: (n, num_classes), float32; each row sums to 1.
        labels: (n,), uint8, 0..num_classes - 1.
    """
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def accuracy_per_class(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]
) -> dict[int, float]:
    """Return the accuracy, 0..1, by label, for each class that occurs in `labels`.

    Args:
        probabilities: (n, num_classes), float32; each row sums to 1.
        labels: (n,), uint8, 0..num_classes - 1.
    """
    return {
        int(label): accuracy(probabilities[labels == label], labels[labels == label])
        for label in np.unique(labels)
    }


def cross_entropy(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> float:
    """Return the mean of -log(probability of the label), in nats.

    Args:
        probabilities: (n, num_classes), float32; each row sums to 1.
        labels: (n,), uint8, 0..num_classes - 1.
    """
    correct = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(correct, _SMALLEST))))


def write_predictions(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8], path: Path
) -> None:
    """Write each row's label, its prediction and the prediction's probability as CSV.

    A confusion matrix can be computed from this file, which also identifies the images behind each
    count in the matrix.

    Args:
        probabilities: (n, num_classes), float32; each row sums to 1.
        labels: (n,), uint8, 0..num_classes - 1.
        path: path of the file.
    """
    table = pd.DataFrame(
        {
            "row": np.arange(len(labels)),
            "label": labels,
            "prediction": probabilities.argmax(axis=1),
            "probability": probabilities.max(axis=1),
        }
    )
    table.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")
