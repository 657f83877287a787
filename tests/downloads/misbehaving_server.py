"""A local server whose answer depends on the first part of the path."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import running

PAGES = {
    "quota": "<!DOCTYPE html><title>Drive - Quota exceeded</title>Too many users have viewed it",
    "login": "\n<html><head><title>Sign in - Google Accounts</title></head>ServiceLogin</html>",
    "virus": "<!doctype html><title>Drive</title>Google Drive can't scan this file for viruses.",
    "other": "<!-- a comment --><html><head><title>Welcome</title></head></html>",
}


@dataclass
class Served:
    """The files of the server, and the requests it received.

    Attributes:
        address: address of the server, with a slash at the end.
        content: content of every good file.
        ranges: the Range header of every request, by path; None for a request without it.
        num_sent: bytes sent, by path, including those that the client did not read.
    """

    address: str
    content: bytes
    ranges: dict[str, list[str | None]] = field(default_factory=dict)
    num_sent: dict[str, int] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return self.address + path


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:
        path = self._path()
        requested = self.served.ranges.setdefault(path, [])
        requested.append(self.headers.get("Range"))
        kind, _, argument = path.partition("/")
        answer = getattr(self, f"answer_{kind}")
        answer(argument, is_first=len(requested) == 1)

    def _path(self) -> str:
        return self.path.partition("?")[0].strip("/")

    def _start(self) -> int:
        matched = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(matched[1]) if matched else 0

    def _send(
        self,
        body: bytes,
        *,
        status: int = 200,
        announced: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        self.end_headers()
        self._write(body)

    def _write(self, body: bytes) -> None:
        # counted first: the client may have everything before `write` returns
        path = self._path()
        self.served.num_sent[path] = self.served.num_sent.get(path, 0) + len(body)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def _send_from(self, start: int, *, end: int | None = None) -> None:
        """Send the content from `start` up to `end`, but announce everything from `start`."""
        content = self.served.content
        total = len(content)
        if start >= total and start > 0:
            self._send(b"", status=416, headers={"Content-Range": f"bytes */{total}"})
            return
        headers = {"Content-Range": f"bytes {start}-{total - 1}/{total}"} if start else {}
        status = 206 if start else 200
        body = content[start:end]
        self._send(body, status=status, announced=total - start, headers=headers)

    def answer_good(self, argument: str, *, is_first: bool) -> None:
        self._send_from(self._start())

    def answer_cut(self, argument: str, *, is_first: bool) -> None:
        """Cut the first connection after `argument` tenths of the content.

        `tenths` cuts every connection after a tenth. `once` delivers a tenth over the first
        connection and no bytes over the others. `always` never delivers any bytes.
        """
        total = len(self.served.content)
        if argument == "always" or (argument == "once" and not is_first):
            self._send_from(self._start(), end=self._start())
        elif argument in ("tenths", "once"):
            start = self._start()
            self._send_from(start, end=min(total, start + total // 10))
        else:
            self._send_from(self._start(), end=total * int(argument) // 10 if is_first else None)

    def answer_norange(self, argument: str, *, is_first: bool) -> None:
        content = self.served.content
        self._send(content[:1000] if is_first else content, announced=len(content))

    def answer_wrongrange(self, argument: str, *, is_first: bool) -> None:
        content = self.served.content
        if is_first:
            self._send(content[:1000], announced=len(content))
        elif self._start():
            total = len(content)
            headers = {"Content-Range": f"bytes 500-{total - 1}/{total}"}
            self._send(content[500:], status=206, headers=headers)
        else:
            self._send(content)

    def answer_beyond(self, argument: str, *, is_first: bool) -> None:
        if self._start():
            self._send(b"", status=416, headers={"Content-Range": "bytes */7"})
        else:
            self._send(self.served.content)

    def answer_announces(self, argument: str, *, is_first: bool) -> None:
        """Announce a length that differs from that of the body."""
        self._send(self.served.content, announced=int(argument))

    def answer_short(self, argument: str, *, is_first: bool) -> None:
        self._send(self.served.content[:-1])

    def answer_wrong(self, argument: str, *, is_first: bool) -> None:
        self._send(self.served.content[::-1])

    def answer_status(self, argument: str, *, is_first: bool) -> None:
        self._send(b"no", status=int(argument))

    def answer_busy(self, argument: str, *, is_first: bool) -> None:
        if is_first:
            self._send(b"later", status=503, headers={"Retry-After": argument})
        else:
            self._send_from(self._start())

    def answer_page(self, argument: str, *, is_first: bool) -> None:
        self._send(PAGES[argument].encode(), headers={"Content-Type": "text/html"})

    def answer_empty(self, argument: str, *, is_first: bool) -> None:
        self._send(b"")

    def answer_silent(self, argument: str, *, is_first: bool) -> None:
        time.sleep(float(argument))

    def answer_dribbles(self, argument: str, *, is_first: bool) -> None:
        """Send 10 bytes every 20 ms."""
        content = self.served.content
        self._send(b"", announced=len(content))
        for first in range(0, 1000, 10):
            self._write(content[first : first + 10])
            time.sleep(0.02)

    def answer_throttled(self, argument: str, *, is_first: bool) -> None:
        """Send a hundredth of the content every 20 ms over the first connection."""
        if not is_first:
            self._send_from(self._start())
            return
        content = self.served.content
        self._send(b"", announced=len(content))
        step = len(content) // 100
        for first in range(0, len(content), step):
            self._write(content[first : first + step])
            time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(content: bytes) -> Iterator[Served]:
    """Serve until the end of the context."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served = Served(f"http://127.0.0.1:{server.server_port}/", content)
    handler.served = served  # type: ignore[attr-defined]
    with running(server):
        yield served
