"""Download one file from the first of several mirrors that delivers it, and verify its content.

A file gets its name only after it has been verified. Until then, it is called ``<name>.part``, and
a later attempt resumes it.
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
    """A file and its mirrors.

    Attributes:
        name: its name in the downloads folder.
        urls: addresses, tried in this order.
        limit_bytes: maximum size; a longer response is refused.
        drive_ids: IDs of copies on Google Drive, which is tried last.
        size_bytes: exact size, if known.
        sha256: hash, if known; without it, the caller must verify the content.
        is_equivalent: function that reports whether a file with a different hash has equivalent
            content; None: only the hash decides.
        first_bytes: the bytes with which the file must begin.
    """

    name: str
    urls: tuple[str, ...]
    limit_bytes: int
    drive_ids: tuple[str, ...] = ()
    size_bytes: int | None = None
    sha256: str | None = None
    is_equivalent: Callable[[Path], bool] | None = None
    first_bytes: bytes = b""

    def is_content_of(self, path: Path, sha256: str) -> bool:
        """Report whether a file with this SHA-256 is the expected one, or has equivalent content.

        Args:
            path: the file to check.
            sha256: its hash.
        """
        is_same = sha256 == self.sha256
        return is_same or (self.is_equivalent is not None and self.is_equivalent(path))


@dataclass(frozen=True)
class _Mirror:
    """One mirror.

    Attributes:
        title: its name, for messages.
        host: its host, which is skipped for the rest of a run if it does not answer; None: the
            mirror is never skipped.
        transfer: function that downloads the partial file.
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
    """Return the verified file in `folder`, downloading it if it is not there yet.

    Args:
        file: the file to fetch.
        folder: the folder for complete and partial files; created if it does not exist.
        advice: what to do if no mirror delivers the file (what to download by hand, and where to
            put it), for the message.
        patience: timeouts and retries for each mirror.
        unreachable: hosts to skip because they did not answer earlier in the same run; Google Drive
            is added if it does not answer.

    Raises:
        DownloadError: no mirror delivered the file; the message gives the reason for each mirror,
            and the `advice`.
        DataError: the disk has too little free space.
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
            failure = f"{file.name}: no mirror delivered it ({'; '.join(reasons)})"
            raise DownloadError(f"{failure}; {advice}" if advice else failure)
        part.replace(target)
    return target


def _remove_strays(target: Path) -> None:
    """Remove partial files that interrupted gdown runs left; each may be as large as the file."""
    for stray in target.parent.glob(f"{glob.escape(target.name)}.part?*.part"):
        log.info("Removing %s, left by an interrupted download", stray)
        stray.unlink()


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Let one process at a time download a file; the system releases a killed process's lock."""
    lock = filelock.FileLock(f"{target}.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        log.info("Waiting for another process that downloads %s", target)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _is_checked(target: Path, file: RemoteFile) -> bool:
    """Report whether an existing file can be reused; without a known hash, it never can."""
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
    """Download the partial file from the first mirror that delivers it.

    Returns:
        The reasons why no mirror delivered it; empty if one did.
    """
    reasons = []
    for mirror in places:
        if mirror.host in unreachable:
            reasons.append(f"{mirror.title}: skipped, {mirror.host} did not answer before")
            continue
        log.info("Fetching %s from %s", file.name, mirror.title)
        started = time.monotonic()
        try:
            _fetch(mirror, file, part)
        except MirrorError as reason:
            log.warning("Giving up on %s: %s", mirror.title, reason)
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
    # If Drive is blocked, it is blocked for all files; it is the last mirror, so it is tried once.
    hasty = replace(patience, reach_s=0.0)
    for drive_id in file.drive_ids:
        url = google_drive.url(drive_id)
        transfer = functools.partial(from_url, url, patience=hasty)
        yield _Mirror(f"Google Drive, {drive_id}", urlsplit(url).netloc, transfer)


def _fetch(mirror: _Mirror, file: RemoteFile, part: Path) -> None:
    """Download and verify the partial file.

    Raises:
        MirrorError: the mirror does not deliver the file.
    """
    was_begun = part.exists()
    mirror.transfer(part)
    problem = _find_problem(part, file)
    if problem is not None and was_begun:
        # the existing part may come from another mirror, or may have been damaged on the disk
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
    """Return what is wrong with a downloaded file, or None if nothing is."""
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
