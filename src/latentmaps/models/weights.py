"""Load the weights of a Keras model, all of them or none."""

import warnings
from pathlib import Path

import keras

from latentmaps.errors import DataError


def load(model: keras.Model, path: Path, *, advice: str) -> None:
    """Gives `model` the weights in `path`.

    Keras only warns when a file lacks a layer, and leaves that layer as it was drawn; here that is
    an error.

    Args:
        model: built.
        path: a .weights.h5 file.
        advice: what to do when the file is of no use.

    Raises:
        DataError: the file is missing, damaged, or of a model of another shape.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except (OSError, ValueError, KeyError, UserWarning) as error:
        raise DataError(
            f"{path}: no weights for the shape in architecture.json ({error}); {advice}"
        ) from error
