"""Load the weights of a Keras model, all of them or none."""

import warnings
from pathlib import Path

import keras

from latentmaps.errors import DataError


def load(
    model: keras.Model, path: Path, *, advice: str, shape: str = "the shape in architecture.json"
) -> None:
    """Gives `model` the weights in `path`.

    Keras only warns when a file lacks a layer, and leaves that layer as it was drawn; here that is
    an error.

    Args:
        model: built.
        path: a .weights.h5 file, or an .h5 file as Keras wrote it before version 3.
        advice: what to do when the file is of no use.
        shape: what the file has to fit, in words.

    Raises:
        DataError: the file is missing, damaged, or of a model of another shape.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except (OSError, ValueError, KeyError, UserWarning) as error:
        raise DataError(f"{path}: no weights for {shape} ({error}); {advice}") from error
