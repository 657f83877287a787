"""The networks that are exported from a model folder, with their inputs and outputs."""

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from latentmaps import seeds
from latentmaps.cnn.network import cnn
from latentmaps.errors import DataError
from latentmaps.portable import folding
from latentmaps.training import model_card
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.inference import TrainedVae

Array = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Network:
    """A network to export.

    Attributes:
        original: the trained network, which reads one array and returns one or more arrays.
        input_meaning: description of the input.
        output_meanings: name of an output -> its description.
        reads_pixels: whether the input consists of pixels 0..1; otherwise, its values are around 0.
    """

    original: keras.Model
    input_meaning: str
    output_meanings: Mapping[str, str]
    reads_pixels: bool = False

    @property
    def name(self) -> str:
        """The name of its files: encoder, decoder or cnn."""
        return self.original.name

    @property
    def input_name(self) -> str:
        """The name of its input."""
        return str(self.original.inputs[0].name)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of its input, without the batch axis."""
        return tuple(self.original.input_shape[1:])

    @functools.cached_property
    def plain(self) -> keras.Model:
        """The same network, built from plain layers and with named outputs."""
        plain = folding.to_plain(self.original)
        outputs = dict(zip(self.output_meanings, plain.outputs, strict=True))
        return keras.Model(plain.inputs[0], outputs, name=plain.name)

    @property
    def output_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of its outputs by name, without the batch axis."""
        outputs = zip(self.output_meanings, self.original.outputs, strict=True)
        return {name: tuple(output.shape[1:]) for name, output in outputs}

    def example_inputs(self, num_inputs: int, *, seed: int = 0) -> Array:
        """Return random inputs (num_inputs, *input_shape), float32.

        Equal seeds give equal inputs.
        """
        generator, shape = seeds.export_check(seed), (num_inputs, *self.input_shape)
        if self.reads_pixels:
            return generator.uniform(size=shape).astype(np.float32)
        return generator.standard_normal(shape, np.float32)

    def run(self, inputs: Array) -> dict[str, Array]:
        """Return the outputs of the original for inputs (n, *input_shape), by name; float32."""
        outputs = self.original(inputs)
        values = outputs if isinstance(outputs, list) else [outputs]
        return {
            name: np.asarray(value)
            for name, value in zip(self.output_meanings, values, strict=True)
        }


@dataclasses.dataclass(frozen=True)
class Portable:
    """The networks and the license of a model folder, ready for export.

    Attributes:
        kind: ``vae`` or ``cnn``.
        networks: the networks to export.
        license: the license in the model card; see ``model_card.read_license``.
    """

    kind: str
    networks: tuple[Network, ...]
    license: Mapping[str, str]


def find_kind(folder: Path) -> str:
    """Return the kind of model in a folder, ``vae`` or ``cnn``.

    Raises:
        DataError: the folder contains no trained model.
    """
    for kind, files in _FILES.items():
        if any((folder / name).exists() for name in files):
            return kind
    raise DataError(
        f"{folder}: no trained model in this folder, expected a folder that train_vae or train_cnn "
        "wrote; give data/models/vae, data/models/cnn or a copy of one"
    )


def load(folder: Path) -> Portable:
    """Load the networks in a folder that train_vae or train_cnn wrote.

    Raises:
        DataError: the folder contains no trained model, or a file in it is damaged or from another
            version.
    """
    kind = find_kind(folder)
    return Portable(kind, _LOADERS[kind](folder), model_card.read_license(folder))


def _load_vae(folder: Path) -> tuple[Network, ...]:
    trained = TrainedVae.load(folder)
    shape = trained.architecture
    pixels = "pixels 0..1, " + ("gray" if shape.num_channels == 1 else "red, green, blue")
    encoder = Network(
        trained.encoder,
        input_meaning=pixels,
        output_meanings={
            "z_mean": "mean of the posterior: the point of the latent space",
            "z_log_var": "logarithm of its variance",
        },
        reads_pixels=True,
    )
    decoder = Network(
        trained.decoder,
        input_meaning="points of the latent space; random ones are standard normal",
        output_meanings={"pixels": pixels},
    )
    return encoder, decoder


def _load_cnn(folder: Path) -> tuple[Network, ...]:
    output_meanings = {"probabilities": "of the digits 0 to 9, 0..1"}
    return (
        Network(cnn.load(folder), "images of mean 0 and standard deviation 1", output_meanings),
    )


_FILES = {"vae": vae_files.WEIGHTS, "cnn": (cnn.WEIGHTS_FILE,)}
_LOADERS = {"vae": _load_vae, "cnn": _load_cnn}
