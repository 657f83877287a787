"""What the receipt says about CelebA's files and pictures."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faces.example_celeba import take

from latentmaps.faces.sources import celeba_files, celeba_layouts, celeba_tables
from latentmaps.faces.sources.raw_faces import RawFaces
from latentmaps.storage.checksums import file_sha256


def test_the_receipt_states_terms_and_whether_files_are_official(
    celeba_folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = file_sha256(celeba_folder / celeba_files.PARTITION)
    official = celeba_files.OFFICIAL[celeba_files.PARTITION]
    known = {**celeba_files.OFFICIAL, celeba_files.PARTITION: replace(official, sha256=sha256)}
    monkeypatch.setattr(celeba_files, "OFFICIAL", known)

    receipt = take(raw, celeba_folder, 2)

    assert "no redistribution" in receipt["license"]
    assert receipt["license_accepted_by"] == "fetch_faces.accept_license"
    assert any("non-commercial" in line for line in receipt["license_terms"])
    assert receipt["sha256"] == {"images.zip": file_sha256(raw.images)}
    assert receipt["found"][celeba_files.PARTITION] == {
        "file": celeba_files.PARTITION,
        "size_bytes": (celeba_folder / celeba_files.PARTITION).stat().st_size,
        "sha256": sha256,
        "official": True,
    }
    assert receipt["found"][celeba_files.IMAGES]["official"] is False


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_with_the_same_content_is_official(
    celeba_folder: Path, raw: RawFaces, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    authors = "3\r\nMale Smiling \r\n000001.jpg -1  1\r\n000002.jpg 1  1\r\n000003.jpg -1 -1\r\n"
    sha256 = hashlib.sha256(authors.encode()).hexdigest()
    official = celeba_files.describe_table(
        celeba_files.ATTRIBUTES,
        sha256,
        read=celeba_tables.read_attributes,
        render=celeba_layouts.render_attributes,
    )
    monkeypatch.setitem(celeba_files.OFFICIAL, celeba_files.ATTRIBUTES, official)
    (celeba_folder / celeba_files.ATTRIBUTES).unlink()
    rows = "image_id,Male,Smiling|000002.jpg,1,1|000001.jpg,-1,1|000003.jpg,-1,-1|"
    copy = celeba_folder / "list_attr_celeba.csv"
    copy.write_bytes(rows.replace("|", ending).encode())

    found = take(raw, celeba_folder)["found"][celeba_files.ATTRIBUTES]

    assert found["official"] is True
    assert found["sha256"] == file_sha256(copy) != sha256
    copy.write_text(rows.replace("|", ending).replace("003.jpg,-1", "003.jpg,1"))
    assert take(raw, celeba_folder)["found"][celeba_files.ATTRIBUTES]["official"] is False


def test_equal_pictures_have_the_same_hash_however_they_are_packed(
    celeba_folder: Path, tmp_path: Path, raw: RawFaces
) -> None:
    packed = take(raw, celeba_folder)
    tree = tmp_path / "unpacked"
    with zipfile.ZipFile(celeba_folder / celeba_files.IMAGES) as file:
        file.extractall(tree)

    unpacked = take(raw, tree)

    assert unpacked["sha256"] != packed["sha256"]
    assert unpacked["pictures_sha256"] == packed["pictures_sha256"]
    (tree / "img_align_celeba/000002.jpg").write_bytes(b"another")
    assert take(raw, tree)["pictures_sha256"] != packed["pictures_sha256"]
