"""CelebA without a user's folder: downloaded file by file, or from Kaggle."""

import re
from pathlib import Path

import pytest
from tests.faces.example_celeba import take, write_celeba

from latentmaps.downloads import download
from latentmaps.downloads.download import RemoteFile
from latentmaps.errors import DownloadError, ParamsError
from latentmaps.faces.sources import celeba_files, kaggle
from latentmaps.faces.sources.raw_faces import RawFaces


def _give(monkeypatch: pytest.MonkeyPatch, downloads: Path, *lacking: str) -> list[str]:
    """Replace downloads with these files; return the names that are requested."""
    requested = []

    def fetch(file: RemoteFile, folder: Path, *, advice: str, unreachable: set[str]) -> Path:
        requested.append(file.name)
        if file.name in lacking:
            raise DownloadError(f"no place; {advice}")
        return downloads / file.name

    monkeypatch.setattr(download, "fetch", fetch)
    return requested


def test_without_a_folder_the_downloads_are_used(
    tmp_path: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = write_celeba(tmp_path / "downloads")
    requested = _give(monkeypatch, downloads)

    receipt = take(raw, None)

    assert raw.images.samefile(downloads / celeba_files.IMAGES)
    # only for all 202,599 faces is the partition known without its file
    assert receipt["missing"] == [celeba_files.PARTITION]
    assert requested == [celeba_files.IMAGES, celeba_files.ATTRIBUTES, celeba_files.IDENTITY]


def test_a_table_that_cannot_be_downloaded_is_left_out(
    tmp_path: Path,
    raw: RawFaces,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _give(monkeypatch, write_celeba(tmp_path / "downloads"), celeba_files.ATTRIBUTES)

    assert celeba_files.ATTRIBUTES in take(raw, None)["missing"]
    [warning] = [line for line in caplog.messages if line.startswith("Continuing without")]
    assert warning.endswith("or set fetch_faces.path to the folder where it is")


def test_without_the_archive_no_table_is_requested_and_the_message_has_advice(
    tmp_path: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = _give(monkeypatch, tmp_path, celeba_files.IMAGES)

    with pytest.raises(DownloadError) as raised:
        take(raw, None)

    assert requested == [celeba_files.IMAGES]
    assert re.search(r"img_align_celeba\.zip by hand.*downloads and run", str(raised.value))
    assert "kagglehub.dataset_download('jessicali9530/celeba-dataset')" in str(raised.value)
    assert "-S fetch_faces.path=" in str(raised.value)


def test_later_stages_treat_kaggles_copy_as_celeba(
    celeba_folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kaggle, "download", lambda: celeba_folder)

    receipt = take(raw, None, from_kaggle=True)

    assert receipt["source"] == "celeba"
    assert receipt["license_accepted_by"] == "fetch_faces.accept_license"
    # a copy, so that Kaggle's file stays unchanged
    assert (celeba_folder / celeba_files.IMAGES).stat().st_nlink == 1


def test_kaggle_is_not_contacted_before_the_terms_are_accepted(
    raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kaggle, "download", lambda: pytest.fail("requested"))

    with pytest.raises(ParamsError, match=r"fetch_faces\.accept_license"):
        take(raw, None, accept=False, from_kaggle=True)
