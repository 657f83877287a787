"""A local server that sends exactly the bytes of an answer."""

import re
import socket
import socketserver
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.attack.hostile_answers import Answer, Request, rest
from tests.serving import running


@dataclass
class Served:
    """What the server offers, and what was requested.

    Attributes:
        address: address of the server, with a slash at the end.
        content: content of a good file, served at the path `good`.
        answers: first part of a path -> answer.
        num_requests: path -> number of requests.
        num_sent: path -> number of bytes sent.
    """

    address: str
    content: bytes
    answers: Mapping[str, Answer]
    num_requests: dict[str, int] = field(default_factory=dict)
    num_sent: dict[str, int] = field(default_factory=dict)


def _good(request: Request) -> Iterable[bytes]:
    return [rest(request)]


class _Handler(socketserver.StreamRequestHandler):
    served: Served

    def handle(self) -> None:
        served = self.served
        try:
            path, start = self._read_request()
            number = served.num_requests.get(path, 0)
            served.num_requests[path] = number + 1
            request = Request(served.address, path, served.content, start, number)
            answer = served.answers.get(path.partition("/")[0], _good)
            for piece in [answer] if isinstance(answer, bytes) else answer(request):
                if self._is_left():
                    return
                self.connection.sendall(piece)
                served.num_sent[path] = served.num_sent.get(path, 0) + len(piece)
        except OSError:
            return  # the client has closed the connection, as it should

    def _read_request(self) -> tuple[str, int]:
        target = self.rfile.readline().decode("latin-1").split()[1]
        path = target.removeprefix("/").partition("?")[0]
        start = 0
        while line := self.rfile.readline().strip():
            if matched := re.fullmatch(rb"range: bytes=(\d+)-", line, re.IGNORECASE):
                start = int(matched[1])
        return path, start

    def _is_left(self) -> bool:
        try:
            return self.connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def serve(content: bytes, answers: Mapping[str, Answer]) -> Iterator[Served]:
    """Serve answers until the end of the context."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    served = Served(f"http://127.0.0.1:{server.server_address[1]}/", content, answers)
    handler.served = served  # type: ignore[attr-defined]
    with running(server):
        yield served
