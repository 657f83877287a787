"""Save and load the weights of a Keras model, either all of them or none."""

import warnings
from pathlib import Path

import h5py
import keras
import numpy as np
from keras.src.saving import saving_lib

from latentmaps.errors import DataError, excerpt

# errors that h5py raises for damaged files, and Keras for files of another model
_DAMAGE = (OSError, RuntimeError, ValueError, KeyError, UserWarning)


class _MemoryStore(saving_lib.H5IOStore):
    """Keras's writer of .weights.h5 files, with the file in memory."""

    def _get_h5_file(self, path_or_io: Path, mode: str | None = None) -> h5py.File:
        # The core driver uses the same file layout as the disk driver. A BytesIO would get
        # different bytes, since HDF5 does not aggregate small writes for it.
        return h5py.File(path_or_io, mode or self.mode, driver="core", backing_store=False)

    def content(self) -> bytes:
        """Return the bytes of the file so far."""
        self.h5_file.flush()
        return self.h5_file.id.get_file_image()


def save(model: keras.Model, path: Path) -> None:
    """Write the weights of `model` to a .weights.h5 file, as ``model.save_weights`` does.

    The bytes are the same, but HDF5 never writes to the disk: on a full disk, HDF5 crashes the
    process (segmentation fault), while a plain write raises an error.

    Args:
        model: a model that has been built.
        path: the file to write.

    Raises:
        OSError: the file cannot be written.
    """
    store = _MemoryStore(path, mode="w")
    try:
        # called by save_weights, which would open the file itself
        saving_lib._save_state(  # noqa: SLF001 - Keras has no public way to save to memory
            model,
            weights_store=store,
            assets_store=None,
            inner_path="",
            visited_saveables=set(),
        )
        content = store.content()
    finally:
        store.close()
    path.write_bytes(content)


def load(model: keras.Model, path: Path, *, advice: str) -> None:
    """Load the weights in `path` into `model`.

    If a file lacks a layer, Keras only warns and keeps the initial weights; here, that is an error.

    Args:
        model: a model that has been built.
        path: a .weights.h5 file.
        advice: what to do if the file is unusable, for messages.

    Raises:
        DataError: the file is missing or damaged, belongs to a different architecture, or contains
            a weight that is not finite.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except _DAMAGE as error:
        reason = excerpt(" ".join(str(error).split()))  # Keras lists every layer
        raise DataError(
            f"{path}: not the weights of the network in architecture.json ({reason}); {advice}"
        ) from error
    for variable in model.variables:
        if not np.isfinite(np.asarray(variable)).all():
            raise DataError(
                f"{path}: found a NaN or an infinite number in {variable.path}, expected finite "
                f"weights; {advice}"
            )
