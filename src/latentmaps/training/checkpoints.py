"""Checkpoints of a training, so that a killed one goes on and a longer one need not begin anew.

A folder belongs to one fingerprint: everything that decides the numbers but the number of epochs.
It keeps the state after the last epoch, and after the last epoch of every training that ended. Of
every epoch it keeps a frame: pictures that show how far the training was.
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
# a frame is made of the weights after its epoch, which are gone
_ADVICE_ON_FRAMES = "remove the folder of these checkpoints, then run again"
# weights and the optimizer's two moments of ten thousand million weights
_LIMIT_BYTES = 120_000_000_000
_DIGITS = 16


@dataclass(frozen=True)
class State:
    """A training after an epoch.

    Attributes:
        epoch: passes through the data so far.
        arrays: name -> value of every variable.
        notes: whatever else the training has to remember, as JSON.
    """

    epoch: int
    arrays: Mapping[str, npt.NDArray[Any]]
    notes: Mapping[str, Any]


def fingerprint(values: Mapping[str, Any], files: Sequence[Path]) -> str:
    """Gives 16 hexadecimal digits that change with any value and any byte.

    Args:
        values: names to numbers, texts, lists or further mappings.
        files: their content counts, their place does not.
    """
    digest = hashlib.sha256(_json(values))
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "blake2b").digest())
    return digest.hexdigest()[:_DIGITS]


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, indent=2, sort_keys=True).encode()


class Checkpoints:
    """The checkpoints of the trainings with one fingerprint.

    Attributes:
        folder: where they are; named by the fingerprint.
    """

    def __init__(
        self, folder: Path, description: Mapping[str, Any], *, is_writer: bool = True
    ) -> None:
        """Takes the folder, what the fingerprint was made from, and whether to write at all.

        Of several machines one writes and all read: the folder has to be one that all can see.
        """
        self.folder = folder
        self._description = description
        self._is_writer = is_writer

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other trainings with this fingerprint waiting."""
        if not self._is_writer:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.folder / "lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            log.info("Waiting: another process trains with the checkpoints in %s", self.folder)
            lock.acquire()
        try:
            (self.folder / _DESCRIPTION).write_bytes(_json(self._description) + b"\n")
            yield
        finally:
            lock.release()

    def last_epoch(self, most: int) -> int:
        """Return the epoch of the latest checkpoint that is not later than `most`; 0: none.

        Raises:
            DataError: a file is called like a checkpoint, but for its number.
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
            raise self.refusal(epoch, f"its notes are no JSON: {error}") from error
        return State(epoch, arrays, notes)

    def refusal(self, epoch: int, reason: str) -> DataError:
        """Return the error for a checkpoint from which a training cannot go on."""
        return _refusal(self._path(epoch), reason)

    def save(self, state: State) -> None:
        """Writes the state after an epoch; that of the epoch before goes unless it is kept."""
        if not self._is_writer:
            return
        notes = np.frombuffer(json.dumps(state.notes).encode(), np.uint8)
        _write(self._path(state.epoch), {**state.arrays, _NOTES: notes})
        previous = self._path(state.epoch - 1)
        if previous.exists() and not self._keep_mark(state.epoch - 1).exists():
            previous.unlink()

    def save_frame(self, epoch: int, tiles: npt.NDArray[np.uint8]) -> None:
        """Write the pictures after an epoch; before its state, so that no state lacks them."""
        if self._is_writer:
            _write(self._frame_path(epoch), {_TILES: tiles})

    def load_frame(self, epoch: int, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """Return the pictures after an epoch.

        Args:
            epoch: from 1.
            shape: that they have to have.

        Raises:
            DataError: the file is missing or damaged, or holds other pictures.
        """
        path = self._frame_path(epoch)
        tiles = npz.load(path, [_TILES], advice=_ADVICE_ON_FRAMES)[_TILES]
        if tiles.dtype != np.uint8 or tiles.shape != shape:
            raise DataError(
                f"{path}: found {tiles.dtype} of the shape {tiles.shape}, expected uint8 of the "
                f"shape {shape}; {_ADVICE_ON_FRAMES}"
            )
        return tiles

    def keep(self, epoch: int) -> None:
        """Marks a checkpoint as the end of a training: a later one does not remove it."""
        if self._is_writer:
            self._keep_mark(epoch).touch()

    def _epochs(self) -> list[int]:
        paths = list(self.folder.glob("epoch-*.npz"))
        for path in paths:
            digits = path.stem.partition("-")[2]
            if not digits.isdecimal() or path != self._path(int(digits)):
                raise _refusal(path, "its name is not epoch- with five digits")
        return [int(path.stem.partition("-")[2]) for path in paths]

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:05d}.npz"

    def _frame_path(self, epoch: int) -> Path:
        return self.folder / f"frame-{epoch:05d}.npz"

    def _keep_mark(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:05d}.kept"


def _write(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays as a .npz file that is whole or absent."""
    temporary = path.with_suffix(".partial")
    with temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _refusal(path: Path, reason: str) -> DataError:
    return DataError(f"{path}: no checkpoint of this training ({excerpt(reason)}); {_ADVICE}")
