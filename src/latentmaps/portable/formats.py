"""The formats of an export: how to write a file, and how to read it with the format's runtime.

The runtimes are imported only when needed, so that an unknown format name fails at once.
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

# runs a file: input array -> output arrays by name
Runner = Callable[["npt.NDArray[np.float32]"], Mapping[str, Any]]


class Format(ABC):
    """A file format.

    Attributes:
        name: name given to --format.
        suffix: suffix of its files; empty for a folder.
        runtimes: distributions that can run the files; the first installed one is used.
        modules: modules needed to write and check the files, in addition to those of the project.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    runtimes: ClassVar[tuple[str, ...]]
    modules: ClassVar[tuple[str, ...]] = ()

    def require(self) -> None:
        """Require that the format's libraries are installed.

        Raises:
            DataError: a library is missing; the message says how to install it.
        """
        missing = [name for name in self.modules if importlib.util.find_spec(name) is None]
        if missing:
            raise DataError(
                f"--format: {self.name} needs {', '.join(missing)}, found none; "
                "run pip install '.[export]' in the folder of the project"
            )

    @abstractmethod
    def write(self, network: "keras.Model", path: Path) -> None:
        """Write a network that is built from plain layers and has one input and named outputs."""

    @abstractmethod
    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Load a file with the format's runtime and return a function that runs it.

        Args:
            path: a file that ``write`` wrote.
            names: name of the input, followed by the names of the outputs.
        """

    def runtime(self) -> str:
        """Return the name and version of the library that runs the files on this machine."""
        for name in self.runtimes:
            if importlib.util.find_spec(name.replace("-", "_")) is not None:
                return f"{name} {versions.installed(name)[name]}"
        raise RuntimeError(f"{self.name}: no runtime, although require() succeeded")


class KerasFile(Format):
    """One file that Keras loads without our code."""

    name, suffix = "keras", ".keras"
    runtimes = ("keras",)

    def write(self, network: "keras.Model", path: Path) -> None:
        """Write Keras's zip file."""
        network.save(path)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Load the network."""
        import keras

        return keras.saving.load_model(path, compile=False)


class Onnx(Format):
    """One file for ONNX Runtime, which has bindings for many languages and for browsers."""

    name, suffix = "onnx", ".onnx"
    runtimes = ("onnxruntime",)
    modules = ("onnx", "onnxruntime", "tf2onnx")

    def write(self, network: "keras.Model", path: Path) -> None:
        """Write the file with tf2onnx, and correct the paddings that tf2onnx cannot express."""
        import numpy as np
        import onnx

        # Keras cannot export a network that has never been called
        network(np.zeros((1, *network.input_shape[1:]), np.float32))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about names that NumPy removed
            network.export(path, format="onnx", verbose=False)
        model = onnx.load(path)
        for node in model.graph.node:
            if node.op_type == "ConvTranspose":
                _fix_padding(node)
        for value in (*model.graph.input, *model.graph.output):
            value.type.tensor_type.shape.dim[0].dim_param = "n"
        onnx.checker.check_model(model)
        onnx.save(model, path)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Open a session on the CPU and return a function that runs it."""
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
        with_resizing(network).export(path, format="litert", verbose=False)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Load the file with LiteRT, or with TensorFlow's interpreter if LiteRT is missing."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:  # TensorFlow still has a copy, with a deprecation warning
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
        """Write the folder, with the ``serve`` function and the ``serving_default`` signature."""
        network.export(path, format="tf_saved_model", verbose=False)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        """Return the ``serve`` function."""
        import tensorflow as tf

        network = tf.saved_model.load(path)  # holds the weights; the function alone does not
        return lambda inputs: network.serve(inputs)


FORMATS: Mapping[str, Format] = {
    kind.name: kind for kind in (KerasFile(), Onnx(), LiteRt(), SavedModel())
}


def find(name: str) -> Format:
    """Return the format with the given name.

    Raises:
        DataError: no format has this name, or its libraries are not installed.
    """
    if name not in FORMATS:
        near = difflib.get_close_matches(name.lower(), FORMATS, n=1, cutoff=0.5)
        guess = f"; did you mean {near[0]}?" if near else ""
        raise DataError(
            f"--format: found {shorten(name)}, expected one of {', '.join(FORMATS)}{guess}"
        )
    FORMATS[name].require()
    return FORMATS[name]


def with_resizing(network: "keras.Model") -> "keras.Model":
    """Return the network with UpSampling2D replaced by an equivalent layer.

    The converter cannot infer the number of maps after UpSampling2D, and LiteRT then fails to run
    the convolution that follows.
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


def _fix_padding(node: Any) -> None:
    """Replace negative ``pads``, which tf2onnx writes and ONNX forbids, with ``output_padding``.

    A transposed convolution has rows that no value reaches if the kernel is smaller than the
    stride, or if a ``"valid"`` convolution left out rows of its input. In TensorFlow these are the
    last rows; tf2onnx puts half of them first.
    """
    import onnx

    [pads] = [attribute for attribute in node.attribute if attribute.name == "pads"]
    top, left, bottom, right = pads.ints
    unreached = [-(top + bottom), -(left + right)]
    if max(unreached) > 0:  # our kernels, strides and maps are square
        pads.ints[:] = [0, 0, 0, 0]
        node.attribute.append(onnx.helper.make_attribute("output_padding", unreached))
