from pathlib import Path

import pydantic
import pytest

from latentmaps.errors import ParamsError
from latentmaps.params.crop_faces import CropFaces
from latentmaps.params.fetch_faces import FetchFaces


def test_avatars_need_a_number() -> None:
    with pytest.raises(pydantic.ValidationError, match="a number for num_faces"):
        FetchFaces(source="avatars", path=None, num_faces=None)


def test_celeba_without_a_folder_is_checked_only_when_it_is_needed() -> None:
    section = FetchFaces(source="celeba", path=None, num_faces=None)

    with pytest.raises(ParamsError, match=r"fetch_faces\.path: found null.*brought by you"):
        _ = section.folder


def test_a_relative_folder_is_refused() -> None:
    section = FetchFaces(source="celeba", path="celeba", num_faces=None)

    with pytest.raises(ParamsError, match="found 'celeba', expected the absolute path"):
        _ = section.folder


def test_an_absolute_folder_is_taken() -> None:
    section = FetchFaces(source="celeba", path="/celeba", num_faces=3)

    assert section.folder == Path("/celeba")


@pytest.mark.parametrize("box", [[1, 2, 3], [5, 0, 5, 9], [0, 9, 5, 9], [-1, 0, 5, 9]])
def test_a_crop_box_is_left_top_right_bottom(box: list[int]) -> None:
    with pytest.raises(pydantic.ValidationError):
        CropFaces(crop_box=box, image_size=96, resample="box")  # type: ignore[arg-type]
