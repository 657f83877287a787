"""Mirrors that do not answer at all, as on a machine without a network."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.downloads.example_downloads import CONTENT, fetch, remote_file
from tests.downloads.misbehaving_server import Served

from latentmaps.downloads import download, google_drive, mirrors
from latentmaps.downloads.download import RemoteFile
from latentmaps.downloads.mirrors import Patience
from latentmaps.errors import DownloadError
from latentmaps.faces.sources import celeba_files

NOWHERE = "http://127.0.0.1:1/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The requested pauses, seconds, added to the clock instead of waiting."""
    waited = [0.0]

    def sleep(seconds: float) -> None:
        waited[0] += seconds

    def monotonic() -> float:
        return time.monotonic() + waited[0]

    monkeypatch.setattr(mirrors, "time", SimpleNamespace(sleep=sleep, monotonic=monotonic))
    return iter([waited])


@pytest.fixture
def drive_is_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_drive, "ADDRESS", f"{NOWHERE}drive")


def test_a_mirror_that_never_answers_is_given_up_after_its_timeout(
    tmp_path: Path, clock: Iterator[list[float]]
) -> None:
    file = RemoteFile("faces.zip", (f"{NOWHERE}faces.zip",), 1000)

    with pytest.raises(DownloadError, match=r"no connection \(Connection refused\), 3 times"):
        fetch(file, tmp_path, patience=Patience())

    assert next(clock) == [2.0 + 4.0]  # 8 s more would be beyond the 10 s


def test_a_mirror_that_has_answered_keeps_all_its_tries(
    server: Served, tmp_path: Path, clock: Iterator[list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url("cut/once")
    answering = server.url("").rstrip("/").rpartition(":")[2]
    connect = socket.socket.connect
    num_connections = 0

    def connect_once(self: socket.socket, address: tuple[str, int]) -> None:
        nonlocal num_connections
        num_connections += str(address[1]) == answering
        if num_connections > 1:
            raise ConnectionRefusedError(111, "Connection refused")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_once)
    file = RemoteFile("faces.zip", (url,), 10**6, size_bytes=len(CONTENT))

    with pytest.raises(DownloadError, match=r"Connection refused\), 5 times"):
        fetch(file, tmp_path, patience=Patience())

    assert next(clock) == [2.0 + 4.0 + 8.0 + 16.0]


@pytest.mark.usefixtures("drive_is_nowhere")
def test_google_drive_is_tried_once_per_run_if_it_does_not_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    unreachable: set[str] = set()
    messages = []
    with caplog.at_level(logging.INFO):
        for name in ("a.txt", "b.txt"):
            file = RemoteFile(name, (), 1000, drive_ids=("one", "two"))
            with pytest.raises(DownloadError) as raised:
                download.fetch(file, tmp_path, unreachable=unreachable)
            messages.append(str(raised.value))

    assert [line for line in caplog.messages if line.startswith("Fetching")] == [
        "Fetching a.txt from Google Drive, one"
    ]
    assert "Google Drive, one: no connection (Connection refused);" in messages[0]
    assert "Google Drive, one: skipped, 127.0.0.1:1 did not answer before" in messages[1]


def test_a_quota_page_of_one_file_does_not_end_google_drive(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def url(drive_id: str) -> str:
        return server.url(drive_id)

    monkeypatch.setattr(google_drive, "url", url)
    unreachable: set[str] = set()
    file = remote_file(server, drive_ids=("page/quota", "good"))

    path = download.fetch(file, tmp_path, unreachable=unreachable)

    assert path.read_bytes() == CONTENT
    assert unreachable == set()


def _refused(*_: object) -> None:
    raise ConnectionRefusedError(111, "Connection refused")


def _no_route(*_: object) -> None:
    raise OSError(113, "No route to host")


NO_NETWORK = {"refused": _refused, "no route": _no_route}


@pytest.mark.parametrize("fault", [*NO_NETWORK, "no name"])
def test_without_a_network_celeba_fails_within_a_minute(
    tmp_path: Path, clock: Iterator[list[float]], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "no name":

        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(-3, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    else:
        addresses: Callable[..., list] = lambda *_, **__: [  # noqa: E731
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))
        ]
        monkeypatch.setattr(socket, "getaddrinfo", addresses)
        monkeypatch.setattr(socket.socket, "connect", NO_NETWORK[fault])
    monkeypatch.setattr("latentmaps.resources.require_disk_space", lambda *_: None)

    started = time.monotonic()
    with pytest.raises(DownloadError, match=r"img_align_celeba\.zip: no mirror delivered it"):
        celeba_files.fetch(tmp_path)

    assert next(clock)[0] + time.monotonic() - started < 60
