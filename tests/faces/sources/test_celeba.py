import shutil
import zipfile
from pathlib import Path

import pytest
from tests.faces.example_celeba import NAMES, take

from latentmaps.errors import DataError, ParamsError
from latentmaps.faces.raw import archive, face_tables
from latentmaps.faces.sources import celeba_files, celeba_layouts
from latentmaps.faces.sources.raw_faces import RawFaces


def test_all_faces_are_copied_as_they_are(celeba_folder: Path, raw: RawFaces) -> None:
    receipt = take(raw, celeba_folder)

    assert raw.images.read_bytes() == (celeba_folder / celeba_files.IMAGES).read_bytes()
    assert receipt["num_faces"] == 3


def test_a_users_own_file_is_copied_and_not_linked(celeba_folder: Path, raw: RawFaces) -> None:
    take(raw, celeba_folder)

    assert (celeba_folder / celeba_files.IMAGES).stat().st_nlink == 1


def test_fewer_faces_are_the_first_by_name(celeba_folder: Path, raw: RawFaces) -> None:
    take(raw, celeba_folder, 2)

    faces = archive.FaceArchive(raw.images)
    assert list(faces.pictures()) == [(name, name.encode()) for name in NAMES[:2]]
    assert list(face_tables.read_partition(raw.partition)["file"]) == NAMES[:2]
    assert list(face_tables.read_attributes(raw.attributes)["file"]) == NAMES[:2]


def test_the_lists_become_tables(celeba_folder: Path, raw: RawFaces) -> None:
    take(raw, celeba_folder)

    assert list(face_tables.read_partition(raw.partition)["partition"]) == [
        "train",
        "validation",
        "test",
    ]
    assert list(face_tables.read_identity(raw.identity)["identity"]) == [7, 8, 7]
    assert list(face_tables.read_attributes(raw.attributes)["Male"]) == [-1, 1, -1]
    assert raw.origins.read_text().splitlines() == ["file", *NAMES]
    assert raw.refused.read_text() == "file,reason\n"


def test_faces_without_tables_have_names_alone(celeba_folder: Path, raw: RawFaces) -> None:
    for name in celeba_files.TABLES:
        (celeba_folder / name).unlink()

    receipt = take(raw, celeba_folder)

    assert receipt["missing"] == list(celeba_files.TABLES)
    for table in (raw.partition, raw.attributes, raw.identity):
        assert table.read_text().splitlines() == ["file", *NAMES]


def test_an_unpacked_archive_gives_the_same_faces(celeba_folder: Path, raw: RawFaces) -> None:
    tree = celeba_folder / "img_align_celeba"
    with zipfile.ZipFile(celeba_folder / celeba_files.IMAGES) as file:
        file.extractall(celeba_folder)
    (celeba_folder / celeba_files.IMAGES).unlink()
    (tree / ".DS_Store").write_text("left by a file manager")

    receipt = take(raw, celeba_folder)

    faces = archive.FaceArchive(raw.images)
    assert list(faces.pictures()) == [(name, name.encode()) for name in NAMES]
    assert receipt["found"]["img_align_celeba"] == {"official": None}


def test_the_folders_and_names_of_kaggle_are_found(celeba_folder: Path, raw: RawFaces) -> None:
    nested = celeba_folder / "img_align_celeba/img_align_celeba"
    nested.mkdir(parents=True)
    for name in NAMES:
        (nested / name).write_bytes(name.encode())
    (celeba_folder / celeba_files.IMAGES).unlink()
    (celeba_folder / celeba_files.PARTITION).unlink()
    csv = "image_id,partition\n000001.jpg,0\n000002.jpg,0\n000003.jpg,2\n"
    (celeba_folder / "list_eval_partition.csv").write_text(csv)

    take(raw, celeba_folder)

    assert list(face_tables.read_partition(raw.partition)["partition"]) == [
        "train",
        "train",
        "test",
    ]


def test_the_folders_of_the_authors_drive_are_searched(celeba_folder: Path, raw: RawFaces) -> None:
    for name, place in ((celeba_files.IMAGES, "Img"), (celeba_files.PARTITION, "Eval")):
        (celeba_folder / place).mkdir()
        shutil.move(celeba_folder / name, celeba_folder / place / name)

    assert take(raw, celeba_folder)["missing"] == []


def test_terms_are_shown_before_the_folder_is_read(tmp_path: Path, raw: RawFaces) -> None:
    with pytest.raises(ParamsError, match=r"fetch_faces\.accept_license: found false"):
        take(raw, tmp_path / "missing", accept=False)


def test_a_missing_folder_is_refused(tmp_path: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match="missing: no such folder"):
        take(raw, tmp_path / "missing")


def test_a_folder_without_the_archive_is_refused(tmp_path: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match=r"neither img_align_celeba\.zip nor the unpacked folder"):
        take(raw, tmp_path)


def test_the_folder_of_pictures_itself_is_refused_with_its_parent(
    tmp_path: Path, raw: RawFaces
) -> None:
    pictures = tmp_path / "img_align_celeba"
    pictures.mkdir()
    (pictures / "000001.jpg").write_bytes(b"face")

    with pytest.raises(DataError, match=rf"set fetch_faces\.path to {tmp_path}$"):
        take(raw, pictures)


def test_more_faces_than_there_are_are_refused(celeba_folder: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match="3 faces, expected at least 4"):
        take(raw, celeba_folder, 4)


@pytest.mark.parametrize("name", [celeba_files.PARTITION, celeba_files.IDENTITY])
def test_a_table_that_lacks_a_face_is_refused(
    celeba_folder: Path, raw: RawFaces, name: str
) -> None:
    (celeba_folder / name).write_text("000001.jpg 0\n")

    with pytest.raises(DataError, match=rf"{name}: no row for 2 of 3 faces.*000002\.jpg"):
        take(raw, celeba_folder)


def test_an_archive_that_lacks_a_face_of_the_partition_is_refused(
    celeba_folder: Path, raw: RawFaces
) -> None:
    with (celeba_folder / celeba_files.PARTITION).open("a") as file:
        file.write("000004.jpg 2\n")

    with pytest.raises(DataError, match=r"3 faces, expected the 4 of .*000004\.jpg is the first"):
        take(raw, celeba_folder)


def test_a_face_with_two_rows_is_refused(celeba_folder: Path, raw: RawFaces) -> None:
    with (celeba_folder / celeba_files.PARTITION).open("a") as file:
        file.write("000003.jpg 2\n")

    with pytest.raises(DataError, match=r"000003\.jpg has two rows"):
        take(raw, celeba_folder)


def test_the_partition_follows_from_all_names_of_celeba(
    celeba_folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celeba_layouts, "PARTITION_ENDS", (1, 2, 3))
    (celeba_folder / celeba_files.PARTITION).unlink()

    receipt = take(raw, celeba_folder)

    partition = face_tables.read_partition(raw.partition)["partition"]
    assert list(partition) == ["train", "validation", "test"]
    assert receipt["missing"] == []
