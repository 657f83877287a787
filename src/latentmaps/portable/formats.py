"""The formats of an export: how a file is written, and read by the runtime of the format.

The runtimes are imported when needed, so that a wrong format name is refused at once.
"""

import difflib
import importlib.util
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from latentmaps import versions
from latentmaps.errors import DataError, shorten

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt

# what a file computes: an array -> arrays by the names of the outputs
Runner = Callable[["npt.NDArray[np.float32]"], Mapping[str, Any]]


class Format(ABC):
    """A format of files.

    Attributes:
        name: as the command takes it.
        suffix: of its files; a folder has none.
        runtimes: the distributions one of which runs the files, the first one is taken.
        modules: what is imported to write and to check the files, beyond what the project needs.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    runtimes: ClassVar[tuple[str, ...]]
    modules: ClassVar[tuple[str, ...]] = ()

    def require(self) -> None:
        """Refuse a format whose libraries are not there.

        Raises:
            DataError: it tells how to install them.
        """
        missing = [name for name in self.modules if importlib.util.find_spec(name) is None]
        if missing:
            raise DataError(
                f"--format: {self.name} needs {', '.join(missing)}, found none; "
                "run pip install '.[export]' in the folder of the project"
            )

    @abstractmethod
    def write(self, network: "keras.Model", path: Path) -> None:
        """Write a network of plain layers with one input, whose outputs have names."""

    @abstractmethod
    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Return what the runtime of the format makes of a file.

        Args:
            path: as ``write`` wrote it.
            names: of the input, then of the outputs.
        """

    def runtime(self) -> str:
        """Return the library that runs the files here, and its version."""
        for name in self.runtimes:
            if importlib.util.find_spec(name.replace("-", "_")) is not None:
                return f"{name} {versions.installed(name)[name]}"
        raise RuntimeError(f"{self.name}: no runtime, though the format was required")


class KerasFile(Format):
    """One file that Keras loads by itself."""

    name, suffix = "keras", ".keras"
    runtimes = ("keras",)

    def write(self, network: "keras.Model", path: Path) -> None:
        """Write the zip file of Keras."""
        network.save(path)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Return the loaded network."""
        import keras

        return keras.saving.load_model(path, compile=False)


class Onnx(Format):
    """One file for ONNX Runtime, which has bindings for many languages and for browsers."""

    name, suffix = "onnx", ".onnx"
    runtimes = ("onnxruntime",)
    modules = ("onnx", "onnxruntime", "tf2onnx")

    def write(self, network: "keras.Model", path: Path) -> None:
        """Write the file with tf2onnx, and mend what it cannot say."""
        import numpy as np
        import onnx

        # Keras refuses to write one that was never called
        network(np.zeros((1, *network.input_shape[1:]), np.float32))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of names that NumPy once had
            network.export(path, format="onnx", verbose=False)
        model = onnx.load(path)
        for node in model.graph.node:
            if node.op_type == "ConvTranspose":
                _mend_padding(node)
        for value in (*model.graph.input, *model.graph.output):
            value.type.tensor_type.shape.dim[0].dim_param = "n"
        onnx.checker.check_model(model)
        onnx.save(model, path)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Return a session on the CPU."""
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        read, *given = names
        return lambda inputs: dict(zip(given, session.run(given, {read: inputs}), strict=True))


class LiteRt(Format):
    """One file for LiteRT, formerly TensorFlow Lite, on phones and small devices."""

    name, suffix = "litert", ".tflite"
    runtimes = ("ai-edge-litert", "tensorflow")

    def write(self, network: "keras.Model", path: Path) -> None:
        """Write the file with TensorFlow's converter."""
        _with_resizing(network).export(path, format="litert", verbose=False)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Return the signature of an interpreter, that of TensorFlow where LiteRT is missing."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:  # TensorFlow has a copy, and announces that it is to go some day
            import tensorflow as tf

            Interpreter = tf.lite.Interpreter  # noqa: N806 - a class
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            runner = Interpreter(model_path=str(path)).get_signature_runner()
        return lambda inputs: runner(**{names[0]: inputs})


class SavedModel(Format):
    """A folder for TensorFlow and TensorFlow Serving."""

    name, suffix = "saved_model", ""
    runtimes = ("tensorflow",)

    def write(self, network: "keras.Model", path: Path) -> None:
        """Write the folder; its function is called serve, and serving_default as a signature."""
        network.export(path, format="tf_saved_model", verbose=False)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Return the function serve."""
        import tensorflow as tf

        network = tf.saved_model.load(path)  # holds the weights, which the function does not
        return lambda inputs: network.serve(inputs)


FORMATS: Mapping[str, Format] = {
    one.name: one for one in (KerasFile(), Onnx(), LiteRt(), SavedModel())
}


def find(name: str) -> Format:
    """Return the format of a name.

    Raises:
        DataError: there is none, or its libraries are not installed.
    """
    if name not in FORMATS:
        near = difflib.get_close_matches(name.lower(), FORMATS, n=1, cutoff=0.5)
        guess = f"; did you mean {near[0]}?" if near else ""
        raise DataError(
            f"--format: found {shorten(name)}, expected one of {', '.join(FORMATS)}{guess}"
        )
    FORMATS[name].require()
    return FORMATS[name]


def _with_resizing(network: "keras.Model") -> "keras.Model":
    """Return the network with another layer of the same effect in the place of UpSampling2D.

    That repeats rows and columns in a form that leaves the converter in doubt about the number of
    maps, so that LiteRT would not run the convolution behind it.
    """
    import keras

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if not isinstance(layer, keras.layers.UpSampling2D):
            return type(layer).from_config(layer.get_config())
        _, height, width, _ = layer.output.shape
        return keras.layers.Resizing(height, width, interpolation="nearest", name=layer.name)

    resizing = keras.models.clone_model(network, clone_function=clone)
    resizing.set_weights(network.get_weights())
    return resizing


def _mend_padding(node: Any) -> None:
    """Say by output_padding what tf2onnx says by negative pads, which ONNX does not have.

    Transposed convolutions have rows that no value reaches where the kernel is smaller than the
    stride, and where a valid convolution left rows of its input out. In TensorFlow they are the
    last rows of all; tf2onnx takes half of them for the first ones.
    """
    import onnx

    [pads] = [attribute for attribute in node.attribute if attribute.name == "pads"]
    top, left, bottom, right = pads.ints
    unreached = [-(top + bottom), -(left + right)]
    if max(unreached) > 0:  # kernels, strides and maps of ours are square
        pads.ints[:] = [0, 0, 0, 0]
        node.attribute.append(onnx.helper.make_attribute("output_padding", unreached))
