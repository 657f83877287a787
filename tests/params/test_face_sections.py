from pathlib import Path
from typing import Literal

import pydantic
import pytest

from latentmaps.errors import ParamsError
from latentmaps.params.crop_faces import CropFaces
from latentmaps.params.fetch_faces import FetchFaces


def _section(
    source: Literal["avatars", "celeba", "kaggle", "folder"],
    *,
    path: str | None,
    num_faces: int | None = None,
) -> FetchFaces:
    return FetchFaces(
        source=source, path=path, accept_license=False, max_refused=0, num_faces=num_faces
    )


def test_avatars_need_a_number() -> None:
    with pytest.raises(pydantic.ValidationError, match="a number for num_faces"):
        _section("avatars", path=None)


def test_celeba_without_a_folder_is_downloaded() -> None:
    assert _section("celeba", path=None).celeba_folder is None


def test_a_folder_is_checked_only_when_it_is_needed() -> None:
    section = _section("folder", path=None)

    with pytest.raises(ParamsError, match=r"fetch_faces\.path: found null.*a folder or a zip"):
        _ = section.pictures


def test_a_relative_folder_is_refused() -> None:
    section = _section("celeba", path="celeba")

    with pytest.raises(ParamsError, match="found 'celeba', expected the absolute path"):
        _ = section.celeba_folder


def test_kaggle_refuses_a_folder() -> None:
    assert _section("kaggle", path=None).celeba_folder is None
    with pytest.raises(ParamsError, match="found '/celeba', expected null with source: kaggle"):
        _ = _section("kaggle", path="/celeba").celeba_folder


def test_an_absolute_folder_is_accepted() -> None:
    assert _section("celeba", path="/celeba").celeba_folder == Path("/celeba")
    assert _section("folder", path="/mine.zip").pictures == Path("/mine.zip")


@pytest.mark.parametrize("box", [[1, 2, 3], [5, 0, 5, 9], [0, 9, 5, 9], [-1, 0, 5, 9]])
def test_a_crop_box_is_left_top_right_bottom(box: list[int]) -> None:
    with pytest.raises(pydantic.ValidationError):
        CropFaces(
            crop_box=box,  # type: ignore[arg-type]
            image_size=96,
            resample="box",
            num_channels=3,
            max_refused=0,
        )
