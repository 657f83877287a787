"""Outputs that are either complete or absent.

A stage writes into a temporary folder next to each output, on the same disk, and renames the
finished file or folder. The temporary folder contains a lock that is held while its process lives.
The lock keeps other runs from writing there and makes it possible to recognize the leftovers of
killed runs.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import filelock

from latentmaps.errors import LatentmapsError

_LOCK = "running.lock"
# each temporary folder lists the temporary folders of its run
_FOLDERS = "running.txt"
# wait a moment: another stage may be removing leftovers of a killed run in the same place
_PATIENCE_S = 2.0


@dataclass(frozen=True)
class Staging:
    """Final paths of the outputs, and the temporary paths that the stage writes to.

    Attributes:
        finals: name -> final path of the output.
        rank: rank of this process among those that run the stage together, from 0.
        temporary: name -> path to write to.
    """

    finals: Mapping[str, Path]
    rank: int = 0
    temporary: Mapping[str, Path] = field(init=False)
    _locks: dict[Path, filelock.BaseFileLock] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        temporary = {name: self._folder(p) / p.name for name, p in self.finals.items()}
        object.__setattr__(self, "temporary", temporary)

    def _folder(self, final: Path) -> Path:
        # named after the output, since layers of draw_oips share a folder and may run in parallel
        rank = f".{self.rank}" if self.rank else ""
        return final.parent / f".{final.name}{rank}.partial"

    def open(self) -> None:
        """Create empty folders for this run, and remove leftovers of killed runs.

        Raises:
            LatentmapsError: another run is writing one of the outputs.
        """
        all_folders = "\0".join(str(self._folder(p).absolute()) for p in self.finals.values())
        try:
            for final in self.finals.values():
                folder = self._folder(final)
                self._locks[folder] = _claim(folder, final)
                _empty(folder)
                (folder / _FOLDERS).write_bytes(os.fsencode(all_folders))
        except BaseException:
            self.close()
            raise

    def publish(self) -> None:
        """Rename every output to its final path.

        Raises:
            RuntimeError: an output was not written.
        """
        missing = [str(self.finals[n]) for n, p in self.temporary.items() if not p.exists()]
        if missing:
            raise RuntimeError(f"the stage ended without writing {', '.join(missing)}")
        for path in self.temporary.values():
            _flush(path)
        for name, path in self.temporary.items():
            _replace(path, self.finals[name])

    def close(self) -> None:
        """Remove the temporary folders of this run."""
        while self._locks:
            folder, lock = self._locks.popitem()
            _remove(folder)
            lock.release()


@contextmanager
def opened(finals: Mapping[str, Path]) -> Iterator[Staging]:
    """Claim outputs before work starts; at the end, remove temporary folders and empty new folders.

    Args:
        finals: name -> final path of the output.

    Yields:
        The ``Staging``; the caller calls its ``publish`` when the work is done.

    Raises:
        LatentmapsError: another run is writing one of the outputs.
        OSError: nothing can be written there.
    """
    staging = Staging(finals)
    parents = {folder for final in finals.values() for folder in final.parents}
    new_folders = sorted((p for p in parents if not p.exists()), reverse=True)  # inner ones first
    try:
        staging.open()
        yield staging
    finally:
        staging.close()
        for folder in new_folders:
            with suppress(OSError):  # the folder contains outputs, or was never created
                folder.rmdir()


def remove_leftovers(folders: Iterable[Path]) -> None:
    """Remove the temporary folders of killed runs, but not those of active ones.

    DVC may restore the outputs of a killed stage instead of running it again, so its temporary
    folders would otherwise remain.

    Args:
        folders: folders to search, not including their subfolders; files are ignored. If a
            temporary folder of a killed run is found, all other temporary folders of that run are
            also removed.
    """
    waiting = [path for folder in set(folders) for path in folder.glob(".*.partial")]
    while waiting:
        leftover = waiting.pop()
        # a folder without a lock is not ours, or is just being created
        if leftover.suffix != ".partial" or not (leftover / _LOCK).is_file():
            continue
        # Timeout (an OSError): the run is active; other errors: already gone, or another user's
        with suppress(OSError), filelock.FileLock(leftover / _LOCK, blocking=False):
            waiting += _folders_of_its_run(leftover)
            _remove(leftover)


def _folders_of_its_run(leftover: Path) -> list[Path]:
    with suppress(FileNotFoundError):  # the run was killed before it wrote the list
        return [Path(os.fsdecode(p)) for p in (leftover / _FOLDERS).read_bytes().split(b"\0")]
    return []


def _claim(folder: Path, final: Path) -> filelock.BaseFileLock:
    """Create the folder and lock it."""
    lock = filelock.FileLock(folder / _LOCK)
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=_PATIENCE_S)
        except FileNotFoundError:
            continue  # another stage has removed the folder as a leftover
        except filelock.Timeout:
            raise LatentmapsError(
                f"{final}: another run is writing it, expected one at a time; wait until that run "
                "has finished, then run again"
            ) from None
        return lock


def _empty(folder: Path) -> None:
    """Remove everything in a folder except its lock."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _LOCK:
            path.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a locked folder, with its lock last; a run that waits for the lock then retries."""
    with suppress(OSError):
        _empty(folder)
        (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()


def _flush(path: Path) -> None:
    """Flush a file, or all files of a folder, to the disk."""
    for file in path.rglob("*") if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())


def _replace(source: Path, target: Path) -> None:
    # a rename fails if the target is a folder that is not empty
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
