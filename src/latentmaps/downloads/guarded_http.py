"""Request one address with bounded time and memory, even from a broken or hostile server.

The ``requests`` library alone does not do this. It reads and unpacks the whole body of a redirect,
even if it does not follow the redirect, and its timeout restarts with every byte, including those
of headers.
"""

import http.client
import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 10


class MirrorError(Exception):
    """A mirror does not deliver the file, and another attempt would not help."""


class UnreachableError(MirrorError):
    """A mirror did not answer at all."""


def quote(text: str, longest: int = 80) -> str:
    """Return text from a server as one short line without control characters."""
    line = " ".join(text[: 4 * longest].split())
    return "".join(char if char.isprintable() else "?" for char in line)[:longest]


class Watch:
    """A check that a response arrives at a minimum speed; only bytes of the file count.

    Args:
        window_s: time over which the speed is measured, in seconds.
        slowest_bytes_per_s: minimum speed.
    """

    def __init__(self, window_s: float, slowest_bytes_per_s: float) -> None:
        self._window_s = window_s
        self._slowest_bytes_per_s = slowest_bytes_per_s
        self.restart()

    def restart(self) -> None:
        """Start a new window."""
        self._started, self._num_bytes = time.monotonic(), 0

    def count(self, num_bytes: int) -> None:
        """Add to the number of bytes of the file that have arrived."""
        self._num_bytes += num_bytes

    def check(self) -> None:
        """Check the speed at the end of each window.

        Raises:
            MirrorError: the file arrives too slowly.
        """
        seconds = time.monotonic() - self._started
        if seconds < self._window_s:
            return
        if self._num_bytes < self._slowest_bytes_per_s * seconds:
            raise MirrorError(f"too slow, {self._num_bytes / seconds:,.0f} bytes per second")
        self.restart()


@contextmanager
def get(
    url: str, *, headers: Mapping[str, str], connect_s: float, timeout_s: float, watch: Watch
) -> Iterator[requests.Response]:
    """Request an address and follow redirects.

    Args:
        url: the address to request.
        headers: headers to send with each request.
        connect_s: timeout for connecting to each address of the host.
        timeout_s: timeout between two chunks of a response.
        watch: speed check to run before each chunk, including those of headers.

    Yields:
        The response, with its body unread.

    Raises:
        MirrorError: the server is too slow, or redirects to an address that is not allowed.
        requests.RequestException: there was no response.
    """
    with _Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WatchedAdapter(watch))
        for _ in range(_MOST_REDIRECTS + 1):
            with session.get(
                url,
                headers=headers,
                timeout=(connect_s, timeout_s),
                stream=True,
                allow_redirects=False,
            ) as response:
                if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                    watch.restart()
                    yield response
                    return
                # closed unread, so that no large body or gzip bomb gets into memory
                url = resolve_redirect(url, response.headers["Location"])
    raise MirrorError(f"more than {_MOST_REDIRECTS} redirects")


def resolve_redirect(url: str, location: str) -> str:
    """Return the address to which a response redirects.

    Args:
        url: the address that answered.
        location: the ``Location`` header of the response.

    Raises:
        MirrorError: the target is not an http or https address, or leaves https for http.
    """
    try:
        # http.client decodes headers as Latin-1, but servers write non-ASCII characters as UTF-8
        target = urljoin(url, location.encode("latin-1").decode("utf-8"))
        scheme, host = urlsplit(target).scheme, urlsplit(target).hostname
    except ValueError as error:
        raise MirrorError(f"redirects to {quote(location)}, expected an address") from error
    if scheme not in ("http", "https") or not host:
        raise MirrorError(f"redirects to {quote(target)}, expected an http or https address")
    # Other hosts are fine: archives are on storage servers, and a hash verifies the content.
    # Plain http after https is not, even with a hash. No legitimate server needs it, and it would
    # let anyone along the route see the request and answer in place of the server.
    if urlsplit(url).scheme == "https" and scheme == "http":
        raise MirrorError(f"redirects to {quote(target)}, expected https as before")
    return target


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Hide redirects from ``requests``, which would read their bodies."""


class _WatchedAdapter(HTTPAdapter):
    """An adapter whose connections check the watch before every read."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)

        def respond(sock: Any, *args: Any, **options: Any) -> http.client.HTTPResponse:
            response = http.client.HTTPResponse(sock, *args, **options)
            unwatched = response.fp.detach()
            response.fp = io.BufferedReader(_WatchedReader(unwatched, self._watch.check))
            return response

        members = {"response_class": staticmethod(respond)}
        pool.ConnectionCls = type("WatchedConnection", (pool.ConnectionCls,), members)
        return pool


class _WatchedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, check: Callable[[], None]) -> None:
        self._raw = raw
        self._check = check

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._check()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
