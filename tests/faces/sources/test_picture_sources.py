import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.faces.sources import picture_sources
from latentmaps.faces.sources.picture_sources import FileError


def _zip(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, name)
    return path


NAMES = ("b.jpg", "a/c.png", "a.jpg", "A.JPG")
HIDDEN = (".hidden", "a/.DS_Store", "__MACOSX/a.jpg", ".git/x.jpg")
OTHERS = ("Thumbs.db", "a/notes.TXT", "desktop.ini")


def test_folder_and_zip_give_the_same_files_in_the_same_order(tmp_path: Path) -> None:
    for name in NAMES + HIDDEN + OTHERS:
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)

    folder = picture_sources.open_source(tmp_path / "tree")
    archive = picture_sources.open_source(
        _zip(tmp_path / "tree.zip", *NAMES, *HIDDEN, *OTHERS, "d/")
    )

    assert folder.names == archive.names == ("A.JPG", "a.jpg", "a/c.png", "b.jpg")
    assert folder.num_hidden == archive.num_hidden == 4
    assert folder.others == archive.others == OTHERS
    for name in folder.names:
        assert folder.read(name) == archive.read(name) == name.encode()


@pytest.mark.parametrize("name", ["a", "a.1", "a.jpg~", "a.gif", "a.heic", "a.tiff"])
def test_a_file_with_an_odd_name_is_tried(tmp_path: Path, name: str) -> None:
    assert picture_sources.open_source(_zip(tmp_path / "a.zip", name)).names == (name,)


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "b/../../a.jpg"])
def test_a_path_that_leads_outside_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    source = picture_sources.open_source(_zip(tmp_path / "a.zip", name))

    with pytest.raises(FileError, match="points outside the zip"):
        source.read(name)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    source = picture_sources.open_source(_zip(tmp_path / "a.zip", "a.jpg", "a.jpg"))

    with pytest.raises(FileError, match="occurs twice"):
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
        with pytest.raises(FileError, match="a link or not a regular file"):
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


def test_a_file_that_is_not_a_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")

    with pytest.raises(DataError, match="6 bytes that are not a zip archive"):
        picture_sources.open_source(tmp_path / "a.zip")


def _patch(path: Path, old: bytes, new: bytes) -> None:
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_a_member_with_an_uncommon_compression_method_is_refused(
    tmp_path: Path, method: int
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method if method < 99 else zipfile.ZIP_STORED) as file:
        # announces 1,000 bytes; zipfile would unpack all of them
        file.writestr("a.jpg", bytes(1_000_000))
    _patch(path, struct.pack("<L", 1_000_000), struct.pack("<L", 1_000))
    if method == 99:
        directory = path.read_bytes().rindex(b"PK\1\2")
        content = bytearray(path.read_bytes())
        content[directory + 10] = 99
        path.write_bytes(content)

    with pytest.raises(FileError, match=f"packed with method {method}, expected"):
        picture_sources.open_source(path).read("a.jpg")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "a.jpg")
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)

    with pytest.raises(FileError, match="encrypted, expected a member without a password"):
        picture_sources.open_source(path).read("a.jpg")


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.jpg", bytes(range(256)) * 4)
    packed = path.read_bytes().index(b"a.jpg") + 5
    content = bytearray(path.read_bytes())
    content[packed : packed + 20] = b"\xff" * 20
    path.write_bytes(content)

    with pytest.raises(FileError, match="cannot be unpacked"):
        picture_sources.open_source(path).read("a.jpg")


@pytest.mark.parametrize("name", [b"\0.jpg", b"\0\0\0\0\0", b"a.jp\0"])
def test_a_name_with_a_nul_is_refused(tmp_path: Path, name: bytes) -> None:
    path = _zip(tmp_path / "a.zip", "a.jpg", "b.jpg")
    _patch(path, b"a.jpg", name)

    source = picture_sources.open_source(path)

    assert set(source.names) == {name.decode(), "b.jpg"}
    with pytest.raises(FileError, match="one with a NUL"):
        source.read(name.decode())


def test_a_name_in_a_zip_that_is_not_utf_8_is_refused_with_the_archive(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "é.jpg")
    _patch(path, "é".encode(), b"\xff\xfe")

    with pytest.raises(DataError, match=r"a\.zip: .*member b'\\xff\\xfe\.jpg' has a name"):
        picture_sources.open_source(path)


def test_a_file_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\xff.jpg")
    try:
        (tmp_path / name).write_bytes(b"picture")
    except OSError:
        pytest.skip("this disk takes no such name")

    source = picture_sources.open_source(tmp_path)

    assert source.names == (name,)
    with pytest.raises(FileError, match="a name that is not UTF-8"):
        source.read(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b/é, \u3000.jpg", "a b/é, \u3000.jpg"),
        ("a\udcff.jpg", r"a\xff.jpg"),
        ("a\r.jpg", r"a\r.jpg"),
        ("a\n\0\x85\u2028", r"a\n\x00\x85\u2028"),
    ],
)
def test_a_name_is_shown_on_one_line(name: str, shown: str) -> None:
    assert picture_sources.printable(name) == shown
