"""Load the network that a question is about: the CNN, the encoder of the VAE, or a Keras model."""

import difflib
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError, excerpt, shorten
from latentmaps.oips.objectives import OBJECTIVES
from latentmaps.oips.oip import PixelRange
from latentmaps.vae.network import vae_files

_WITHOUT_UNITS = (keras.layers.InputLayer, keras.layers.Flatten, keras.layers.Reshape)
# maximum number of layers listed in an error message
_NAMED = 12
# what Keras raises for a damaged file, or for one with unknown layers
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Subject:
    """A network and the images it reads.

    Attributes:
        name: name for titles and messages.
        model: Keras model that reads images (n, h, w, c).
        pixel_range: darkest and brightest pixel of its images; None if it reads standardized ones.
        digits: real digits that it can read, or None if none are available.
    """

    name: str
    model: keras.Model
    pixel_range: PixelRange | None = None
    digits: Digits | None = None

    @property
    def layers(self) -> Mapping[str, int]:
        """The number of units of each layer that has units, by layer name."""
        return {
            layer.name: int(layer.output.shape[-1])
            for layer in self.model.layers
            if not isinstance(layer, _WITHOUT_UNITS) and _rank(layer) in (2, 4)
        }

    def require(self, layer_name: str, units: Sequence[int]) -> None:
        """Reject a layer or units that the network does not have.

        Raises:
            DataError: the layer or a unit does not exist; the message lists those that do.
        """
        if layer_name not in self.layers:
            words = [f"{name} ({number})" for name, number in self.layers.items()]
            others = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
            near = difflib.get_close_matches(layer_name, self.layers, n=1, cutoff=0.5)
            guess = f"; did you mean {near[0]}?" if near else ""
            raise DataError(
                f"layer: found {shorten(layer_name)}, expected one of {', '.join(words[:_NAMED])}"
                f"{others} (in brackets: the number of units){guess}"
            )
        wrong = [unit for unit in units if not 0 <= unit < self.layers[layer_name]]
        if wrong or not units:
            raise DataError(
                f"unit: found {shorten(wrong[0]) if wrong else 'none'}, expected 0 to "
                f"{self.layers[layer_name] - 1}, the units of {layer_name}"
            )

    def objective_name(self, layer_name: str, name: str | None) -> str:
        """Return the objective for a layer: the given one, or the default.

        Raises:
            DataError: the objective does not fit the layer.
        """
        rank = _rank(self.model.get_layer(layer_name))
        fitting = [known for known, kind in OBJECTIVES.items() if kind.rank == rank]
        if name is None:
            return fitting[0]
        if name not in fitting:
            has = "feature maps" if rank == 4 else "single units instead of feature maps"
            raise DataError(
                f"objective: found {shorten(name)}, expected {', '.join(fitting)} for "
                f"{layer_name}, which has {has}"
            )
        return name


def from_model(
    model: Any, *, name: str = "model", pixel_range: PixelRange | None = None
) -> Subject:
    """Wrap any Keras model as a subject.

    Args:
        model: a built functional or sequential model that reads one image.
        name: name for titles and messages.
        pixel_range: darkest and brightest pixel of its images; None if it reads standardized ones.

    Raises:
        DataError: the model is of another kind, does not read one image of a fixed size, or has a
            weight that is not finite.
    """
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise DataError(
            f"{name}: found {type(model).__name__}, expected a built functional or sequential "
            "Keras model"
        )
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if len(shapes) != 1:
        raise DataError(f"{name}: found {len(shapes)} inputs, expected one, an image")
    [shape] = shapes
    if len(shape) != 4 or None in shape[1:]:
        raise DataError(
            f"{name}: found an input of shape {shape}, expected images (n, height, width, "
            "channels) of a fixed size"
        )
    _require_finite(model, name)
    return Subject(name, model, pixel_range)


def load(path: Path, *, digits: Digits | None = None) -> Subject:
    """Load a network from a folder that train_cnn or train_vae wrote, or from a Keras file.

    Args:
        path: a folder such as data/models/cnn or data/models/vae, or a .keras file.
        digits: real digits for the CNN.

    Raises:
        DataError: the model does not exist or cannot be read.
    """
    if path.is_dir():
        if (path / vae_files.WEIGHTS[0]).exists():
            return Subject(f"{path}: encoder", vae_files.load(path).encoder, (0.0, 1.0))
        return Subject(str(path), cnn.load(path), digits=digits)
    if not path.exists():
        raise DataError(
            f"{path}: no such file or folder, expected data/models/cnn, data/models/vae or a "
            ".keras file; run dvc repro first, or name another one"
        )
    try:
        model = keras.models.load_model(path, compile=False)
    except _UNREADABLE as error:
        raise DataError(
            f"{path}: cannot be loaded as a Keras model ({excerpt(' '.join(str(error).split()))}); "
            "save the model with model.save('name.keras')"
        ) from error
    return from_model(model, name=str(path))


def _require_finite(model: keras.Model, name: str) -> None:
    wrong = [weight.path for weight in model.weights if not np.isfinite(weight.numpy()).all()]
    if wrong:
        raise DataError(
            f"{name}: {wrong[0]}: found a NaN or infinite weight, expected finite numbers; train "
            "the network again with a lower learning rate"
        )


def _rank(layer: keras.layers.Layer) -> int:
    try:
        return len(layer.output.shape)
    except (AttributeError, ValueError):  # a layer used twice or not at all has no single output
        return 0
