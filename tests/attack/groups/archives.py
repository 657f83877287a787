"""Zip archives for both readers: all compression methods, and false names, sizes and offsets."""

import functools
import io
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.attack import mutators
from tests.attack.case import Group, call_all, write_file
from tests.attack.groups.pictures import picture, require_repeatable
from tests.faces.example_raw_faces import raw_faces

from latentmaps.faces.raw.archive import FaceArchive
from latentmaps.faces.sources import own_pictures

_FILE = "images.zip"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
NAMES = (
    *("../000001.jpg", "/000001.jpg", "a/../../b.jpg", "..", ".", "", " ", "a", "000001.JPG", "a/"),
    *("000001.jpg/", "img_align_celeba/000001.jpg", "img_align_celeba/", "C:\\a.jpg", "a\\b.jpg"),
    *(
        "a\nb.jpg",
        "a\rb.jpg",
        "\x7f.jpg",
        "\x1b[31m.jpg",
        "=1+1.jpg",
        "-rf.jpg",
        "con.jpg",
        "a" * 255,
    ),
    *(
        "a" * 60_000,
        "a/" * 200 + "b.jpg",
        "\N{RIGHT-TO-LEFT OVERRIDE}gpj.jpg",
        "\N{GRINNING FACE}.jpg",
    ),
    *("\u0661\u0662\u0663\u0664\u0665\u0666.jpg", "000001.jpg ", "0000001.jpg", "__MACOSX/a.jpg"),
    *("<b>.jpg", '"quoted".jpg', "a,b.jpg", "%s.jpg", "$(id).jpg", "Thumbs.db", ".hidden.jpg", "~"),
)
_RAW_NAMES = (b"\0" * 10, b"\xff\xfe.jpg", b"a\0b.jpg", b"\0001.jpg", b"\xed\xa0\x80.jpg")


@functools.cache
def jpeg() -> bytes:
    """Return a picture of CelebA's size."""
    return picture("JPEG", (178, 218))


def _zip(
    *names: str, method: int = zipfile.ZIP_STORED, mode: int = 0, content: bytes = b""
) -> bytes:
    file = io.BytesIO()
    # warnings about duplicate names
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(file, "w", method) as archive:
        for name in names:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content or jpeg(), method)
    return file.getvalue()


@functools.cache
def _good() -> list[bytes]:
    return [_zip("000001.jpg", "000002.jpg", method=method) for method in _METHODS[:2]]


@functools.cache
def _packed() -> list[bytes]:
    """Return archives to damage; one reader also accepts uncommon compression methods."""
    return [_zip("000001.jpg", "000002.jpg", method=method) for method in _METHODS]


def _renamed(name: bytes, *, is_utf8: bool) -> bytes:
    """Return an archive whose second member has a name that ``zipfile`` would not write."""
    placeholder = "n" * len(name)
    content = bytearray(_zip("000001.jpg", placeholder).replace(placeholder.encode(), name))
    if is_utf8:
        for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            start = content.rindex(signature)
            content[start + place + 1] |= 0x08
    return bytes(content)


def _with_field(place: int, value: bytes, *, signature: bytes = b"PK\x01\x02") -> bytes:
    """Return an archive with other bytes at an offset of its directory or of a header."""
    content = bytearray(_good()[0])
    start = content.rindex(signature)
    content[start + place : start + place + len(value)] = value
    return bytes(content)


@functools.cache
def _listed() -> list[bytes]:
    good = _good()[0]
    sizes = [struct.pack("<I", size) for size in (0, 1, 10**6, 2**31, 2**32 - 1)]
    shorts = [struct.pack("<H", value) for value in (1, 0x800, 0x2000, 99, 0xFFFF)]
    modes = (stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR, 0)
    return [
        *_packed()[2:],
        *(_zip("000001.jpg", name) for name in NAMES),
        *(_renamed(name, is_utf8=is_utf8) for name in _RAW_NAMES for is_utf8 in (False, True)),
        *(_zip("000001.jpg", "000002.jpg", mode=mode) for mode in modes),
        *(_with_field(place, size) for place in (16, 20, 24, 42) for size in sizes),
        *(
            _with_field(place, value)
            for place in (6, 8, 10, 28, 30, 32, 34, 36)
            for value in shorts
        ),
        *(
            _with_field(place, size, signature=b"PK\x05\x06")
            for place in (8, 12, 16)
            for size in sizes
        ),
        *(_with_field(p, v, signature=b"PK\x03\x04") for p in (0, 6, 8, 26, 28) for v in shorts),
        *(
            _zip(*(f"{n:06d}.jpg" for n in (1, 1))),
            _zip("a.jpg", "a.jpg"),
            _zip("img_align_celeba/"),
        ),
        *(
            _zip(),
            b"",
            b"PK",
            b"PK\x05\x06",
            good[:-1],
            good[:-22],
            good[22:],
            good + good,
            b"x" * 99,
        ),
        *(
            good + b"x" * 70_000,
            b"x" * 9 + good,
            good.replace(b"000002", b"000001"),
            b"Rar!\x1a\x07",
        ),
        *(_zip("000001.jpg", content=bytes(50_000_000), method=m) for m in _METHODS[1:]),
        *(_zip("000001.jpg", content=bytes(999_999), method=m) for m in _METHODS[1:]),
        _zip("a.jpg", content=bytes(250_000_000), method=zipfile.ZIP_DEFLATED),
        _zip("000001.jpg", content=_zip("000001.jpg")),
        _zip(*(f"{number:06d}.jpg" for number in range(3_000)), content=b"x"),
        _overlapping(),
    ]


def _overlapping() -> bytes:
    """Return an archive of 2,000 members that all share the same data."""
    single = _zip("000001.jpg")
    entry_start, end_start = single.index(b"PK\x01\x02"), single.rindex(b"PK\x05\x06")
    entry, count = single[entry_start:end_start], 2_000
    entries = b"".join(entry.replace(b"000001", b"%06d" % number) for number in range(count))
    end = struct.pack("<4s4xHHIIH", b"PK\x05\x06", count, count, len(entries), entry_start, 0)
    return single[:entry_start] + entries + end


def _mutate(content: bytes, generator: random.Random) -> bytes:
    """Damage an archive of any compression method, its directory more often than its pictures."""
    content = generator.choice(_packed())
    if generator.randrange(2):
        return mutators.mutate(content, generator)
    directory = content.index(b"PK\x01\x02")
    return content[:directory] + mutators.mutate(content[directory:], generator)


def _read_faces(folder: Path) -> None:
    faces = FaceArchive(folder / _FILE)
    call_all(*(partial(faces.read, name) for name in faces.names))


def _read_own(folder: Path) -> None:
    raw = raw_faces(folder / "raw")
    own_pictures.take_pictures(raw, folder / _FILE, None, max_refused=5_000, num_processes=0)
    require_repeatable(raw.refused)


def _good_zips() -> Sequence[bytes]:
    return _good()


GROUPS = (
    Group(
        "zip-faces",
        ("latentmaps.faces.raw.archive", "latentmaps.faces.raw.archive_member"),
        partial(write_file, _FILE, _good_zips, _listed, _mutate),
        _read_faces,
        num_cases=4_000,
        num_short=400,
        num_unharmed=2,
    ),
    Group(
        "zip-own",
        ("latentmaps.faces.sources.picture_sources", "latentmaps.storage.zip_files"),
        partial(write_file, _FILE, _good_zips, _listed, _mutate),
        _read_own,
        num_cases=4_000,
        num_short=400,
        num_unharmed=2,
    ),
)
