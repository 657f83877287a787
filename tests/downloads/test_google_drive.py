import dataclasses
import time
from pathlib import Path

import pytest
from tests.attack import raw_server
from tests.attack.hostile_answers import ANSWERS
from tests.downloads.example_downloads import CONTENT, IMPATIENT, fetch, files_in, remote_file
from tests.downloads.misbehaving_server import Served

from latentmaps.downloads import google_drive
from latentmaps.downloads.download import RemoteFile
from latentmaps.errors import DownloadError

HASTY = dataclasses.replace(IMPATIENT, num_tries=2, slowest_bytes_per_s=50_000, window_s=0.2)


@pytest.fixture
def drive(server: Served, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A local Google Drive that delivers the file."""
    monkeypatch.setattr(google_drive, "ADDRESS", server.url("good"))
    return monkeypatch


def _from_drive(server: Served) -> RemoteFile:
    return remote_file(server, "status/404", drive_ids=("the-id",))


def test_the_address_of_a_file_confirms_that_it_may_be_large() -> None:
    assert google_drive.url("0B7-_x&y") == (
        "https://drive.usercontent.google.com/download?id=0B7-_x%26y&export=download&confirm=t"
    )


@pytest.mark.usefixtures("drive")
def test_google_drive_is_tried_last(server: Served, tmp_path: Path) -> None:
    assert fetch(_from_drive(server), tmp_path).read_bytes() == CONTENT
    assert list(server.ranges) == ["status/404", "good"]


@pytest.mark.usefixtures("drive")
def test_google_drive_resumes_a_partial_file(server: Served, tmp_path: Path) -> None:
    (tmp_path / "faces.zip.part").write_bytes(CONTENT[:1000])
    file = remote_file(server, drive_ids=("the-id",))

    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert server.ranges == {"good": ["bytes=1000-"]}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("page/quota", "a page that says its quota is used up instead of a file"),
        ("page/virus", "a virus-scan warning page instead of a file"),
        ("page/login", "a login page instead of a file"),
        ("status/403", "status 403 Forbidden"),
        ("announces/999999", f"announces 999,999 bytes, expected {len(CONTENT):,}"),
    ],
)
def test_files_from_google_drive_are_verified(
    server: Served, tmp_path: Path, drive: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    drive.setattr(google_drive, "ADDRESS", server.url(path))

    with pytest.raises(DownloadError, match=f"Google Drive, the-id: {reason}"):
        fetch(_from_drive(server), tmp_path)

    assert files_in(tmp_path) == set()


DRAWN_OUT = {
    "silence": "no answer within 0.3 s|too slow",
    "headers without end": "too slow",
    "a slow redirect": "too slow",
    "the content byte by byte": "too slow",
    "a chunk size without end": "too slow",
    "a redirect loop": "more than 10 redirects",
    "a redirect with 3 GB": "no connection",
    "no length and no end": "an HTML page",
    "endless chunks": f"sends more than the {len(CONTENT):,} bytes expected",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN_OUT)
def test_google_drive_cannot_stall_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = RemoteFile("faces.zip", (), 10**6, drive_ids=("the-id",), size_bytes=len(CONTENT))
    started = time.monotonic()
    with raw_server.serve(CONTENT, {"drive": dict(ANSWERS)[name]}) as served:
        monkeypatch.setattr(google_drive, "ADDRESS", f"{served.address}drive")
        with pytest.raises(DownloadError, match=f"Google Drive, the-id: ({DRAWN_OUT[name]})"):
            fetch(file, tmp_path, patience=HASTY)
        seconds = time.monotonic() - started

    assert seconds < 3
    assert sum(served.num_sent.values()) < 40_000_000  # the capacity of the socket buffers
    assert "faces.zip" not in files_in(tmp_path)
