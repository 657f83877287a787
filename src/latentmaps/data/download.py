"""Fetch one file from the first of several addresses that gives it.

A checksum is the caller's affair: only it knows whether the file or its content must be equal.
"""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from latentmaps.errors import DownloadError

log = logging.getLogger(__name__)

_TIMEOUT_S = 30.0
_CHUNK_BYTES = 1 << 20
# a file that ends in .gz must not be unpacked on the way
_AS_STORED = {"Accept-Encoding": "identity"}
_RETRY_STATUS = {408, 429, 500, 502, 503, 504}
_HTML_STARTS = (b"<!doctype html", b"<html")


class _RefusedError(Exception):
    """One address does not give the file, and asking again would not change that."""


class _TransientError(Exception):
    """One address did not give the file this time."""


def download(
    urls: Sequence[str],
    target: Path,
    *,
    limit_bytes: int,
    advice: str = "",
    num_tries: int = 3,
    pause_s: float = 2.0,
) -> None:
    """Writes what the first working address sends to `target`.

    Args:
        urls: addresses of the same file, in the order of trying.
        target: the file; until it is whole it is called ``<name>.part``.
        limit_bytes: a longer answer is refused.
        advice: what to do when no address works: what to fetch by hand, and where to put it.
        num_tries: per address, for cut connections and busy servers.
        pause_s: before the second try; doubles with each further one.

    Raises:
        DownloadError: no address gave the file; the message tells of each, and the `advice`.
    """
    reasons = []
    for url in urls:
        try:
            _fetch_with_retries(url, target, limit_bytes, num_tries, pause_s)
        except _RefusedError as reason:
            reasons.append(f"{url}: {reason}")
        else:
            return
    failure = f"{target.name}: no address gave it ({'; '.join(reasons)})"
    raise DownloadError(f"{failure}; {advice}" if advice else failure)


def _fetch_with_retries(
    url: str, target: Path, limit_bytes: int, num_tries: int, pause_s: float
) -> None:
    for attempt in range(1, num_tries + 1):
        try:
            _fetch(url, target, limit_bytes)
        except _TransientError as reason:
            if attempt == num_tries:
                raise _RefusedError(f"{reason}, {num_tries} times") from reason
            pause = pause_s * 2 ** (attempt - 1)
            log.info("Waiting %.0f s before asking %s again: %s", pause, url, reason)
            time.sleep(pause)
        else:
            return


def _fetch(url: str, target: Path, limit_bytes: int) -> None:
    part = target.with_name(target.name + ".part")
    started = time.monotonic()
    try:
        with requests.get(url, stream=True, timeout=_TIMEOUT_S, headers=_AS_STORED) as response:
            _check_status(response)
            _write(response, part, limit_bytes)
    # urllib3 compares the length with the announced one, so a cut connection ends up here
    except requests.RequestException as error:
        raise _TransientError(_describe(error)) from error
    part.replace(target)
    size_bytes = target.stat().st_size
    log.info("Downloaded %s: %d bytes in %.1f s", url, size_bytes, time.monotonic() - started)


def _check_status(response: requests.Response) -> None:
    if response.status_code in _RETRY_STATUS:
        raise _TransientError(f"status {response.status_code} {response.reason}")
    if not response.ok:
        raise _RefusedError(f"status {response.status_code} {response.reason}")


def _write(response: requests.Response, part: Path, limit_bytes: int) -> None:
    written_bytes = 0
    with part.open("wb") as file:
        for chunk in response.iter_content(_CHUNK_BYTES):
            if written_bytes == 0 and chunk.lstrip().lower().startswith(_HTML_STARTS):
                # quota pages and logins come with status 200
                raise _RefusedError("an HTML page instead of a file")
            written_bytes += len(chunk)
            if written_bytes > limit_bytes:
                raise _RefusedError(f"more than the {limit_bytes:,} bytes expected at most")
            file.write(chunk)
    if written_bytes == 0:
        raise _RefusedError("an empty file")


def _describe(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {_TIMEOUT_S:.0f} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut"
    return f"no connection ({type(error).__name__})"
