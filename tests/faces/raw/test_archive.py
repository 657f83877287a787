import stat
import struct
import zipfile
from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.faces.raw import archive


def _zip(path: Path, *names: str, content: bytes = b"jpeg") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, content)
    return path


def test_faces_are_counted_from_one() -> None:
    assert archive.face_name(0) == "000001.jpg"


def test_written_pictures_are_read_in_the_order_of_the_names(tmp_path: Path) -> None:
    with archive.ArchiveWriter(tmp_path / "a.zip") as writer:
        writer.add("000002.jpg", b"two")
        writer.add("000001.jpg", b"one")

    faces = archive.FaceArchive(tmp_path / "a.zip")
    assert list(faces.pictures()) == [("000001.jpg", b"one"), ("000002.jpg", b"two")]


def test_equal_pictures_give_equal_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, now in (("a.zip", 1.7e9), ("b.zip", 1.8e9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        with archive.ArchiveWriter(tmp_path / name) as writer:
            writer.add("000001.jpg", b"one")

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_pictures_are_stored_uncompressed(tmp_path: Path) -> None:
    with archive.ArchiveWriter(tmp_path / "a.zip") as writer:
        writer.add("000001.jpg", bytes(1000))

    assert zipfile.ZipFile(tmp_path / "a.zip").infolist()[0].compress_type == zipfile.ZIP_STORED


def test_the_folder_of_the_official_archive_is_left_out_of_the_names(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "img_align_celeba/", "img_align_celeba/000001.jpg")

    faces = archive.FaceArchive(path)
    assert faces.names == ["000001.jpg"]


def test_the_folders_of_kaggles_archive_are_left_out_of_the_names(tmp_path: Path) -> None:
    folder = "img_align_celeba/img_align_celeba/"
    path = _zip(tmp_path / "a.zip", "img_align_celeba/", folder, f"{folder}000001.jpg")

    faces = archive.FaceArchive(path)
    assert faces.names == ["000001.jpg"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("000001.jpg")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(member, "/etc/passwd")

    with pytest.raises(DataError, match=r"member 000001\.jpg is a link"):
        archive.FaceArchive(tmp_path / "a.zip")


@pytest.mark.slow
def test_a_member_that_unpacks_to_more_than_it_announces_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("000001.jpg", bytes(50_000_000))
    announced = struct.pack("<L", 50_000_000)
    assert path.read_bytes().count(announced) == 2
    path.write_bytes(path.read_bytes().replace(announced, struct.pack("<L", 1000)))

    faces = archive.FaceArchive(path)
    with pytest.raises(DataError, match=r"member 000001\.jpg cannot be read"):
        faces.read("000001.jpg")


def test_an_archive_that_announces_more_members_than_it_has_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg")
    end = path.read_bytes().rindex(b"PK\x05\x06")
    broken = bytearray(path.read_bytes())
    broken[end + 8 : end + 12] = struct.pack("<HH", 2, 2)
    size_of_directory = struct.unpack_from("<L", broken, end + 12)[0]
    struct.pack_into("<L", broken, end + 12, size_of_directory + 46)
    path.write_bytes(broken)

    with pytest.raises(DataError, match="expected a zip archive"):
        archive.FaceArchive(path)


@pytest.mark.parametrize(
    "name", ["../000001.jpg", "/000001.jpg", "1.jpg", "000001.gif", "other/000001.jpg"]
)
def test_a_member_of_another_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"expected pictures named 000001\.jpg"):
        archive.FaceArchive(_zip(tmp_path / "a.zip", name))


def test_a_face_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg", "img_align_celeba/000001.jpg")

    with pytest.raises(DataError, match=r"000001\.jpg occurs twice"):
        archive.FaceArchive(path)


def test_a_member_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("000001.jpg", bytes(2_000_000))

    with pytest.raises(DataError, match="2,000,000 bytes, expected at most 1,000,000"):
        archive.FaceArchive(tmp_path / "a.zip")


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no member"):
        archive.FaceArchive(_zip(tmp_path / "a.zip"))


def test_a_missing_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        archive.FaceArchive(tmp_path / "a.zip")


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg")
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(DataError, match="expected a zip archive"):
        archive.FaceArchive(path)


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg", content=b"picture")
    path.write_bytes(path.read_bytes().replace(b"picture", b"damaged"))

    faces = archive.FaceArchive(path)
    with pytest.raises(DataError, match=r"member 000001\.jpg cannot be read"):
        faces.read("000001.jpg")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_members_are_read(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as file:
        file.writestr("img_align_celeba/000001.jpg", b"picture" * 100)
        # a member with an extra field, whose sizes are in a data descriptor after the data
        with file.open("000002.jpg", "w", force_zip64=True) as member:
            member.write(b"other")

    assert [jpeg for _, jpeg in archive.FaceArchive(tmp_path / "a.zip").pictures()] == [
        b"picture" * 100,
        b"other",
    ]


def test_another_compression_method_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as file:
        file.writestr("000001.jpg", b"picture")

    with pytest.raises(DataError, match=r"000001\.jpg is packed with method 14, expected"):
        archive.FaceArchive(tmp_path / "a.zip")


def test_a_member_that_is_not_where_the_directory_says_is_named(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg")
    path.write_bytes(b"XX" + path.read_bytes()[2:])

    with pytest.raises(DataError, match=r"000001\.jpg cannot be read \(no member at the position"):
        archive.FaceArchive(path).read("000001.jpg")


def _patch_directory(path: Path, offset: int, value: bytes) -> None:
    content = bytearray(path.read_bytes())
    start = content.rindex(b"PK\1\2") + offset
    content[start : start + len(value)] = value
    path.write_bytes(content)


def test_a_name_that_is_not_utf_8_is_refused_and_shown(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "00000é.jpg")
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xfe"))

    with pytest.raises(DataError, match=r"a\.zip: .*member b'00000\\xff\\xfe\.jpg' has a name"):
        archive.FaceArchive(path)


@pytest.mark.parametrize("name", [b"\x0000001.jpg", b"000001.jp\0"])
def test_a_name_with_a_nul_is_refused_and_shown(tmp_path: Path, name: bytes) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg")
    path.write_bytes(path.read_bytes().replace(b"000001.jpg", name))

    with pytest.raises(DataError, match=r"member '.*\\x00.*', expected pictures"):
        archive.FaceArchive(path)


def test_a_long_name_is_shortened_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        archive.FaceArchive(_zip(tmp_path / "a.zip", "x" * 60_000))

    assert len(str(raised.value)) < 1000


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg")
    _patch_directory(path, 8, b"\1")

    with pytest.raises(DataError, match=r"member 000001\.jpg is encrypted, expected"):
        archive.FaceArchive(path)


def test_a_member_outside_of_the_file_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", "000001.jpg")
    _patch_directory(path, 42, struct.pack("<L", 2**32 - 2))

    with pytest.raises(DataError, match=r"member 000001\.jpg is beyond the end of the file"):
        archive.FaceArchive(path)
