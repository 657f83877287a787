import zipfile
from pathlib import Path

import pytest

from latentmaps.data import archive, celeba, face_tables
from latentmaps.data.raw_faces import RawFaces, file_sha256
from latentmaps.errors import DataError

NAMES = ["000001.jpg", "000002.jpg", "000003.jpg"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in CelebA's layout with three faces."""
    folder = tmp_path / "celeba"
    folder.mkdir()
    with zipfile.ZipFile(folder / celeba.IMAGES, "w") as file:
        for name in reversed(NAMES):
            file.writestr(f"img_align_celeba/{name}", name.encode())
    (folder / celeba.PARTITION).write_text("000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n")
    (folder / celeba.ATTRIBUTES).write_text(
        "3\nMale Smiling \n000001.jpg -1  1\n000002.jpg  1  1\n000003.jpg -1 -1\n"
    )
    return folder


@pytest.fixture
def raw(tmp_path: Path) -> RawFaces:
    return RawFaces(
        tmp_path / "images.zip", tmp_path / "attributes.csv", tmp_path / "partition.csv"
    )


def test_all_faces_are_copied_as_they_are(folder: Path, raw: RawFaces) -> None:
    receipt = celeba.take_faces(raw, folder, None)

    assert raw.images.read_bytes() == (folder / celeba.IMAGES).read_bytes()
    assert receipt["num_faces"] == 3


def test_fewer_faces_are_the_first_by_name(folder: Path, raw: RawFaces) -> None:
    celeba.take_faces(raw, folder, 2)

    with archive.FaceArchive(raw.images) as faces:
        assert list(faces.pictures()) == [(name, name.encode()) for name in NAMES[:2]]
    assert list(face_tables.read_partition(raw.partition)["file"]) == NAMES[:2]
    assert list(face_tables.read_attributes(raw.attributes)["file"]) == NAMES[:2]


def test_the_lists_become_tables(folder: Path, raw: RawFaces) -> None:
    celeba.take_faces(raw, folder, None)

    partition = face_tables.read_partition(raw.partition)
    attributes = face_tables.read_attributes(raw.attributes)
    assert list(partition["partition"]) == ["train", "validation", "test"]
    assert attributes.drop(columns="file").to_dict("list") == {
        "Male": [-1, 1, -1],
        "Smiling": [1, 1, -1],
    }


def test_faces_without_a_list_of_attributes_have_none(folder: Path, raw: RawFaces) -> None:
    (folder / celeba.ATTRIBUTES).unlink()

    celeba.take_faces(raw, folder, None)

    assert list(face_tables.read_attributes(raw.attributes).columns) == ["file"]


def test_the_receipt_tells_licence_and_checksums(folder: Path, raw: RawFaces) -> None:
    receipt = celeba.take_faces(raw, folder, 2)

    assert "no redistribution" in receipt["licence"]
    assert receipt["sha256"] == {"images.zip": file_sha256(raw.images)}
    assert set(receipt["found_sha256"]) == {celeba.IMAGES, celeba.PARTITION, celeba.ATTRIBUTES}


def test_a_folder_without_the_files_is_refused(tmp_path: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match=r"no img_align_celeba\.zip and no list_eval_partition"):
        celeba.take_faces(raw, tmp_path, None)


def test_more_faces_than_there_are_are_refused(folder: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match="3 faces, expected at least 4"):
        celeba.take_faces(raw, folder, 4)


def test_a_face_without_a_partition_is_refused(folder: Path, raw: RawFaces) -> None:
    (folder / celeba.PARTITION).write_text("000001.jpg 0\n")

    with pytest.raises(DataError, match="no row for 2 of 3 faces"):
        celeba.take_faces(raw, folder, None)


def test_a_partition_other_than_0_1_2_is_refused(folder: Path) -> None:
    (folder / celeba.PARTITION).write_text("000001.jpg 0\n000002.jpg 3\n")

    with pytest.raises(DataError, match="line 2: partition '3', expected 0"):
        celeba.read_partition(folder / celeba.PARTITION)


def test_a_line_with_too_few_fields_is_refused(folder: Path) -> None:
    (folder / celeba.ATTRIBUTES).write_text("1\nMale Smiling\n000001.jpg 1\n")

    with pytest.raises(DataError, match="line 3 has 2 fields, expected 3"):
        celeba.read_attributes(folder / celeba.ATTRIBUTES)


def test_a_list_without_names_of_attributes_is_refused(folder: Path) -> None:
    (folder / celeba.ATTRIBUTES).write_text("")

    with pytest.raises(DataError, match="no names of attributes"):
        celeba.read_attributes(folder / celeba.ATTRIBUTES)


def test_an_attribute_of_zero_is_refused(folder: Path) -> None:
    (folder / celeba.ATTRIBUTES).write_text("1\nMale\n000001.jpg 0\n")

    with pytest.raises(DataError, match="neither 1 nor -1"):
        celeba.read_attributes(folder / celeba.ATTRIBUTES)
