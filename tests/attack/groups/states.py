"""Arrays that stages exchange: latents, films, and checkpoints of a training run."""

import functools
import io
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from tests.attack import documents, mutators
from tests.attack.case import BrokenPromiseError, Group
from tests.attack.groups.arrays import hostile_arrays

from latentmaps.vae.latent import attribute_directions, latent_files, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.film_file import Film
from latentmaps.vae.network.vae_files import Origin

if TYPE_CHECKING:
    import keras

_DIMENSIONS = 3
_CHECKPOINT = "epoch-00002.npz"
_NOTES = "notes"


@functools.cache
def _latents() -> dict[str, bytes]:
    random_numbers = np.random.default_rng(1)

    def faces(number: int) -> EncodedFaces:
        means, log_vars = random_numbers.normal(size=(2, number, _DIMENSIONS))
        return EncodedFaces(np.arange(number), Encodings(means, log_vars))

    train = faces(30)
    fitted = samplers.fit_all(train.encodings, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        test = faces(5)
        shown = [pd.DataFrame({"Smiling": np.arange(n) % 2 == 0}) for n in (30, 5)]
        attributes = attribute_directions.fit(train.encodings, shown[0], test.encodings, shown[1])
        latent_files.save(Path(folder), Latents(train, test, fitted, attributes))
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def _damage(content: bytes, generator: random.Random) -> bytes:
    """Return an .npz file with damaged bytes or with one array replaced."""
    if generator.randrange(3) == 0:
        return mutators.mutate(content, generator)
    with np.load(io.BytesIO(content)) as file:
        arrays = dict(file)
    name = generator.choice(list(arrays))
    changed = _other(arrays[name], generator)
    if changed is None:
        del arrays[name]
    else:
        arrays[name] = changed
    return _npz(arrays)


def _npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


_VALUES = (np.nan, np.inf, -np.inf, 0, -1, 1, 1e30, -1e30, 1e308, 2**31, 2**62, 0.5)


def _other(array: np.ndarray, generator: random.Random) -> np.ndarray | None:
    """Return an array with other values, another shape or another dtype, or None."""
    kind = generator.randrange(8)
    if kind == 0:
        return None
    if kind == 1:
        dtypes = ("f4", "f2", "i8", "u1", "?", "c16", "U3", "S2", "M8[s]", ">f8", "V8", "i4")
        with np.errstate(all="ignore"):
            return np.zeros(array.shape, generator.choice(dtypes))
    if kind == 2:
        return np.ravel(array)[: generator.randrange(array.size + 1)]
    if kind == 3:
        flat = np.atleast_1d(array)
        return np.concatenate([flat, flat], axis=generator.randrange(flat.ndim))
    if kind == 4:
        return generator.choice(
            (array[None], array.ravel(), array.T, np.zeros(()), array[..., None])
        )
    changed = array.copy()
    with np.errstate(all="ignore"):
        value = np.array(generator.choice(_VALUES)).astype(array.dtype)
    if kind == 5:
        changed[...] = value
    elif changed.size:
        changed.flat[generator.randrange(changed.size)] = value
    return changed


def _write_latents(folder: Path, number: int, generator: random.Random) -> None:
    files = dict(_latents())
    name = list(files)[number % len(files)]
    if number:
        listed = hostile_arrays()
        known = number <= len(listed)
        files[name] = listed[number - 1] if known else _damage(files[name], generator)
    for file, content in files.items():
        (folder / file).write_bytes(content)


def _read_latents(folder: Path) -> None:
    """Load latents and sample from every sampler, as the sheets do."""
    latents = latent_files.load(folder, latent_dim=_DIMENSIONS)
    for name, sampler in latents.samplers.items():
        points = samplers.sample(sampler, 4, _DIMENSIONS, seed=1)
        if points.shape != (4, _DIMENSIONS) or not np.isfinite(points).all():
            raise BrokenPromiseError(f"points of {name} of the shape {points.shape}, or not finite")
    for faces in (latents.train, latents.test):
        shape = (len(faces.rows), _DIMENSIONS)
        if not shape == faces.encodings.z_mean.shape == faces.encodings.z_log_var.shape:
            raise BrokenPromiseError("rows and points do not belong together")
    for direction in latents.attributes.to_list():
        vector = direction.vector
        if vector.shape != (_DIMENSIONS,) or not np.isfinite(vector).all():
            raise BrokenPromiseError(f"the direction of {direction.name} is invalid")


_ORIGIN = Origin(
    kl_weight=5.0,
    reconstruction_loss="bce",
    sigma=None,
    corruption="none",
    corruption_level=0.0,
    epochs=2,
    seed=1,
    num_train=9,
)


@functools.cache
def _film() -> bytes:
    tiles = np.random.default_rng(1).integers(0, 256, (2 + 2 * 5, 6, 6, 3), np.uint8)
    frames = tiles[2:].reshape(2, 5, 6, 6, 3)
    film = Film(np.array([1, 2]), np.array([4, 7]), tiles[:2], frames[:, :2], frames[:, 2:])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.npz"
        film.save(path)
        return path.read_bytes()


def _write_film(folder: Path, number: int, generator: random.Random) -> None:
    content, listed = _film(), hostile_arrays()
    if number:
        known = number <= len(listed)
        content = listed[number - 1] if known else _damage(content, generator)
    (folder / "film.npz").write_bytes(content)


def _read_film(folder: Path) -> None:
    """Load a film and draw it."""
    from latentmaps.vae.pictures import film_sheet

    film_sheet.draw(Film.load(folder / "film.npz"), _ORIGIN)


@functools.cache
def _model() -> "keras.Model":
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def _train(folder: Path, epochs: int) -> None:
    """Train up to an epoch; with a checkpoint of that epoch, nothing is left to compute."""
    import tensorflow as tf

    from latentmaps.training import fit
    from latentmaps.training.checkpoints import Checkpoints
    from latentmaps.training.early_stopping import EarlyStopping

    def batches(_: int) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensors((tf.ones((4, 2)), tf.ones((4, 1)))).repeat()

    checkpoints = Checkpoints(folder, {})
    schedule = fit.Schedule(epochs, 1, EarlyStopping("val_loss", patience=9))
    with checkpoints.locked():
        trained = fit.fit(
            _model(),
            batches,
            validation=batches(0).take(1),
            schedule=schedule,
            checkpoints=checkpoints,
        )
    if not all(np.isfinite(np.array(variable)).all() for variable in _model().variables):
        raise BrokenPromiseError("weights are not finite")
    trained.numbers()


@functools.cache
def _checkpoint() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        _train(Path(folder), 2)
        return (Path(folder) / _CHECKPOINT).read_bytes()


_FILE_NAMES = ("epoch-abc.npz", "epoch-.npz", "epoch--1.npz", "epoch-1e3.npz", "epoch-2.npz")


def _write_checkpoint(folder: Path, number: int, generator: random.Random) -> None:
    """Damage the bytes, arrays or notes of a checkpoint, or put another file next to it."""
    content, listed = _checkpoint(), hostile_arrays()
    if number > len(_FILE_NAMES) + len(listed):
        content = _damage_checkpoint(content, generator)
    elif number > len(_FILE_NAMES):
        content = listed[number - len(_FILE_NAMES) - 1]
    elif number:
        (folder / _FILE_NAMES[number - 1]).write_bytes(content)
    (folder / _CHECKPOINT).write_bytes(content)


def _damage_checkpoint(content: bytes, generator: random.Random) -> bytes:
    if generator.randrange(2):
        return _damage(content, generator)
    with np.load(io.BytesIO(content)) as file:
        arrays: dict[str, Any] = dict(file)
    notes = documents.mutate(bytes(arrays[_NOTES]), generator)
    return _npz(arrays | {_NOTES: np.frombuffer(notes, np.uint8)})


def _read_checkpoint(folder: Path) -> None:
    _train(folder, 2)


GROUPS = (
    Group(
        "latents",
        (
            "latentmaps.vae.latent.latent_files",
            "latentmaps.vae.latent.attribute_directions",
            "latentmaps.storage.npz",
        ),
        _write_latents,
        _read_latents,
        num_cases=3_000,
        num_short=300,
    ),
    Group(
        "films",
        ("latentmaps.vae.network.film_file",),
        _write_film,
        _read_film,
        num_cases=3_000,
        num_short=300,
    ),
    Group(
        "checkpoints",
        (
            "latentmaps.training.checkpoints",
            "latentmaps.training.fit",
            "latentmaps.training.early_stopping",
        ),
        _write_checkpoint,
        _read_checkpoint,
        num_cases=3_000,
        num_short=300,
    ),
)
