import stat
import struct
import zipfile
from pathlib import Path

import pytest

from latentmaps.data import picture_sources
from latentmaps.data.picture_sources import FileError
from latentmaps.errors import DataError


def _zip(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, name)
    return path


NAMES = ("b.jpg", "a/c.png", "a.jpg", "A.JPG")
LEFT_BEHIND = (".hidden", "a/.DS_Store", "__MACOSX/a.jpg", "Thumbs.db", ".git/x.jpg")


def test_folder_and_zip_give_the_same_files_in_the_same_order(tmp_path: Path) -> None:
    for name in NAMES + LEFT_BEHIND:
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)

    folder = picture_sources.open_source(tmp_path / "tree")
    archive = picture_sources.open_source(_zip(tmp_path / "tree.zip", *NAMES, *LEFT_BEHIND, "d/"))

    assert folder.names == archive.names == ("A.JPG", "a.jpg", "a/c.png", "b.jpg")
    for name in folder.names:
        assert folder.read(name) == archive.read(name) == name.encode()


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "b/../../a.jpg"])
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    source = picture_sources.open_source(_zip(tmp_path / "a.zip", name))

    with pytest.raises(FileError, match="leads out of the zip"):
        source.read(name)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    source = picture_sources.open_source(_zip(tmp_path / "a.zip", "a.jpg", "a.jpg"))

    with pytest.raises(FileError, match="stands twice"):
        source.read("a.jpg")


def test_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/a.jpg").symlink_to(tmp_path / "secret")
    (tmp_path / "tree/b").symlink_to(tmp_path)
    member = zipfile.ZipInfo("a.jpg")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(member, "/etc/passwd")

    folder = picture_sources.open_source(tmp_path / "tree")
    assert folder.names == ("a.jpg", "b")
    for source in (folder, picture_sources.open_source(tmp_path / "a.zip")):
        with pytest.raises(FileError, match="a link or no plain file"):
            source.read("a.jpg")


def test_a_member_that_unpacks_to_more_than_it_announces_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.jpg", bytes(5_000_000))
    announced = struct.pack("<L", 5_000_000)
    path.write_bytes(path.read_bytes().replace(announced, struct.pack("<L", 1000)))

    with pytest.raises(FileError, match="cannot be unpacked"):
        picture_sources.open_source(path).read("a.jpg")


def test_a_member_that_announces_too_much_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "a.jpg")
    directory = path.read_bytes().rindex(b"PK\x01\x02")
    broken = bytearray(path.read_bytes())
    struct.pack_into("<L", broken, directory + 24, 2_000_000_000)
    path.write_bytes(broken)

    with pytest.raises(FileError, match="2,000,000,000 bytes, expected at most 200,000,000"):
        picture_sources.open_source(path).read("a.jpg")


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        picture_sources.open_source(tmp_path / "missing")


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")

    with pytest.raises(DataError, match="6 bytes that are no zip archive"):
        picture_sources.open_source(tmp_path / "a.zip")
