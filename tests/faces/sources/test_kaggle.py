import sys
from pathlib import Path
from types import ModuleType

import pytest

from latentmaps.errors import DownloadError
from latentmaps.faces.sources import kaggle


class _CredentialError(Exception):
    pass


@pytest.fixture
def kagglehub(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a module with the parts of kagglehub that are used."""
    package, exceptions = ModuleType("kagglehub"), ModuleType("kagglehub.exceptions")
    exceptions.CredentialError = _CredentialError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kagglehub", package)
    monkeypatch.setitem(sys.modules, "kagglehub.exceptions", exceptions)
    return package


def test_the_folder_is_the_one_that_kagglehub_names(kagglehub: ModuleType) -> None:
    requested = []

    def dataset_download(handle: str) -> str:
        requested.append(handle)
        return "/cache/versions/2"

    kagglehub.dataset_download = dataset_download  # type: ignore[attr-defined]

    assert kaggle.download() == Path("/cache/versions/2")
    assert requested == ["jessicali9530/celeba-dataset"]


@pytest.mark.parametrize("error", [_CredentialError("who?"), OSError("no network")])
def test_an_error_of_kagglehub_becomes_one_message(kagglehub: ModuleType, error: Exception) -> None:
    def dataset_download(handle: str) -> str:
        raise error

    kagglehub.dataset_download = dataset_download  # type: ignore[attr-defined]

    with pytest.raises(DownloadError, match=f"download from Kaggle failed .*{error}"):
        kaggle.download()


def test_without_the_package_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)  # as if it were not installed

    with pytest.raises(DownloadError, match=r"found kaggle.*run `pip install kagglehub`"):
        kaggle.download()
