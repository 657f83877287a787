"""The formats in which a network leaves: how its file is written, and read by its own runtime.

The runtimes are imported when they are needed: a wrong name of a format is to be told at once.
"""

import difflib
import importlib.util
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from latentmaps import versions
from latentmaps.errors import DataError, shorten

if TYPE_CHECKING:
    import keras

# what a file computes: an array -> arrays by the names of the outputs
Runner = Callable[[npt.NDArray[np.float32]], Mapping[str, Any]]


class Format(ABC):
    """A format of files.

    Attributes:
        name: in which the command is told it.
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
        network.save(path)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
        import keras

        return keras.saving.load_model(path, compile=False)


class Onnx(Format):
    """One file for ONNX Runtime, which has bindings for many languages and for browsers."""

    name, suffix = "onnx", ".onnx"
    runtimes = ("onnxruntime",)
    modules = ("onnx", "onnxruntime", "tf2onnx")

    def write(self, network: "keras.Model", path: Path) -> None:
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
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        read, *given = names
        return lambda inputs: dict(zip(given, session.run(given, {read: inputs}), strict=True))


class LiteRt(Format):
    """One file for LiteRT, formerly TensorFlow Lite, on phones and small devices."""

    name, suffix = "litert", ".tflite"
    runtimes = ("ai-edge-litert", "tensorflow")

    def write(self, network: "keras.Model", path: Path) -> None:
        network.export(path, format="litert", verbose=False)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
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
        network.export(path, format="tf_saved_model", verbose=False)

    def read(self, path: Path, names: tuple[str, ...]) -> Runner:
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


def _mend_padding(node: Any) -> None:
    """Say by output_padding what tf2onnx says by negative pads, which ONNX does not have.

    It writes them for valid transposed convolutions whose maps have rows that no value reaches.
    """
    import onnx

    [pads] = [attribute for attribute in node.attribute if attribute.name == "pads"]
    if min(pads.ints) >= 0:
        return
    beyond = [-rows for rows in pads.ints[len(pads.ints) // 2 :]]
    pads.ints[:] = [0] * len(pads.ints)
    node.attribute.append(onnx.helper.make_attribute("output_padding", beyond))
