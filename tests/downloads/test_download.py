import dataclasses
import logging
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.downloads.example_downloads import CONTENT, IMPATIENT, fetch, files_in, remote_file
from tests.downloads.misbehaving_server import Served

from latentmaps.errors import DataError, DownloadError


def test_a_file_gets_its_name_after_it_was_verified(server: Served, tmp_path: Path) -> None:
    path = fetch(remote_file(server, "good"), tmp_path / "new")

    assert path == tmp_path / "new/faces.zip"
    assert path.read_bytes() == CONTENT
    assert files_in(tmp_path / "new") == {"faces.zip"}


def test_an_existing_file_is_verified_and_not_downloaded(server: Served, tmp_path: Path) -> None:
    fetch(remote_file(server, "good"), tmp_path)
    fetch(remote_file(server, "good"), tmp_path)
    assert server.ranges["good"] == [None]

    (tmp_path / "faces.zip").write_bytes(CONTENT[::-1])
    fetch(remote_file(server, "good"), tmp_path)
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("tenth", range(10))
def test_a_cut_connection_is_resumed(server: Served, tmp_path: Path, tenth: int) -> None:
    fetch(remote_file(server, f"cut/{tenth}"), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT
    assert server.num_sent[f"cut/{tenth}"] == len(CONTENT)  # no byte twice


def test_cuts_with_progress_never_exhaust_the_tries(server: Served, tmp_path: Path) -> None:
    fetch(remote_file(server, "cut/tenths"), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT
    assert len(server.ranges["cut/tenths"]) > IMPATIENT.num_tries


def test_cuts_without_progress_exhaust_the_tries(server: Served, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="cut/always: the connection was cut, 3 times"):
        fetch(remote_file(server, "cut/always"), tmp_path)


@pytest.mark.parametrize("num_tries", [1, 2, 3])
def test_a_cut_with_progress_counts_as_the_first_failed_try(
    server: Served, tmp_path: Path, num_tries: int
) -> None:
    patience = dataclasses.replace(IMPATIENT, num_tries=num_tries)

    times = f", {num_tries} times" if num_tries > 1 else ""
    with pytest.raises(DownloadError, match=rf"the connection was cut{times}\)"):
        fetch(remote_file(server, "cut/once"), tmp_path, patience=patience)

    assert len(server.ranges["cut/once"]) == num_tries


@pytest.mark.parametrize("path", ["norange", "wrongrange", "beyond"])
def test_a_server_that_cannot_resume_starts_over(server: Served, tmp_path: Path, path: str) -> None:
    if path == "beyond":
        (tmp_path / "faces.zip.part").write_bytes(b"from elsewhere")

    fetch(remote_file(server, path), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_a_complete_part_of_unknown_length_is_accepted(server: Served, tmp_path: Path) -> None:
    (tmp_path / "faces.zip.part").write_bytes(CONTENT)

    fetch(remote_file(server, "good", size_bytes=None), tmp_path)

    assert server.num_sent["good"] == 0


def test_a_partial_file_is_resumed_at_another_mirror(server: Served, tmp_path: Path) -> None:
    fetch(remote_file(server, "cut/always", "good"), tmp_path)
    (tmp_path / "faces.zip").rename(tmp_path / "faces.zip.part")
    with (tmp_path / "faces.zip.part").open("r+b") as part:
        part.truncate(5000)

    fetch(remote_file(server, "status/404", "good"), tmp_path)

    assert server.ranges["good"][-1] == "bytes=5000-"
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_a_partial_file_with_wrong_content_starts_over(server: Served, tmp_path: Path) -> None:
    (tmp_path / "faces.zip.part").write_bytes(b"PK from another file")

    fetch(remote_file(server, "good"), tmp_path)

    assert server.ranges["good"] == ["bytes=20-", None]
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_a_partial_file_that_is_too_long_is_deleted(server: Served, tmp_path: Path) -> None:
    (tmp_path / "faces.zip.part").write_bytes(CONTENT + b"and more")

    fetch(remote_file(server, "good"), tmp_path)

    assert server.ranges["good"] == [None]
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


def test_too_little_disk_space_is_refused_before_any_request(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))

    with pytest.raises(DataError, match=f"10 bytes free, {len(CONTENT):,} needed"):
        fetch(remote_file(server, "good"), tmp_path)

    assert server.ranges == {}


def test_an_equivalent_copy_with_other_bytes_is_accepted(server: Served, tmp_path: Path) -> None:
    file = remote_file(server, "good", size_bytes=None, sha256="0" * 64)

    def same(path: Path) -> bool:
        return path.read_bytes() == CONTENT

    with pytest.raises(DownloadError, match="the sha256 is"):
        fetch(file, tmp_path)
    assert fetch(dataclasses.replace(file, is_equivalent=same), tmp_path).read_bytes() == CONTENT


def test_every_mirror_is_logged_before_its_request(
    server: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        fetch(remote_file(server, "status/404", "good"), tmp_path)

    first, second = server.url("status/404"), server.url("good")
    assert [line for line in caplog.messages if first in line or second in line][:3] == [
        f"Fetching faces.zip from {first}",
        f"Giving up on {first}: status 404 Not Found",
        f"Fetching faces.zip from {second}",
    ]


def test_leftovers_of_gdown_are_removed(server: Served, tmp_path: Path) -> None:
    strays = [tmp_path / "faces.zip.partq3x_1abc.part", tmp_path / "faces.zip.part123.part"]
    others = [tmp_path / "other.zip.partq3x.part", tmp_path / "faces.zip.parts"]
    for path in strays + others:
        path.write_bytes(b"begun")
    (tmp_path / "faces.zip.part").write_bytes(CONTENT[:1000])

    fetch(remote_file(server, "good"), tmp_path)

    assert server.ranges == {"good": ["bytes=1000-"]}  # our own part is resumed
    assert files_in(tmp_path) == {"faces.zip", *(path.name for path in others)}
