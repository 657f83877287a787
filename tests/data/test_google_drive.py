from collections.abc import Callable
from pathlib import Path

import gdown
import pytest
from tests.data.example_downloads import CONTENT, fetch, files_in, remote_file
from tests.data.misbehaving_server import Served

from latentmaps.data.download import RemoteFile
from latentmaps.errors import DownloadError


def _from_drive(server: Served) -> RemoteFile:
    return remote_file(server, "status/404", drive_id="the-id")


def test_google_drive_is_asked_last(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(*, id: str, output: str, **_: object) -> str:  # noqa: A002
        assert id == "the-id"
        Path(output).write_bytes(CONTENT)
        return output

    monkeypatch.setattr(gdown, "download", give)

    assert fetch(_from_drive(server), tmp_path).read_bytes() == CONTENT
    assert len(server.ranges["status/404"]) == 1


def test_what_google_drive_gives_is_checked(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_page(*, output: str, **_: object) -> str:
        Path(output).write_text("<!DOCTYPE html><title>Quota exceeded</title>")
        return output

    monkeypatch.setattr(gdown, "download", give_page)

    with pytest.raises(DownloadError, match="Google Drive, the-id: a page that says its quota"):
        fetch(_from_drive(server), tmp_path)

    assert files_in(tmp_path) == set()


def test_an_error_of_google_drive_becomes_a_reason(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise gdown.exceptions.FileURLRetrievalError("Too many users\n have viewed this file")

    monkeypatch.setattr(gdown, "download", refuse)

    with pytest.raises(DownloadError, match="the-id: Too many users have viewed this file"):
        fetch(_from_drive(server), tmp_path)


def test_an_answer_that_gdown_cannot_read_becomes_a_reason(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(**_: object) -> str:
        raise KeyError("content-type")

    monkeypatch.setattr(gdown, "download", stumble)

    with pytest.raises(DownloadError, match=r"the-id: an answer that gdown cannot read \(KeyError"):
        fetch(_from_drive(server), tmp_path)


def test_google_drive_may_not_send_more_than_the_file_has(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pour(*, output: str, progress: Callable[[int, int | None], None], **_: object) -> str:
        for num_bytes in (1000, len(CONTENT), len(CONTENT) + 1):
            Path(f"{output}abcd1234.part").write_bytes(bytes(num_bytes))  # gdown's own part file
            progress(num_bytes, None)
        raise AssertionError("gdown was not stopped")

    monkeypatch.setattr(gdown, "download", pour)

    with pytest.raises(DownloadError, match=f"sends more than the {len(CONTENT):,} bytes"):
        fetch(_from_drive(server), tmp_path)

    assert files_in(tmp_path) == set()
