import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from latentmaps.data import download
from latentmaps.errors import DownloadError

CONTENT = bytes(range(256)) * 20


class Misbehaving(BaseHTTPRequestHandler):
    """Answers every path in the way its name says."""

    requests: dict[str, int]

    def do_GET(self) -> None:
        self.requests[self.path] = self.requests.get(self.path, 0) + 1
        is_first = self.requests[self.path] == 1
        if self.path == "/missing":
            self.answer(404, b"no such file")
        elif self.path == "/page":
            self.answer(200, b"\n<!DOCTYPE html><html>Quota exceeded</html>")
        elif self.path == "/cut" or (self.path == "/cut-once" and is_first):
            self.answer(200, CONTENT[:100], announced=len(CONTENT))
        elif self.path == "/busy-once" and is_first:
            self.answer(503, b"later")
        elif self.path == "/empty":
            self.answer(200, b"")
        else:
            self.answer(200, CONTENT)

    def answer(self, status: int, body: bytes, announced: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(announced or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server on this machine."""
    Misbehaving.requests = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(target: Path, *urls: str, limit_bytes: int = 1_000_000) -> None:
    download.download(
        urls, target, advice="fetch it by hand", limit_bytes=limit_bytes, num_tries=2, pause_s=0
    )


def test_writes_what_the_server_sends(server: str, tmp_path: Path) -> None:
    fetch(tmp_path / "file", f"{server}/good")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_next_address_is_asked_after_each_kind_of_failure(server: str, tmp_path: Path) -> None:
    bad = [f"{server}/{name}" for name in ("missing", "page", "cut", "empty")]
    fetch(tmp_path / "file", *bad, f"{server}/good")
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["cut-once", "busy-once"])
def test_the_same_address_is_asked_again_after_a_passing_failure(
    server: str, tmp_path: Path, name: str
) -> None:
    fetch(tmp_path / "file", f"{server}/{name}")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert Misbehaving.requests == {f"/{name}": 2}


def test_a_missing_file_is_asked_for_once(server: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError):
        fetch(tmp_path / "file", f"{server}/missing")
    assert Misbehaving.requests == {"/missing": 1}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "status 404 Not Found"),
        ("page", "an HTML page instead of a file"),
        ("cut", "the connection was cut, 2 times"),
        ("empty", "an empty file"),
    ],
)
def test_the_message_names_address_reason_and_advice(
    server: str, tmp_path: Path, name: str, reason: str
) -> None:
    target = tmp_path / "file"
    with pytest.raises(DownloadError) as caught:
        fetch(target, f"{server}/{name}")
    expected = f"file: no address gave it ({server}/{name}: {reason}); fetch it by hand"
    assert str(caught.value) == expected
    assert not target.exists()


def test_a_longer_answer_than_expected_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="more than the 1,000 bytes expected at most"):
        fetch(tmp_path / "file", f"{server}/good", limit_bytes=1000)
    assert not (tmp_path / "file").exists()


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    # port 9 of this machine: nothing listens there
    with pytest.raises(DownloadError, match=r"no connection \(ConnectionError\), 2 times"):
        fetch(tmp_path / "file", "http://127.0.0.1:9/file")
