from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.faces.sources.face_tree import FaceTree


def test_names_are_sorted_and_hidden_files_ignored(tmp_path: Path) -> None:
    for name in ("000002.jpg", ".hidden", "000001.jpg"):
        (tmp_path / name).write_bytes(name.encode())

    tree = FaceTree(tmp_path)

    assert tree.names == ["000001.jpg", "000002.jpg"]
    assert tree.read("000002.jpg") == b"000002.jpg"


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no files, expected pictures"):
        FaceTree(tmp_path)


def test_another_file_among_the_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(DataError, match=r"found 'notes\.txt', expected only pictures"):
        FaceTree(tmp_path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"secret")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/000001.jpg").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(DataError, match="a link or a folder, expected a picture"):
        FaceTree(tmp_path / "tree").read("000001.jpg")


def test_a_picture_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "000001.jpg").write_bytes(bytes(2_000_000))

    with pytest.raises(DataError, match="2,000,000 bytes, expected at most 1,000,000"):
        FaceTree(tmp_path).read("000001.jpg")
