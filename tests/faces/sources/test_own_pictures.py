import io
import logging
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.faces.example_raw_faces import raw_faces

from latentmaps.errors import DataError
from latentmaps.faces.raw import archive
from latentmaps.faces.sources import own_pictures
from latentmaps.faces.sources.raw_faces import RawFaces


def _picture(path: Path, gray: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (40, 40), gray).save(path, "PNG")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures and two other files."""
    folder = tmp_path / "mine"
    for name, gray in (("b/2.png", 40), ("a.PNG", 10), ("b/1", 30), ("ab.png", 20)):
        _picture(folder / name, gray)
    (folder / "b/notes").write_text("no picture")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / ".hidden").write_text("passed over")
    return folder


def _grays(raw: RawFaces) -> list[int]:
    faces = archive.FaceArchive(raw.images)
    pictures = [Image.open(io.BytesIO(jpeg)) for _, jpeg in faces.pictures()]
    return [round(float(np.asarray(picture).mean())) for picture in pictures]


def test_pictures_are_taken_in_the_order_of_their_paths(folder: Path, raw: RawFaces) -> None:
    receipt = own_pictures.take_pictures(raw, folder, None, max_refused=2)

    assert _grays(raw) == [10, 20, 30, 40]
    assert raw.origins.read_text().splitlines() == [
        "file,origin",
        "000001.jpg,a.PNG",
        "000002.jpg,ab.png",
        "000003.jpg,b/1",
        "000004.jpg,b/2.png",
    ]
    assert (receipt["num_faces"], receipt["num_refused"]) == (4, 2)


def test_refused_files_are_named_with_their_reasons(folder: Path, raw: RawFaces) -> None:
    own_pictures.take_pictures(raw, folder, None, max_refused=2)

    head, *rows = raw.refused.read_text().splitlines()
    assert head == "file,reason"
    assert [row.partition(",")[0] for row in rows] == ["b/notes", "broken.jpg"]
    assert all("not a complete JPEG, PNG or WebP picture" in row for row in rows)


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.mark.parametrize(("name", "content"), [("a.HEIC", b"any"), ("a.jpg", HEIC)])
def test_a_picture_from_a_phone_is_refused_with_the_way_to_convert_it(
    folder: Path, raw: RawFaces, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)

    own_pictures.take_pictures(raw, folder, None, max_refused=3)

    row = next(row for row in raw.refused.read_text().splitlines() if row.startswith(name))
    assert "HEIC, expected JPEG, PNG or WebP; convert it, see docs/own-pictures.md" in row


def test_the_log_sums_up_how_all_files_were_treated(
    folder: Path, raw: RawFaces, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("Thumbs.db", "b/notes.txt", ".trash/1.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("no picture")
    Image.new("RGBA", (40, 40)).save(folder / "clear.png")

    with caplog.at_level(logging.INFO):
        receipt = own_pictures.take_pictures(
            raw, folder, None, max_refused=2, refused_path=Path("reports/refused.csv")
        )

    assert caplog.messages[-5:] == [
        "Took 5 pictures",
        "1 of them had transparent pixels, which are now white",
        "Refused 2 files, listed with reasons in reports/refused.csv",
        "Skipped 2 files that are hidden or in a hidden folder",
        "Skipped 2 files that are not pictures: Thumbs.db, b/notes.txt",
    ]
    assert (receipt["num_skipped"], receipt["num_laid_on_white"]) == (4, 1)


def test_unknown_columns_are_left_out(folder: Path, raw: RawFaces) -> None:
    own_pictures.take_pictures(raw, folder, 1, max_refused=2)

    for table in (raw.attributes, raw.partition, raw.identity):
        assert table.read_text() == "file\n000001.jpg\n"


def test_one_refusal_more_than_allowed_is_an_error_that_names_it(
    folder: Path, raw: RawFaces
) -> None:
    message = r"2 files are not usable .*, expected at most 1 \(b/notes: not a complete.*broken"
    with pytest.raises(DataError, match=message):
        own_pictures.take_pictures(raw, folder, None, max_refused=1)


def test_the_first_usable_pictures_are_taken(folder: Path, raw: RawFaces) -> None:
    receipt = own_pictures.take_pictures(raw, folder, 3, max_refused=0)

    assert _grays(raw) == [10, 20, 30]
    assert receipt["num_refused"] == 0  # the unusable files come later


def test_fewer_usable_pictures_than_requested_are_an_error(folder: Path, raw: RawFaces) -> None:
    with pytest.raises(DataError, match=r"4 usable pictures, .* expected at least 5"):
        own_pictures.take_pictures(raw, folder, 5, max_refused=2)


def test_a_folder_without_pictures_is_an_error(tmp_path: Path, raw: RawFaces) -> None:
    (tmp_path / "empty").mkdir()
    for name in (".a.jpg", "notes.txt", "film.mov"):
        (tmp_path / "empty" / name).write_text("no picture")

    message = "0 usable pictures, 1 hidden files and 2 of other types skipped, expected at least 1"
    with pytest.raises(DataError, match=message):
        own_pictures.take_pictures(raw, tmp_path / "empty", None, max_refused=0)


@pytest.mark.slow
def test_zip_folder_and_processes_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as file:
        for path in folder.rglob("*"):
            file.write(path, path.relative_to(folder))
    raws = [raw_faces(tmp_path / name) for name in ("one", "two", "three")]

    own_pictures.take_pictures(raws[0], folder, None, max_refused=2)
    own_pictures.take_pictures(raws[1], tmp_path / "mine.zip", None, max_refused=2)
    own_pictures.take_pictures(raws[2], tmp_path / "mine.zip", None, max_refused=2, num_processes=2)

    for name in ("images", "origins", "refused"):
        assert len({getattr(raw, name).read_bytes() for raw in raws}) == 1


def test_the_receipt_contains_no_path_of_the_machine(folder: Path, raw: RawFaces) -> None:
    receipt = own_pictures.take_pictures(raw, folder, None, max_refused=2)

    assert receipt["source"] == "folder"
    assert "license is not known" in receipt["license"]
    assert str(folder.parent) not in str(receipt)


@pytest.mark.slow
@pytest.mark.parametrize("num_processes", [1, 2])
def test_unprintable_names_leave_one_row_per_file(
    tmp_path: Path, raw: RawFaces, num_processes: int
) -> None:
    _picture(tmp_path / "mine/b\rc.png", 10)
    try:
        _picture(tmp_path / "mine" / os.fsdecode(b"a\xff.png"), 20)
    except OSError:
        pytest.skip("this disk takes no such name")

    own_pictures.take_pictures(
        raw, tmp_path / "mine", None, max_refused=1, num_processes=num_processes
    )

    assert raw.origins.read_bytes() == b"file,origin\n000001.jpg,b\\rc.png\n"
    assert raw.refused.read_text().splitlines()[1:] == [
        r"a\xff.png,a name that is not UTF-8; rename the file"
    ]


def test_a_message_that_names_many_files_stays_short(tmp_path: Path, raw: RawFaces) -> None:
    (tmp_path / "mine").mkdir()
    for index in range(12):
        (tmp_path / "mine" / f"{index:02}{'x' * 240}").write_text("no picture")

    with pytest.raises(DataError, match="12 files are not usable pictures") as raised:
        own_pictures.take_pictures(raw, tmp_path / "mine", None, max_refused=0)

    assert len(str(raised.value)) < 2000
