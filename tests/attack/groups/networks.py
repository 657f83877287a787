"""Folders of trained networks: architecture.json and weights, damaged or of another model.

A network that is accepted must be identical to the saved one, because damaged weights could not be
detected later.
"""

import functools
import random
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.attack import documents, mutators
from tests.attack.case import BrokenPromiseError, Group

if TYPE_CHECKING:
    import keras

_Folder = dict[str, bytes]
_DESCRIPTION = "architecture.json"
_HEAD_BYTES = 4_096


def _saved(save: Callable[[Path], None]) -> _Folder:
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder))
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


# TensorFlow takes seconds to import, and only the processes of these groups need it
@functools.cache
def _vae() -> _Folder:
    from tests.vae.example_vae import small_vae

    from latentmaps.vae.network import vae_files

    return _saved(partial(vae_files.save, saved=small_vae()))


@functools.cache
def _cnn() -> _Folder:
    import keras

    from latentmaps.cnn.network import cnn

    keras.utils.set_random_seed(1)
    shape = cnn.Architecture(filters=(3, 4), dense_units=6)
    return _saved(lambda folder: cnn.save(folder, shape, cnn.build_cnn(shape)))


def _load_vae(folder: Path) -> list[np.ndarray]:
    from latentmaps.vae.network import vae_files

    saved = vae_files.load(folder)
    return _weights(saved.encoder, saved.decoder)


def _load_cnn(folder: Path) -> list[np.ndarray]:
    from latentmaps.cnn.network import cnn

    return _weights(cnn.load(folder))


def _weights(*models: "keras.Model") -> list[np.ndarray]:
    return [np.array(variable) for model in models for variable in model.variables]


_GOOD = {"vae": _vae, "cnn": _cnn}
_LOAD = {"vae": _load_vae, "cnn": _load_cnn}


@functools.cache
def _true_weights(kind: str) -> list[np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        _write_folder(Path(folder), _GOOD[kind]())
        return _LOAD[kind](Path(folder))


def _write_folder(folder: Path, files: _Folder) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _read(kind: str, folder: Path) -> None:
    import keras

    expected = _true_weights(kind)
    found = _LOAD[kind](folder)
    keras.backend.clear_session()  # Keras keeps every model otherwise; takes 0.3 s
    if len(found) != len(expected) or not all(map(np.array_equal, found, expected)):
        raise BrokenPromiseError("other weights than were saved, and no message")


def _write(kind: str, folder: Path, number: int, generator: random.Random) -> None:
    """Damage architecture.json and a file of weights in turn; number 0 damages none."""
    files = dict(_GOOD[kind]())
    if number:
        turn, damaged = divmod(number - 1, 2)
        name = _DESCRIPTION if damaged else _weights_file(files, turn)
        damage = _damage_shape if damaged else _damage_weights
        files[name] = damage(files[name], turn, generator)
    _write_folder(folder, files)


def _weights_file(files: _Folder, turn: int) -> str:
    names = [name for name in files if name.endswith(".h5")]
    return names[turn % len(names)]


def _damage_shape(content: bytes, turn: int, generator: random.Random) -> bytes:
    listed = documents.listed()
    return listed[turn] if turn < len(listed) else documents.mutate(content, generator)


def _damage_weights(content: bytes, turn: int, generator: random.Random) -> bytes:
    """Damage the whole file or its head, where HDF5 stores its layout, in turn."""
    odd = [b"", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"x" * 9_999]
    if turn < len(odd):
        return odd[turn]
    size = _HEAD_BYTES if turn % 3 else len(content)
    return mutators.mutate(content[:size], generator) + content[size:]


_READS = ("latentmaps.storage.model_folder", "latentmaps.storage.weights")

GROUPS = (
    Group(
        "vae-model",
        ("latentmaps.vae.network.vae_files", *_READS),
        partial(_write, "vae"),
        partial(_read, "vae"),
        num_cases=1_200,
        num_short=50,
    ),
    Group(
        "cnn-model",
        ("latentmaps.cnn.network.cnn", *_READS),
        partial(_write, "cnn"),
        partial(_read, "cnn"),
        num_cases=1_200,
        num_short=50,
    ),
)
