"""Fetch one file from the first of several places that gives it, and check that it is the one.

Only a file that was checked gets its name; until then it is called ``<name>.part``, and a later try
goes on with it.
"""

import functools
import glob
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import filelock

from latentmaps import resources
from latentmaps.downloads import google_drive, mirrors
from latentmaps.downloads.guarded_http import MirrorError, UnreachableError
from latentmaps.downloads.mirrors import Patience
from latentmaps.downloads.part_file import Length
from latentmaps.errors import DownloadError
from latentmaps.storage.checksums import file_sha256

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteFile:
    """A file and the places that have it.

    Attributes:
        name: in the folder of downloads.
        urls: tried in turn.
        limit_bytes: a longer answer is refused.
        drive_ids: of copies on Google Drive, which is tried last.
        size_bytes: of the file, where it is known.
        sha256: of the file, where it is known; without it the content is the caller's affair.
        says_the_same: whether a file with another hash says the same; None: it never does.
        first_bytes: with which the file begins.
    """

    name: str
    urls: tuple[str, ...]
    limit_bytes: int
    drive_ids: tuple[str, ...] = ()
    size_bytes: int | None = None
    sha256: str | None = None
    says_the_same: Callable[[Path], bool] | None = None
    first_bytes: bytes = b""

    def is_content_of(self, path: Path, sha256: str) -> bool:
        """Tell whether a file with this SHA-256 is the expected one, or says the same."""
        is_same = sha256 == self.sha256
        return is_same or (self.says_the_same is not None and self.says_the_same(path))


@dataclass(frozen=True)
class _Mirror:
    """One place.

    Attributes:
        title: for messages.
        host: is not asked again in a run in which it gave no answer; None: it is always asked.
        transfer: fills the part file.
    """

    title: str
    host: str | None
    transfer: Callable[[Path], None]


def fetch(
    file: RemoteFile,
    folder: Path,
    *,
    advice: str = "",
    patience: Patience | None = None,
    unreachable: set[str] | None = None,
) -> Path:
    """Gives the checked file in `folder`, after a download if it is not there yet.

    Args:
        file: what to fetch.
        folder: keeps files, also what is not whole yet; made when it is not there.
        advice: what to do when no place gives it: what to fetch by hand, and where to put it.
        patience: how long a place is given.
        unreachable: hosts that are not asked, since they gave no answer before in the same run;
            Google Drive joins them when it gives none now.

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
            resources.require_disk_space(folder, max(0, file.size_bytes - begun_bytes))
        _remove_strays(target)
        places = _mirrors(file, patience or Patience())
        reasons = _fetch_from_any(places, file, part, set() if unreachable is None else unreachable)
        if reasons:
            failure = f"{file.name}: no place gave it ({'; '.join(reasons)})"
            raise DownloadError(f"{failure}; {advice}" if advice else failure)
        part.replace(target)
    return target


def _remove_strays(target: Path) -> None:
    """Remove part files that interrupted runs of gdown left; each may be as large as the file."""
    for stray in target.parent.glob(f"{glob.escape(target.name)}.part?*.part"):
        log.info("Removing %s, left by an interrupted download", stray)
        stray.unlink()


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


def _fetch_from_any(
    places: Iterable[_Mirror], file: RemoteFile, part: Path, unreachable: set[str]
) -> list[str]:
    """Fill the part file from the first place that gives it.

    Returns:
        why no place gave it; empty when one did.
    """
    reasons = []
    for mirror in places:
        if mirror.host in unreachable:
            reasons.append(f"{mirror.title}: not asked, {mirror.host} gave no answer before")
            continue
        log.info("Fetching %s from %s", file.name, mirror.title)
        started = time.monotonic()
        try:
            _fetch(mirror, file, part)
        except MirrorError as reason:
            log.warning("Leaving %s: %s", mirror.title, reason)
            reasons.append(f"{mirror.title}: {reason}")
            if isinstance(reason, UnreachableError) and mirror.host:
                unreachable.add(mirror.host)
        else:
            seconds = time.monotonic() - started
            size_bytes = f"{part.stat().st_size:,}"
            log.info("Downloaded %s: %s bytes in %.1f s", mirror.title, size_bytes, seconds)
            return []
    return reasons


def _mirrors(file: RemoteFile, patience: Patience) -> Iterator[_Mirror]:
    length = Length(file.size_bytes, file.limit_bytes)
    from_url = functools.partial(mirrors.from_url, length=length)
    for url in file.urls:
        transfer = functools.partial(from_url, url, patience=patience)
        yield _Mirror(url, None, transfer)
    # Where Drive is blocked it is so for all files, and it is the last place: one try is enough.
    hasty = replace(patience, reach_s=0.0)
    for drive_id in file.drive_ids:
        url = google_drive.url(drive_id)
        transfer = functools.partial(from_url, url, patience=hasty)
        yield _Mirror(f"Google Drive, {drive_id}", urlsplit(url).netloc, transfer)


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
        if not file.is_content_of(path, sha256):
            return f"the sha256 is {sha256}, expected {file.sha256}"
    return None
