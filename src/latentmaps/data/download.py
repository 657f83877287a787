"""Fetch one file from the first of several places that gives it, and check that it is the one.

Only a file that was checked gets its name; until then it is called ``<name>.part``, and a later try
goes on with it.
"""

import functools
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from latentmaps.data import disk, google_drive, mirrors
from latentmaps.data.guarded_http import MirrorError
from latentmaps.data.mirrors import Patience
from latentmaps.data.part_file import Length
from latentmaps.data.raw_faces import file_sha256
from latentmaps.errors import DownloadError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteFile:
    """A file and the places that have it.

    Attributes:
        name: in the folder of downloads.
        urls: tried in turn.
        limit_bytes: a longer answer is refused.
        drive_id: of Google Drive, which is tried last.
        size_bytes: of the file, where it is known.
        sha256: of the file, where it is known; without it the content is the caller's affair.
        first_bytes: with which the file begins.
    """

    name: str
    urls: tuple[str, ...]
    limit_bytes: int
    drive_id: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    first_bytes: bytes = b""


@dataclass(frozen=True)
class _Mirror:
    """One place.

    Attributes:
        title: for messages.
        transfer: fills the part file.
    """

    title: str
    transfer: Callable[[Path], None]


def fetch(
    file: RemoteFile, folder: Path, *, advice: str = "", patience: Patience | None = None
) -> Path:
    """Gives the checked file in `folder`, after a download if it is not there yet.

    Args:
        file: what to fetch.
        folder: keeps files, also what is not whole yet; made when it is not there.
        advice: what to do when no place gives it: what to fetch by hand, and where to put it.
        patience: how long a place is given.

    Raises:
        DownloadError: no place gave the file; the message tells of each, and the `advice`.
        DataError: the disk has no room.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    with _alone(target):
        if target.exists() and _is_checked(target, file):
            log.info("Found %s", target)
            return target
        part = target.with_name(f"{file.name}.part")
        if file.size_bytes is not None:
            begun_bytes = part.stat().st_size if part.exists() else 0
            disk.require_space(folder, max(0, file.size_bytes - begun_bytes))
        _fetch_from_any(file, part, advice, patience or Patience())
        part.replace(target)
    return target


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Lets one process at a time fetch a file; the system frees the lock of one that was killed."""
    lock = filelock.FileLock(f"{target}.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        log.info("Waiting for another process that fetches %s", target)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _is_checked(target: Path, file: RemoteFile) -> bool:
    """Tells whether a file that is there can be taken; without a hash it never can."""
    if file.sha256 is None:
        return False
    problem = _find_problem(target, file)
    if problem is None:
        return True
    log.info("Fetching %s again: %s", target, problem)
    return False


def _fetch_from_any(file: RemoteFile, part: Path, advice: str, patience: Patience) -> None:
    reasons = []
    for mirror in _mirrors(file, patience):
        started = time.monotonic()
        try:
            _fetch(mirror, file, part)
        except MirrorError as reason:
            log.warning("Leaving %s: %s", mirror.title, reason)
            reasons.append(f"{mirror.title}: {reason}")
        else:
            seconds = time.monotonic() - started
            size_bytes = f"{part.stat().st_size:,}"
            log.info("Downloaded %s: %s bytes in %.1f s", mirror.title, size_bytes, seconds)
            return
    failure = f"{file.name}: no place gave it ({'; '.join(reasons)})"
    raise DownloadError(f"{failure}; {advice}" if advice else failure)


def _mirrors(file: RemoteFile, patience: Patience) -> Iterator[_Mirror]:
    length = Length(file.size_bytes, file.limit_bytes)
    from_url = functools.partial(mirrors.from_url, length=length, patience=patience)
    for url in file.urls:
        yield _Mirror(url, functools.partial(from_url, url))
    if file.drive_id is not None:
        url = google_drive.url(file.drive_id)
        yield _Mirror(f"Google Drive, {file.drive_id}", functools.partial(from_url, url))


def _fetch(mirror: _Mirror, file: RemoteFile, part: Path) -> None:
    """Fills the part file and checks it.

    Raises:
        MirrorError: the mirror does not give the file.
    """
    was_begun = part.exists()
    mirror.transfer(part)
    problem = _find_problem(part, file)
    if problem is not None and was_begun:
        # what was there before may come from another place, or from a disk that lost it
        log.info("Starting %s over: %s", part, problem)
        part.unlink()
        mirror.transfer(part)
        problem = _find_problem(part, file)
    if problem is not None:
        part.unlink()
        raise MirrorError(problem)
    with part.open("rb") as handle:
        os.fsync(handle.fileno())


def _find_problem(path: Path, file: RemoteFile) -> str | None:
    """Gives what is wrong with a file that has arrived, or None."""
    size_bytes = path.stat().st_size
    if file.size_bytes is not None and size_bytes != file.size_bytes:
        return f"{size_bytes:,} bytes, expected {file.size_bytes:,}"
    with path.open("rb") as handle:
        first_bytes = handle.read(len(file.first_bytes))
    if first_bytes != file.first_bytes:
        return f"begins with {first_bytes!r}, expected {file.first_bytes!r}"
    if file.sha256 is not None:
        sha256 = file_sha256(path)
        if sha256 != file.sha256:
            return f"the sha256 is {sha256}, expected {file.sha256}"
    return None
