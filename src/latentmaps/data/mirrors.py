"""Bring the bytes of one file from one place: plain HTTP with resume, or Google Drive.

What arrives lies in a part file that a later try, in this process or another, goes on with. Whether
it is the right content is not decided here.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from latentmaps import progress
from latentmaps.data import html_pages

log = logging.getLogger(__name__)

# a file that ends in .gz must not be unpacked on the way, and positions must be those of the file
_AS_STORED = {"Accept-Encoding": "identity"}
_CHUNK_BYTES = 1 << 18
# enough of a page for its title and its message
_HEAD_BYTES = 1 << 14
_RETRY_STATUS = {408, 425, 429, 500, 502, 503, 504}
_PARTIAL, _BEYOND_THE_END = 206, 416
_LONGEST_PAUSE_S = 60.0


class MirrorError(Exception):
    """One place does not give the file, and asking again would not change that."""


class _TransientError(Exception):
    """One place did not give the file this time.

    Attributes:
        pause_s: the pause that the server asks for, if it does.
    """

    def __init__(self, reason: str, pause_s: float | None = None) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


@dataclass(frozen=True)
class Patience:
    """How long a place is given.

    Attributes:
        timeout_s: for a connection, and between two pieces of an answer.
        num_tries: tries one after the other that bring nothing; one that brings bytes starts the
            count anew.
        pause_s: before the second try; doubles with each further one, up to a minute.
        slowest_bytes_per_s: a server that sends less than that for `window_s` is left.
        window_s: over which the speed is taken.
    """

    timeout_s: float = 30.0
    num_tries: int = 5
    pause_s: float = 2.0
    slowest_bytes_per_s: float = 2000.0
    window_s: float = 60.0


@dataclass(frozen=True)
class Length:
    """What is known of the length of a file.

    Attributes:
        exact_bytes: of the whole file, or None.
        limit_bytes: more is refused.
    """

    exact_bytes: int | None
    limit_bytes: int

    def require(self, announced_bytes: int | None) -> None:
        """Checks the length that a server announces.

        Raises:
            MirrorError: it cannot be that of the file.
        """
        if announced_bytes is None:
            return
        if self.exact_bytes is not None and announced_bytes != self.exact_bytes:
            raise MirrorError(f"announces {announced_bytes:,} bytes, expected {self.exact_bytes:,}")
        if announced_bytes > self.limit_bytes:
            raise MirrorError(
                f"announces {announced_bytes:,} bytes, expected at most {self.limit_bytes:,}"
            )


def from_url(url: str, part: Path, *, length: Length, patience: Patience) -> None:
    """Fills the part file from an address.

    Args:
        url: the address.
        part: the file; what it holds already is not asked for again.
        length: what is known of it.
        patience: how long the address is given.

    Raises:
        MirrorError: it does not give the file.
    """
    num_vain = 0
    while True:
        begun_bytes = _size(part)
        try:
            _request(url, part, length, patience)
        except _TransientError as reason:
            num_vain = 1 if _size(part) > begun_bytes else num_vain + 1
            if num_vain >= patience.num_tries:
                raise MirrorError(f"{reason}, {num_vain} times") from reason
            wanted_s = reason.pause_s or patience.pause_s * 2 ** (num_vain - 1)
            pause_s = min(wanted_s, _LONGEST_PAUSE_S)
            log.info("Waiting %.3g s before asking %s again: %s", pause_s, url, reason)
            time.sleep(pause_s)
        else:
            return


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _request(url: str, part: Path, length: Length, patience: Patience) -> None:
    begun_bytes = _size(part)
    if begun_bytes and begun_bytes == length.exact_bytes:
        return
    headers = dict(_AS_STORED)
    if begun_bytes:
        headers["Range"] = f"bytes={begun_bytes}-"
    try:
        with requests.get(
            url, stream=True, timeout=patience.timeout_s, headers=headers
        ) as response:
            if response.status_code == _BEYOND_THE_END:
                _check_end(response, part)
                return
            _check_status(response)
            start = _start(response, part, begun_bytes)
            _write(response, part, start, length, patience)
    # urllib3 compares the length with the announced one, so a cut connection ends up here
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _TransientError(_describe(error, patience)) from error


def _check_status(response: requests.Response) -> None:
    reason = f"status {response.status_code} {response.reason}"
    if response.status_code in _RETRY_STATUS:
        after = response.headers.get("Retry-After", "")
        raise _TransientError(reason, float(after) if after.isdecimal() else None)
    if not response.ok:
        raise MirrorError(reason)


def _check_end(response: requests.Response, part: Path) -> None:
    """Takes the part for whole if the server says that there is no more of it."""
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    if not (total.isdecimal() and int(total) == _size(part)):
        part.unlink()
        raise _TransientError("a begun file does not fit, so it starts over")


def _start(response: requests.Response, part: Path, begun_bytes: int) -> int:
    """Gives the position in the file of the first byte of an answer."""
    if response.status_code != _PARTIAL:
        return 0
    sent = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    if sent != str(begun_bytes):
        part.unlink(missing_ok=True)
        raise _TransientError("another part of the file was sent than asked for, so it starts over")
    return begun_bytes


def _announced(response: requests.Response, start: int) -> int | None:
    """Gives the length of the whole file as the server has it."""
    content = response.headers.get("Content-Length", "")
    return start + int(content) if content.isdecimal() else None


def _write(
    response: requests.Response, part: Path, start: int, length: Length, patience: Patience
) -> None:
    announced_bytes = _announced(response, start)
    pieces = _pieces(response, patience)
    if start == 0:
        pieces = _without_page(pieces)
    length.require(announced_bytes)
    with (
        part.open("ab" if start else "wb") as file,
        progress.count_bytes(announced_bytes, start, f"Downloading {part.stem}") as count,
    ):
        for piece in pieces:
            if file.tell() + len(piece) > length.limit_bytes:
                raise MirrorError(f"sends more than the {length.limit_bytes:,} bytes expected")
            file.write(piece)
            count(len(piece))
    _require_content(part)


def _require_content(part: Path) -> None:
    if _size(part) == 0:
        part.unlink(missing_ok=True)
        raise MirrorError("an empty file")


def _without_page(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Gives the same pieces, after a look whether they are a page."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD_BYTES or html_pages.describe(head) is None:
            break
    page = html_pages.describe(head)
    if page is not None:
        raise MirrorError(page)

    def again() -> Iterator[bytes]:
        if head:
            yield head
        yield from pieces

    return again()


def _pieces(response: requests.Response, patience: Patience) -> Iterator[bytes]:
    """Gives the answer as it comes in.

    ``iter_content`` would wait for a full chunk, which a server that dribbles can draw out forever.
    """
    window_started, window_bytes = time.monotonic(), 0
    while piece := response.raw.read1(_CHUNK_BYTES):
        yield piece
        window_bytes += len(piece)
        seconds = time.monotonic() - window_started
        if seconds >= patience.window_s:
            if window_bytes < patience.slowest_bytes_per_s * seconds:
                raise MirrorError(f"too slow, {window_bytes / seconds:,.0f} bytes a second")
            window_started, window_bytes = time.monotonic(), 0


def _describe(error: Exception, patience: Patience) -> str:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return f"no answer within {patience.timeout_s:g} s"
    cut = requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError
    if isinstance(error, cut):
        return "the connection was cut"
    return f"no connection ({type(error).__name__})"


def from_drive(drive_id: str, part: Path, *, patience: Patience) -> None:
    """Fills the part file from Google Drive; gdown keeps and resumes begun files of its own.

    Raises:
        MirrorError: Google Drive does not give the file.
    """
    import gdown  # takes half a second, and is seldom needed

    part.unlink(missing_ok=True)
    try:
        gdown.download(
            id=drive_id,
            output=str(part),
            quiet=True,
            use_cookies=False,
            resume=True,
            timeout=patience.timeout_s,
            retries=patience.num_tries - 1,
        )
    except (gdown.exceptions.DownloadError, requests.RequestException) as error:
        raise MirrorError(" ".join(str(error).split())[:300] or type(error).__name__) from error
    _require_content(part)
    with part.open("rb") as file:
        page = html_pages.describe(file.read(_HEAD_BYTES))
    if page is not None:
        part.unlink()
        raise MirrorError(page)
