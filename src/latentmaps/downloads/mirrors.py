"""Download the bytes of one file from one address, resuming an earlier download.

The bytes go into a partial file that a later attempt, in this process or another, can resume. The
content is verified elsewhere.
"""

import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from latentmaps import progress
from latentmaps.downloads import guarded_http, html_pages
from latentmaps.downloads.guarded_http import MirrorError, UnreachableError, Watch
from latentmaps.downloads.part_file import Length, PartFile

log = logging.getLogger(__name__)

# with compressed transfer, .gz files would be unpacked, and positions would not match the file
_AS_STORED = {"Accept-Encoding": "identity"}
_CHUNK_BYTES = 1 << 18
_RETRY_STATUS = {408, 425, 429, 500, 502, 503, 504}
_WHOLE, _PARTIAL, _BEYOND_THE_END = 200, 206, 416
_LONGEST_PAUSE_S = 60.0
# An attempt that delivers less than 1/1000 of a file counts as failed, so even a server that cuts
# every connection is asked at most 1,000 * num_tries times.
_LEAST_SHARE = 1000


class _TransientError(Exception):
    """A mirror did not deliver the file in this attempt.

    Attributes:
        pause_s: pause that the server requests, if any, in seconds.
        is_answered: whether the server answered at all.
    """

    def __init__(
        self, reason: str, pause_s: float | None = None, *, is_answered: bool = True
    ) -> None:
        super().__init__(reason)
        self.pause_s = pause_s
        self.is_answered = is_answered


@dataclass(frozen=True)
class Patience:
    """Timeouts, retries and the minimum speed for one mirror.

    Attributes:
        connect_s: timeout for connecting to each address of a host. Five seconds allow the first
            packet and two retransmissions; a connection that needs a third is too slow for a
            gigabyte.
        reach_s: time without any response after which no further attempt begins, so that a machine
            without a network fails quickly. Once a mirror has answered, only `num_tries` counts.
        timeout_s: timeout between two chunks of a response.
        num_tries: maximum number of successive failed attempts, counted from the last one that
            delivered another thousandth of the file. Also the maximum number of times that a
            download may start over.
        pause_s: pause before the second attempt; doubles with each further one, up to a minute.
        slowest_bytes_per_s: minimum speed, measured over `window_s`.
        window_s: time over which the speed is measured; also the limit for redirects and headers
            together.
    """

    connect_s: float = 5.0
    reach_s: float = 10.0
    timeout_s: float = 30.0
    num_tries: int = 5
    pause_s: float = 2.0
    slowest_bytes_per_s: float = 2000.0
    window_s: float = 60.0


def from_url(url: str, part: Path, *, length: Length, patience: Patience) -> None:
    """Download the partial file from an address, and resume it if it exists.

    Args:
        url: the address to request.
        part: the partial file.
        length: expected length of the file.
        patience: timeouts and retries for this address.

    Raises:
        UnreachableError: the server never answered.
        MirrorError: the server does not deliver the file.
    """
    started = time.monotonic()
    is_answered = False
    part_file = PartFile(part, patience.num_tries)
    least_bytes = max(1, length.most_bytes // _LEAST_SHARE)
    num_failed = 0
    while True:
        try:
            _request(url, part_file, length, patience)
        except _TransientError as reason:
            is_answered = is_answered or reason.is_answered
            num_failed = 1 if part_file.has_grown(least_bytes) else num_failed + 1
            backoff_s = reason.pause_s or patience.pause_s * 2 ** (num_failed - 1)
            pause_s = min(backoff_s, _LONGEST_PAUSE_S)
            is_late = time.monotonic() + pause_s - started >= patience.reach_s
            if num_failed >= patience.num_tries or (is_late and not is_answered):
                kind = MirrorError if is_answered else UnreachableError
                tries = f", {num_failed} times" if num_failed > 1 else ""
                raise kind(f"{reason}{tries}") from reason
            log.info("Waiting %.3g s before asking %s again: %s", pause_s, url, reason)
            time.sleep(pause_s)
        else:
            return


def _request(url: str, part: PartFile, length: Length, patience: Patience) -> None:
    if part.size() > length.most_bytes:
        part.drop()
    existing_bytes = part.size()
    if existing_bytes and existing_bytes == length.exact_bytes:
        return
    headers = dict(_AS_STORED)
    if existing_bytes:
        headers["Range"] = f"bytes={existing_bytes}-"
    watch = Watch(patience.window_s, patience.slowest_bytes_per_s)
    is_answered = False
    try:
        with guarded_http.get(
            url,
            headers=headers,
            connect_s=patience.connect_s,
            timeout_s=patience.timeout_s,
            watch=watch,
        ) as response:
            is_answered = True
            if existing_bytes and response.status_code == _BEYOND_THE_END:
                _check_end(response, part)
                return
            _check_status(response)
            start = _start(response, part, existing_bytes)
            _write(response, part, start, length, watch)
    # also for cut connections, since urllib3 compares the length with Content-Length
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        reason = _describe(error, patience)
        raise _TransientError(reason, is_answered=is_answered) from error


def _check_status(response: requests.Response) -> None:
    reason = f"status {response.status_code} {guarded_http.quote(response.reason or '')}".rstrip()
    if response.status_code in _RETRY_STATUS:
        after = response.headers.get("Retry-After", "")
        raise _TransientError(reason, float(after) if after.isdecimal() else None)
    if response.status_code not in (_WHOLE, _PARTIAL):
        raise MirrorError(reason)


def _check_end(response: requests.Response, part: PartFile) -> None:
    """Accept the partial file as complete if the server confirms its length."""
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    if total != str(part.size()):
        part.drop()
        raise _TransientError("the partial file does not match, so the download starts over")


def _start(response: requests.Response, part: PartFile, existing_bytes: int) -> int:
    """Return the position, in the file, of the first byte of a response."""
    if response.status_code != _PARTIAL:
        return 0
    sent = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    if sent != str(existing_bytes):
        part.drop()
        raise _TransientError("the server sent a different part than requested, so it starts over")
    return existing_bytes


def _announced(response: requests.Response, start: int) -> int | None:
    """Return the length of the whole file according to the server, or None.

    Raises:
        MirrorError: the length that the server states is not a number of up to 15 digits.
    """
    content = response.headers.get("Content-Length")
    if content is None:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", content):
        raise MirrorError(f"announces a length of {guarded_http.quote(content)!r}")
    return start + int(content)


def _write(
    response: requests.Response, part: PartFile, start: int, length: Length, watch: Watch
) -> None:
    announced_bytes = _announced(response, start)
    pieces = _pieces(response, watch)
    if start == 0:
        pieces = _without_page(pieces)
    length.require(announced_bytes)
    if start == 0 and part.size():
        part.drop()
    with (
        part.path.open("ab") as file,
        progress.count_bytes(announced_bytes, start, f"Downloading {part.path.stem}") as count,
    ):
        for piece in pieces:
            if file.tell() + len(piece) > length.most_bytes:
                raise MirrorError(f"sends more than the {length.most_bytes:,} bytes expected")
            file.write(piece)
            count(len(piece))
    part.require_content()


def _without_page(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same chunks after checking that they are not an HTML page.

    Raises:
        MirrorError: the chunks are an HTML page.
    """
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= html_pages.HEAD_BYTES or not html_pages.is_page(head):
            break
    page = html_pages.describe(head[: html_pages.HEAD_BYTES])
    if page is not None:
        raise MirrorError(page)

    def rejoined() -> Iterator[bytes]:
        if head:
            yield head
        yield from pieces

    return rejoined()


def _pieces(response: requests.Response, watch: Watch) -> Iterator[bytes]:
    """Yield the response body as it arrives.

    ``iter_content`` would wait for a full chunk, which a slow server can delay forever.
    """
    while piece := response.raw.read1(_CHUNK_BYTES):
        yield piece
        watch.count(len(piece))


def _describe(error: Exception, patience: Patience) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {patience.connect_s:g} s"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return f"no answer within {patience.timeout_s:g} s"
    cut = requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError
    if isinstance(error, cut):
        return "the connection was cut"
    return f"no connection ({_system_reason(error) or type(error).__name__})"


def _system_reason(error: BaseException | None) -> str | None:
    """Return the operating system's message in a chain of errors, such as "Connection refused"."""
    reason = None
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            reason = guarded_http.quote(error.strerror)
        error = error.__cause__ or error.__context__
    return reason
