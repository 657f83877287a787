"""Checkpoints, from which a killed training run can resume and a finished one can be extended.

Each folder belongs to one fingerprint, a hash of everything that affects the results except the
number of epochs. The folder keeps the state after the latest epoch and after the last epoch of
every finished run. It also keeps one frame per epoch: the pictures of the training film.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError, excerpt
from latentmaps.storage import npz

log = logging.getLogger(__name__)

_DESCRIPTION = "fingerprint.json"
_NOTES = "notes"
_TILES = "tiles"
_ADVICE = "remove it, then run again"
# a frame cannot be decoded again, since the weights after its epoch no longer exist
_ADVICE_ON_FRAMES = "remove the folder of these checkpoints, then run again"
# ten billion weights with the optimizer's two moments, in float32
_LIMIT_BYTES = 120_000_000_000
_DIGITS = 16


@dataclass(frozen=True)
class State:
    """The state of a training run after an epoch.

    Attributes:
        epoch: number of finished epochs.
        arrays: name -> value of every variable.
        notes: everything else that the run must remember, as JSON values.
    """

    epoch: int
    arrays: Mapping[str, npt.NDArray[Any]]
    notes: Mapping[str, Any]


def fingerprint(values: Mapping[str, Any], files: Sequence[Path]) -> str:
    """Return a hash of 16 hexadecimal digits that depends on all values and file contents.

    Args:
        values: name -> number, string, list or nested mapping.
        files: files whose content, but not location, is hashed.
    """
    digest = hashlib.sha256(_json(values))
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "blake2b").digest())
    return digest.hexdigest()[:_DIGITS]


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, indent=2, sort_keys=True).encode()


class Checkpoints:
    """The checkpoints of all training runs that share a fingerprint.

    Attributes:
        folder: the folder of the checkpoints; its name is the fingerprint.
    """

    def __init__(
        self, folder: Path, description: Mapping[str, Any], *, is_writer: bool = True
    ) -> None:
        """Open the checkpoints in a folder.

        With several machines, one writes and all read, so all must be able to access the folder.

        Args:
            folder: the folder, named after the fingerprint; ``locked`` creates it.
            description: the values that the fingerprint was computed from, for people to read.
            is_writer: whether this process writes checkpoints.
        """
        self.folder = folder
        self._description = description
        self._is_writer = is_writer

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder, so that any other run with this fingerprint waits until it is free."""
        if not self._is_writer:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.folder / "lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            log.info("Waiting: another process is training with the checkpoints in %s", self.folder)
            lock.acquire()
        try:
            (self.folder / _DESCRIPTION).write_bytes(_json(self._description) + b"\n")
            yield
        finally:
            lock.release()

    def last_epoch(self, most: int) -> int:
        """Return the epoch of the latest checkpoint up to epoch `most`, or 0 if there is none.

        Raises:
            DataError: the name of a checkpoint file contains no valid epoch number.
        """
        return max((epoch for epoch in self._epochs() if epoch <= most), default=0)

    def load(self, epoch: int) -> State:
        """Return the state after an epoch.

        Raises:
            DataError: the file is damaged.
        """
        path = self._path(epoch)
        arrays = npz.load(path, None, advice=_ADVICE, limit_bytes=_LIMIT_BYTES)
        try:
            notes = json.loads(bytes(arrays.pop(_NOTES)))
        except (KeyError, ValueError, RecursionError) as error:
            raise self.refusal(epoch, f"its notes are not valid JSON: {error}") from error
        return State(epoch, arrays, notes)

    def refusal(self, epoch: int, reason: str) -> DataError:
        """Return the error for a checkpoint from which a run cannot resume."""
        return _refusal(self._path(epoch), reason)

    def save(self, state: State) -> None:
        """Write the state after an epoch, then delete the previous checkpoint.

        A checkpoint that ``keep`` has marked is not deleted.
        """
        if not self._is_writer:
            return
        notes = np.frombuffer(json.dumps(state.notes).encode(), np.uint8)
        _write(self._path(state.epoch), {**state.arrays, _NOTES: notes})
        previous = self._path(state.epoch - 1)
        if previous.exists() and not self._keep_mark(state.epoch - 1).exists():
            previous.unlink()

    def save_frame(self, epoch: int, tiles: npt.NDArray[np.uint8]) -> None:
        """Write the frame of an epoch.

        Call this before ``save``, so that no state lacks a frame.

        Args:
            epoch: number of the epoch, from 1.
            tiles: (num_tiles, h, w, c), uint8, 0..255.
        """
        if self._is_writer:
            _write(self._frame_path(epoch), {_TILES: tiles})

    def load_frame(self, epoch: int, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """Return the frame of an epoch, (num_tiles, h, w, c), uint8, 0..255.

        Args:
            epoch: number of the epoch, from 1.
            shape: the expected shape.

        Raises:
            DataError: the file is missing or damaged, or its array has the wrong shape or dtype.
        """
        path = self._frame_path(epoch)
        tiles = npz.load(path, [_TILES], advice=_ADVICE_ON_FRAMES)[_TILES]
        if tiles.dtype != np.uint8 or tiles.shape != shape:
            raise DataError(
                f"{path}: found {tiles.dtype} of shape {tiles.shape}, expected uint8 of shape "
                f"{shape}; {_ADVICE_ON_FRAMES}"
            )
        return tiles

    def keep(self, epoch: int) -> None:
        """Mark a checkpoint as the end of a run, so that ``save`` never deletes it."""
        if self._is_writer:
            self._keep_mark(epoch).touch()

    def _epochs(self) -> list[int]:
        paths = list(self.folder.glob("epoch-*.npz"))
        for path in paths:
            digits = path.stem.partition("-")[2]
            if not digits.isdecimal() or path != self._path(int(digits)):
                raise _refusal(path, "its name is not epoch- followed by five digits")
        return [int(path.stem.partition("-")[2]) for path in paths]

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:05d}.npz"

    def _frame_path(self, epoch: int) -> Path:
        return self.folder / f"frame-{epoch:05d}.npz"

    def _keep_mark(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:05d}.kept"


def _write(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays atomically as a .npz file."""
    temporary = path.with_suffix(".partial")
    with temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _refusal(path: Path, reason: str) -> DataError:
    return DataError(
        f"{path}: not a checkpoint of this training run ({excerpt(reason)}); {_ADVICE}"
    )
