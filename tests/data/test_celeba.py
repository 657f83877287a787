import hashlib
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from latentmaps.data import (
    archive,
    celeba,
    celeba_files,
    celeba_layouts,
    celeba_tables,
    download,
    face_tables,
    kaggle,
)
from latentmaps.data.download import RemoteFile
from latentmaps.data.raw_faces import RawFaces, file_sha256
from latentmaps.errors import DataError, DownloadError, ParamsError

NAMES = ["000001.jpg", "000002.jpg", "000003.jpg"]


def _fill(folder: Path) -> Path:
    """Three faces in CelebA's layout, with all tables."""
    folder.mkdir()
    with zipfile.ZipFile(folder / celeba_files.IMAGES, "w") as file:
        for name in reversed(NAMES):
            file.writestr(f"img_align_celeba/{name}", name.encode())
    (folder / celeba_files.PARTITION).write_text("000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n")
    (folder / celeba_files.IDENTITY).write_text("000001.jpg 7\n000002.jpg 8\n000003.jpg 7\n")
    (folder / celeba_files.ATTRIBUTES).write_text(
        "3\nMale Smiling \n000001.jpg -1  1\n000002.jpg  1  1\n000003.jpg -1 -1\n"
    )
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in CelebA's layout with three faces."""
    return _fill(tmp_path / "celeba")


def take(
    raw: RawFaces,
    folder: Path | None,
    num_faces: int | None = None,
    *,
    accept: bool = True,
    from_kaggle: bool = False,
) -> dict[str, Any]:
    return celeba.take_faces(
        raw,
        folder,
        num_faces,
        downloads=raw.images.parent.parent / "downloads",
        accept_licence=accept,
        from_kaggle=from_kaggle,
    )


def test_all_faces_are_copied_as_they_are(folder: Path, raw: RawFaces) -> None:
    receipt = take(raw, folder)

    assert raw.images.read_bytes() == (folder / celeba_files.IMAGES).read_bytes()
    assert receipt["num_faces"] == 3


def test_a_users_own_file_is_copied_and_not_linked(folder: Path, raw: RawFaces) -> None:
    take(raw, folder)

    assert (folder / celeba_files.IMAGES).stat().st_nlink == 1


def test_fewer_faces_are_the_first_by_name(folder: Path, raw: RawFaces) -> None:
    take(raw, folder, 2)

    faces = archive.FaceArchive(raw.images)
    assert list(faces.pictures()) == [(name, name.encode()) for name in NAMES[:2]]
    assert list(face_tables.read_partition(raw.partition)["file"]) == NAMES[:2]
    assert list(face_tables.read_attributes(raw.attributes)["file"]) == NAMES[:2]


def test_the_lists_become_tables(folder: Path, raw: RawFaces) -> None:
    take(raw, folder)

    assert list(face_tables.read_partition(raw.partition)["partition"]) == [
        "train",
        "validation",
        "test",
    ]
    assert list(face_tables.read_identity(raw.identity)["identity"]) == [7, 8, 7]
    assert list(face_tables.read_attributes(raw.attributes)["Male"]) == [-1, 1, -1]
    assert raw.origins.read_text().splitlines() == ["file", *NAMES]
    assert raw.refused.read_text() == "file,reason\n"


def test_faces_without_tables_have_names_alone(folder: Path, raw: RawFaces) -> None:
    for name in celeba_files.TABLES:
        (folder / name).unlink()

    receipt = take(raw, folder)

    assert receipt["missing"] == list(celeba_files.TABLES)
    for table in (raw.partition, raw.attributes, raw.identity):
        assert table.read_text().splitlines() == ["file", *NAMES]


def test_an_unpacked_archive_gives_the_same_faces(folder: Path, raw: RawFaces) -> None:
    tree = folder / "img_align_celeba"
    with zipfile.ZipFile(folder / celeba_files.IMAGES) as file:
        file.extractall(folder)
    (folder / celeba_files.IMAGES).unlink()
    (tree / ".DS_Store").write_text("left by a file manager")

    receipt = take(raw, folder)

    faces = archive.FaceArchive(raw.images)
    assert list(faces.pictures()) == [(name, name.encode()) for name in NAMES]
    assert receipt["found"]["img_align_celeba"] == {"official": None}


def test_the_folders_and_names_of_kaggle_are_found(folder: Path, raw: RawFaces) -> None:
    nested = folder / "img_align_celeba/img_align_celeba"
    nested.mkdir(parents=True)
    for name in NAMES:
        (nested / name).write_bytes(name.encode())
    (folder / celeba_files.IMAGES).unlink()
    (folder / celeba_files.PARTITION).unlink()
    csv = "image_id,partition\n000001.jpg,0\n000002.jpg,0\n000003.jpg,2\n"
    (folder / "list_eval_partition.csv").write_text(csv)

    take(raw, folder)

    assert list(face_tables.read_partition(raw.partition)["partition"]) == [
        "train",
        "train",
        "test",
    ]


def test_the_folders_of_the_authors_drive_are_looked_into(folder: Path, raw: RawFaces) -> None:
    for name, place in ((celeba_files.IMAGES, "Img"), (celeba_files.PARTITION, "Eval")):
        (folder / place).mkdir()
        shutil.move(folder / name, folder / place / name)

    assert take(raw, folder)["missing"] == []


def test_the_receipt_tells_terms_and_whether_files_are_official(
    folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = file_sha256(folder / celeba_files.PARTITION)
    official = celeba_files.OFFICIAL[celeba_files.PARTITION]
    known = {**celeba_files.OFFICIAL, celeba_files.PARTITION: replace(official, sha256=sha256)}
    monkeypatch.setattr(celeba_files, "OFFICIAL", known)

    receipt = take(raw, folder, 2)

    assert "no redistribution" in receipt["licence"]
    assert receipt["licence_accepted_by"] == "fetch_faces.accept_licence"
    assert any("non-commercial" in line for line in receipt["licence_terms"])
    assert receipt["sha256"] == {"images.zip": file_sha256(raw.images)}
    assert receipt["found"][celeba_files.PARTITION] == {
        "file": celeba_files.PARTITION,
        "size_bytes": (folder / celeba_files.PARTITION).stat().st_size,
        "sha256": sha256,
        "official": True,
    }
    assert receipt["found"][celeba_files.IMAGES]["official"] is False


def test_terms_come_before_the_look_into_the_folder(tmp_path: Path, raw: RawFaces) -> None:
    with pytest.raises(ParamsError, match=r"fetch_faces\.accept_licence: found false"):
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

    with pytest.raises(DataError, match=rf"correct fetch_faces\.path to {tmp_path}$"):
        take(raw, pictures)


def test_more_faces_than_there_are_are_refused(folder: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match="3 faces, expected at least 4"):
        take(raw, folder, 4)


@pytest.mark.parametrize("name", [celeba_files.PARTITION, celeba_files.IDENTITY])
def test_a_table_that_lacks_a_face_is_refused(folder: Path, raw: RawFaces, name: str) -> None:
    (folder / name).write_text("000001.jpg 0\n")

    with pytest.raises(DataError, match=rf"{name}: no row for 2 of 3 faces.*000002\.jpg"):
        take(raw, folder)


def test_an_archive_that_lacks_a_face_of_the_partition_is_refused(
    folder: Path, raw: RawFaces
) -> None:
    with (folder / celeba_files.PARTITION).open("a") as file:
        file.write("000004.jpg 2\n")

    with pytest.raises(DataError, match=r"3 faces, expected the 4 of .*000004\.jpg is the first"):
        take(raw, folder)


def test_a_face_with_two_rows_is_refused(folder: Path, raw: RawFaces) -> None:
    with (folder / celeba_files.PARTITION).open("a") as file:
        file.write("000003.jpg 2\n")

    with pytest.raises(DataError, match=r"000003\.jpg has two rows"):
        take(raw, folder)


def _give(monkeypatch: pytest.MonkeyPatch, downloads: Path, *lacking: str) -> list[str]:
    """Put these files in the place of a download; return the names that are asked for."""
    asked = []

    def fetch(file: RemoteFile, folder: Path, *, advice: str, unreachable: set[str]) -> Path:
        asked.append(file.name)
        if file.name in lacking:
            raise DownloadError(f"no place; {advice}")
        return downloads / file.name

    monkeypatch.setattr(download, "fetch", fetch)
    return asked


def test_without_a_folder_what_was_downloaded_is_taken(
    tmp_path: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = _fill(tmp_path / "downloads")
    asked = _give(monkeypatch, downloads)

    receipt = take(raw, None)

    assert raw.images.samefile(downloads / celeba_files.IMAGES)
    # three faces are not the 202,599 whose partition is known without its file
    assert receipt["missing"] == [celeba_files.PARTITION]
    assert asked == [celeba_files.IMAGES, celeba_files.ATTRIBUTES, celeba_files.IDENTITY]


def test_a_table_that_cannot_be_had_is_left_out(
    tmp_path: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    _give(monkeypatch, _fill(tmp_path / "downloads"), celeba_files.ATTRIBUTES)

    assert celeba_files.ATTRIBUTES in take(raw, None)["missing"]


def test_without_the_archive_no_table_is_asked_for_and_the_message_tells_what_to_do(
    tmp_path: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _give(monkeypatch, tmp_path, celeba_files.IMAGES)

    with pytest.raises(DownloadError) as raised:
        take(raw, None)

    assert asked == [celeba_files.IMAGES]
    assert re.search(r"img_align_celeba\.zip by hand.*downloads and run", str(raised.value))
    assert "kagglehub.dataset_download('jessicali9530/celeba-dataset')" in str(raised.value)
    assert "-S fetch_faces.path=" in str(raised.value)


def test_all_names_of_celeba_tell_its_partition(
    folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celeba_layouts, "PARTITION_ENDS", (1, 2, 3))
    (folder / celeba_files.PARTITION).unlink()

    receipt = take(raw, folder)

    partition = face_tables.read_partition(raw.partition)["partition"]
    assert list(partition) == ["train", "validation", "test"]
    assert receipt["missing"] == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_that_says_the_same_is_official(
    folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    authors = "3\r\nMale Smiling \r\n000001.jpg -1  1\r\n000002.jpg 1  1\r\n000003.jpg -1 -1\r\n"
    sha256 = hashlib.sha256(authors.encode()).hexdigest()
    official = celeba_files._table(
        celeba_files.ATTRIBUTES,
        sha256,
        read=celeba_tables.read_attributes,
        render=celeba_layouts.render_attributes,
    )
    monkeypatch.setitem(celeba_files.OFFICIAL, celeba_files.ATTRIBUTES, official)
    (folder / celeba_files.ATTRIBUTES).unlink()
    rows = "image_id,Male,Smiling|000002.jpg,1,1|000001.jpg,-1,1|000003.jpg,-1,-1|"
    copy = folder / "list_attr_celeba.csv"
    copy.write_bytes(rows.replace("|", ending).encode())

    found = take(raw, folder)["found"][celeba_files.ATTRIBUTES]

    assert found["official"] is True
    assert found["sha256"] == file_sha256(copy) != sha256
    copy.write_text(rows.replace("|", ending).replace("003.jpg,-1", "003.jpg,1"))
    assert take(raw, folder)["found"][celeba_files.ATTRIBUTES]["official"] is False


def test_equal_pictures_have_one_hash_however_they_are_packed(
    folder: Path, tmp_path: Path, raw: RawFaces
) -> None:
    packed = take(raw, folder)
    tree = tmp_path / "unpacked"
    with zipfile.ZipFile(folder / celeba_files.IMAGES) as file:
        file.extractall(tree)

    unpacked = take(raw, tree)

    assert unpacked["sha256"] != packed["sha256"]
    assert unpacked["pictures_sha256"] == packed["pictures_sha256"]
    (tree / "img_align_celeba/000002.jpg").write_bytes(b"another")
    assert take(raw, tree)["pictures_sha256"] != packed["pictures_sha256"]


def test_kaggles_copy_is_celeba_to_all_that_follows(
    folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kaggle, "download", lambda: folder)

    receipt = take(raw, None, from_kaggle=True)

    assert receipt["source"] == "celeba"
    assert receipt["licence_accepted_by"] == "fetch_faces.accept_licence"
    assert (folder / celeba_files.IMAGES).stat().st_nlink == 1  # a copy, Kaggle's stays its own


def test_kaggle_is_not_asked_before_the_terms_are_accepted(
    raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kaggle, "download", lambda: pytest.fail("asked"))

    with pytest.raises(ParamsError, match=r"fetch_faces\.accept_licence"):
        take(raw, None, accept=False, from_kaggle=True)
