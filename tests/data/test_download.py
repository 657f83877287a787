import dataclasses
import errno
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gdown
import pytest
from tests.data.misbehaving_server import Served, serve

from latentmaps.data import download, mirrors
from latentmaps.data.download import RemoteFile
from latentmaps.data.mirrors import Patience
from latentmaps.errors import DataError, DownloadError

CONTENT = b"PK" + bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()
IMPATIENT = Patience(timeout_s=0.3, num_tries=3, pause_s=0.0)


@pytest.fixture
def server() -> Iterator[Served]:
    with serve(CONTENT) as served:
        yield served


def _file(server: Served, *paths: str, **changes: Any) -> RemoteFile:
    file = RemoteFile(
        "faces.zip",
        urls=tuple(server.url(path) for path in paths),
        limit_bytes=1_000_000,
        size_bytes=len(CONTENT),
        sha256=SHA256,
        first_bytes=b"PK",
    )
    return dataclasses.replace(file, **changes)


def _fetch(file: RemoteFile, folder: Path, *, patience: Patience = IMPATIENT) -> Path:
    return download.fetch(file, folder, advice="fetch it by hand", patience=patience)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"faces.zip.lock"}


def test_a_file_gets_its_name_when_it_is_checked(server: Served, tmp_path: Path) -> None:
    path = _fetch(_file(server, "good"), tmp_path / "new")

    assert path == tmp_path / "new/faces.zip"
    assert path.read_bytes() == CONTENT
    assert _files(tmp_path / "new") == {"faces.zip"}


def test_a_file_that_is_there_is_checked_and_not_fetched(server: Served, tmp_path: Path) -> None:
    _fetch(_file(server, "good"), tmp_path)
    _fetch(_file(server, "good"), tmp_path)
    assert server.ranges["good"] == [None]

    (tmp_path / "faces.zip").write_bytes(CONTENT[::-1])
    _fetch(_file(server, "good"), tmp_path)
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("tenth", range(10))
def test_a_connection_that_was_cut_is_gone_on_with(
    server: Served, tmp_path: Path, tenth: int
) -> None:
    _fetch(_file(server, f"cut/{tenth}"), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT
    assert server.num_sent[f"cut/{tenth}"] == len(CONTENT)  # no byte twice


def test_cuts_that_bring_bytes_are_never_too_many(server: Served, tmp_path: Path) -> None:
    _fetch(_file(server, "cut/tenths"), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT
    assert len(server.ranges["cut/tenths"]) > IMPATIENT.num_tries


def test_cuts_that_bring_nothing_end_the_patience(server: Served, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="cut/always: the connection was cut, 3 times"):
        _fetch(_file(server, "cut/always"), tmp_path)


@pytest.mark.parametrize("path", ["norange", "wrongrange", "beyond"])
def test_a_server_that_cannot_go_on_starts_over(server: Served, tmp_path: Path, path: str) -> None:
    if path == "beyond":
        (tmp_path / "faces.zip.part").write_bytes(b"from elsewhere")

    _fetch(_file(server, path), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_a_begun_file_of_unknown_length_that_is_whole_is_taken(
    server: Served, tmp_path: Path
) -> None:
    (tmp_path / "faces.zip.part").write_bytes(CONTENT)

    _fetch(_file(server, "good", size_bytes=None), tmp_path)

    assert server.num_sent["good"] == 0


def test_a_begun_file_is_gone_on_with_at_another_place(server: Served, tmp_path: Path) -> None:
    _fetch(_file(server, "cut/always", "good"), tmp_path)
    (tmp_path / "faces.zip").rename(tmp_path / "faces.zip.part")
    with (tmp_path / "faces.zip.part").open("r+b") as part:
        part.truncate(5000)

    _fetch(_file(server, "status/404", "good"), tmp_path)

    assert server.ranges["good"][-1] == "bytes=5000-"
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_a_begun_file_that_turns_out_wrong_starts_over(server: Served, tmp_path: Path) -> None:
    (tmp_path / "faces.zip.part").write_bytes(b"PK from another file")

    _fetch(_file(server, "good"), tmp_path)

    assert server.ranges["good"] == ["bytes=20-", None]
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


BAD = {
    "status/404": "status 404 Not Found",
    "status/503": "status 503 Service Unavailable, 3 times",
    "page/quota": "a page that says its quota is used up instead of a file",
    "page/login": "a login page instead of a file",
    "page/virus": "a virus-scan warning page instead of a file",
    "page/other": "an HTML page titled 'Welcome' instead of a file",
    "empty": f"announces 0 bytes, expected {len(CONTENT):,}",
    "announces/99": f"announces 99 bytes, expected {len(CONTENT):,}",
    "announces/999999": f"announces 999,999 bytes, expected {len(CONTENT):,}",
    "short": f"announces {len(CONTENT) - 1:,} bytes",
    "silent/1": "no answer within 0.3 s, 3 times",
    "wrong": "begins with",
}


@pytest.mark.parametrize("path", BAD)
def test_a_bad_place_is_named_and_the_next_one_tried(
    server: Served, tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        _fetch(_file(server, path, "good"), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT
    assert caplog.messages[0].startswith(f"Leaving {server.url(path)}: {BAD[path]}")


@pytest.mark.parametrize("path", BAD)
def test_no_wrong_file_gets_the_name(server: Served, tmp_path: Path, path: str) -> None:
    with pytest.raises(DownloadError):
        _fetch(_file(server, path), tmp_path)

    assert "faces.zip" not in _files(tmp_path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("empty", "an empty file"),
        ("announces/2000000", "announces 2,000,000 bytes, expected at most 1,000,000"),
        ("wrong", "the sha256 is"),
        ("announces/99", "the sha256 is"),
        ("page/quota", "quota"),
    ],
)
def test_without_a_known_length_what_else_is_known_decides(
    server: Served, tmp_path: Path, path: str, reason: str
) -> None:
    file = _file(server, path, size_bytes=None, first_bytes=b"")

    with pytest.raises(DownloadError, match=reason):
        _fetch(file, tmp_path)

    assert _files(tmp_path) == set()


def test_a_server_that_sends_more_than_the_limit_is_left(server: Served, tmp_path: Path) -> None:
    file = _file(server, "good", size_bytes=None, limit_bytes=len(CONTENT) - 1)

    with pytest.raises(DownloadError, match="expected at most"):
        _fetch(file, tmp_path)


def test_a_server_that_dribbles_is_left(server: Served, tmp_path: Path) -> None:
    hasty = dataclasses.replace(IMPATIENT, slowest_bytes_per_s=10_000, window_s=0.2)

    with pytest.raises(DownloadError, match=r"dribbles: too slow, \d+ bytes a second"):
        _fetch(_file(server, "dribbles"), tmp_path, patience=hasty)

    assert server.ranges["dribbles"] == [None]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; nobody waits."""
    pauses: list[float] = []
    clock = SimpleNamespace(sleep=pauses.append, monotonic=time.monotonic)
    monkeypatch.setattr(mirrors, "time", clock)
    return pauses


def test_the_pause_that_a_busy_server_asks_for_is_kept(
    server: Served, tmp_path: Path, pauses: list[float]
) -> None:
    _fetch(_file(server, "busy/7"), tmp_path)

    assert pauses == [7.0]


def test_pauses_grow_up_to_a_minute(server: Served, tmp_path: Path, pauses: list[float]) -> None:
    with pytest.raises(DownloadError, match="8 times"):
        _fetch(_file(server, "status/500"), tmp_path, patience=Patience(num_tries=8))

    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_when_all_fail_one_message_tells_of_each_and_what_to_do(
    server: Served, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError) as raised:
        _fetch(_file(server, "status/404", "page/quota"), tmp_path)

    assert str(raised.value) == (
        f"faces.zip: no place gave it ({server.url('status/404')}: status 404 Not Found; "
        f"{server.url('page/quota')}: {BAD['page/quota']}); fetch it by hand"
    )


def test_a_place_that_is_not_there_is_left(tmp_path: Path) -> None:
    file = RemoteFile("faces.zip", ("http://127.0.0.1:1/faces.zip",), 1000)

    with pytest.raises(DownloadError, match=r"no connection \(ConnectionError\), 3 times"):
        _fetch(file, tmp_path)


def test_a_disk_without_room_is_refused_before_anything_is_asked(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))

    with pytest.raises(DataError, match=f"10 bytes free, {len(CONTENT):,} needed"):
        _fetch(_file(server, "good"), tmp_path)

    assert server.ranges == {}


PROGRAM = """
import sys
from pathlib import Path
from latentmaps.data import download
url, size, sha256, folder = sys.argv[1:]
file = download.RemoteFile("faces.zip", (url,), 10**6, size_bytes=int(size), sha256=sha256)
download.fetch(file, Path(folder))
"""


def _start_fetch(server: Served, path: str, folder: Path, **options: Any) -> subprocess.Popen[str]:
    arguments = [server.url(path), str(len(CONTENT)), SHA256, str(folder)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_a_full_disk_is_an_os_error_and_leaves_no_wrong_file(
    server: Served, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    limit = (50_000, 50_000)  # a writer that fails as a full disk does

    process = _start_fetch(
        server,
        "good",
        tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    _, errors = process.communicate()

    assert process.returncode == 1
    assert os.strerror(errno.EFBIG) in errors
    assert _files(tmp_path) == {"faces.zip.part"}
    _fetch(_file(server, "good"), tmp_path)
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_a_killed_download_goes_on_where_it_was(server: Served, tmp_path: Path) -> None:
    process = _start_fetch(server, "throttled", tmp_path)
    part = tmp_path / "faces.zip.part"
    while not part.exists() or part.stat().st_size < 8192:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    begun_bytes = part.stat().st_size
    assert _files(tmp_path) == {"faces.zip.part"}

    _fetch(_file(server, "throttled"), tmp_path)

    assert server.ranges["throttled"] == [None, f"bytes={begun_bytes}-"]
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_of_two_fetches_at_once_one_waits_for_the_other(
    server: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = _start_fetch(server, "throttled", tmp_path)
    while "throttled" not in server.ranges:
        time.sleep(0.01)

    with caplog.at_level(logging.INFO):
        _fetch(_file(server, "throttled"), tmp_path)

    assert first.wait() == 0
    first.communicate()
    assert server.ranges["throttled"] == [None]
    assert caplog.messages == [
        f"Waiting for another process that fetches {tmp_path / 'faces.zip'}",
        f"Found {tmp_path / 'faces.zip'}",
    ]


def test_threads_wait_for_each_other_too(server: Served, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=_fetch, args=(_file(server, "good"), tmp_path)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert server.ranges["good"] == [None]


def _from_drive(server: Served) -> RemoteFile:
    return _file(server, "status/404", drive_id="the-id")


def test_google_drive_is_asked_last(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(*, id: str, output: str, **_: object) -> str:  # noqa: A002
        assert id == "the-id"
        Path(output).write_bytes(CONTENT)
        return output

    monkeypatch.setattr(gdown, "download", give)

    assert _fetch(_from_drive(server), tmp_path).read_bytes() == CONTENT
    assert len(server.ranges["status/404"]) == 1


def test_what_google_drive_gives_is_checked(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_page(*, output: str, **_: object) -> str:
        Path(output).write_text("<!DOCTYPE html><title>Quota exceeded</title>")
        return output

    monkeypatch.setattr(gdown, "download", give_page)

    with pytest.raises(DownloadError, match="Google Drive, the-id: a page that says its quota"):
        _fetch(_from_drive(server), tmp_path)

    assert _files(tmp_path) == set()


def test_an_error_of_google_drive_becomes_a_reason(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise gdown.exceptions.FileURLRetrievalError("Too many users\n have viewed this file")

    monkeypatch.setattr(gdown, "download", refuse)

    with pytest.raises(DownloadError, match="the-id: Too many users have viewed this file"):
        _fetch(_from_drive(server), tmp_path)
