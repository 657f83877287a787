"""Pictures of users: damaged, huge, animated, and with false metadata.

Each picture is added next to a good one. This attacks the whole path of a picture into the data
set, and shows whether a single bad file ends the whole run.
"""

import functools
import io
import itertools
import random
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from tests.attack import mutators, pngs
from tests.attack.attempt import names_memory
from tests.attack.case import BrokenPromiseError, Group
from tests.faces.example_raw_faces import raw_faces

from latentmaps.faces.preparing import cropped_array
from latentmaps.faces.preparing.crop import Crop
from latentmaps.faces.raw.archive import FaceArchive
from latentmaps.faces.sources import own_pictures
from latentmaps.lab import start_specs
from latentmaps.play import cropping

_GOOD = "good.jpg"
_CROP = Crop((15, 35, 163, 183), 16, "lanczos")

_ORIENTATION = 0x0112
_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL = 1, 2, 3, 4, 5
# width, make, x resolution, software, artist, Exif, GPS, version, maker's note, interoperability,
# pixel width, lens, strip offsets, samples, compression, thumbnail, XMP, user comment
_TAGS = (
    *(256, 271, 282, 305, 315, 34665, 34853, 36864, 37500, 40965, 40962, 42036, 273, 277, 259),
    *(513, 700, 37510, _ORIENTATION, 0, 65535),
)
_TYPES = (*range(14), 255)
_COUNTS = (1, 0, 4, 2**31 - 1, 2**32 - 1)
_LIES = list(itertools.product(_COUNTS, _TAGS, _TYPES))


def picture(
    kind: str, size: tuple[int, int] = (40, 50), *, mode: str = "RGB", **how: object
) -> bytes:
    """Return a small picture of a gradient."""
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    image = Image.fromarray(np.tile(across, (size[1], 1))).convert("RGB").convert(mode)
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def exif(entries: Sequence[tuple[int, int, int, bytes]], order: str = "<") -> bytes:
    """Return metadata with entries of (tag, type, count, four bytes of value or offset)."""
    head = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8)
    body = b"".join(struct.pack(f"{order}HHI4s", *entry) for entry in entries)
    count = struct.pack(f"{order}H", len(entries))
    return b"Exif\0\0" + head + count + body + bytes(4) + b"value of some length" * 4


def _turned(entry: tuple[int, int, int, bytes], order: str = "<") -> bytes:
    """Return metadata that rotates a picture by 90 degrees, with an additional entry."""
    six = struct.pack(f"{order}HH", 6, 0)
    return exif(sorted([(_ORIENTATION, _SHORT, 1, six), entry]), order)


def _lying(number: int) -> bytes:
    count, tag, kind = _LIES[number]
    entry = (tag, kind, count, (b"\x08\0\0\0", b"abc\0")[number % 2])
    return picture(("JPEG", "WEBP", "PNG")[number % 3], exif=_turned(entry, "<>"[number % 2]))


@functools.cache
def _good() -> list[bytes]:
    turned = exif([(_ORIENTATION, _SHORT, 1, b"\x06\0\0\0"), (305, _ASCII, 4, b"abc\0")])
    return [
        picture("JPEG"),
        picture("PNG"),
        picture("WEBP"),
        picture("JPEG", exif=turned),
        picture("PNG", exif=turned),
        picture("WEBP", exif=turned),
        picture("JPEG", mode="L", progressive=True),
        picture("JPEG", mode="CMYK"),
        picture("PNG", mode="P", transparency=3),
        picture("PNG", mode="I;16"),
        picture("PNG", mode="RGBA", dpi=(72, 72)),
    ]


@functools.cache
def _listed() -> list[bytes]:
    jpeg, whole = _good()[0], exif([])
    orientations = [(kind, count) for kind in _TYPES for count in (0, 1, 2)]
    values = (0, 1, 2, 5, 8, 9, 255, 65_535)
    return [
        *pngs.hostile_pngs(),
        *(picture("JPEG", exif=exif([(_ORIENTATION, k, c, b"\6\0\0\0")])) for k, c in orientations),
        *(
            picture("JPEG", exif=exif([(_ORIENTATION, _SHORT, 1, struct.pack("<HH", v, 0))]))
            for v in values
        ),
        *(picture("JPEG", exif=whole[:size]) for size in range(6, len(whole), 5)),
        *(picture("JPEG", exif=whole.replace(b"II", order)) for order in (b"MM", b"XX", b"\0\0")),
        *(picture("JPEG", exif=b"Exif\0\0" + bytes(size)) for size in (0, 1, 8, 60_000)),
        *(picture("JPEG", exif=_turned((tag, _LONG, 1, b"\x08\0\0\0"))) for tag in (34665, 34853)),
        *(picture(kind, icc_profile=b"x" * size) for kind in ("JPEG", "PNG") for size in (1, 200)),
        *(picture("PNG", size) for size in ((1, 1), (15, 99), (16, 16), (1, 9_999), (16, 5_000))),
        *(
            picture("GIF"),
            picture("BMP"),
            picture("TIFF"),
            b"",
            b"\xff\xd8\xff",
            b"RIFF\0\0\0\0WEBP",
        ),
        *(jpeg[:size] for size in range(2, len(jpeg), 60)),
        *(b"<svg/>", b"%PDF-1.7", b"\xff\xd8" * 9_999, jpeg[:2] + b"\xff\xe1\xff\xff" + bytes(99)),
        _sized_jpeg(65_535, 65_535),
        _sized_jpeg(0, 0),
        _animation(30),
    ]


def _sized_jpeg(width: int, height: int) -> bytes:
    """Return a JPEG with a wrong size in its header."""
    content = bytearray(picture("JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def _animation(num_frames: int) -> bytes:
    frames = [Image.new("RGB", (40, 50), (shade, 0, 0)) for shade in range(num_frames)]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    return file.getvalue()


def _content(number: int, generator: random.Random) -> bytes:
    known = [*_good(), *_listed()]
    if number < len(known):
        return known[number]
    if number < len(known) + len(_LIES):
        return _lying(number - len(known))
    return mutators.mutate(generator.choice(_good()), generator)


def _write_folder(folder: Path, number: int, generator: random.Random) -> None:
    pictures = folder / "pictures"
    pictures.mkdir()
    (pictures / _GOOD).write_bytes(_good()[0])
    (pictures / "hostile.jpg").write_bytes(_content(number, generator))


def _take(folder: Path) -> None:
    raw = raw_faces(folder / "raw")
    own_pictures.take_pictures(raw, folder / "pictures", None, max_refused=1, num_processes=0)
    require_repeatable(raw.refused)
    FaceArchive(raw.images).read("000001.jpg")


def require_repeatable(refused: Path) -> None:
    """Refuse a table of reasons that would differ in a second run."""
    for reason in pd.read_csv(refused)["reason"]:
        if names_memory(reason):
            raise BrokenPromiseError(f"a reason that names a place in memory: {reason}")


@functools.cache
def _good_aligned() -> list[bytes]:
    size = (178, 218)
    return [
        picture("JPEG", size),
        picture("JPEG", size, mode="L"),
        picture("JPEG", size, mode="CMYK"),
        picture("JPEG", size, progressive=True),
        picture("JPEG", (400, 300)),
    ]


def _write_archive(folder: Path, number: int, generator: random.Random) -> None:
    """Put a good and a hostile picture into an archive of faces."""
    good, listed = _good_aligned(), _listed()
    if number < len(good):
        hostile = good[number]
    elif number < len(good) + len(listed):
        hostile = listed[number - len(good)]
    else:
        hostile = mutators.mutate(generator.choice(good), generator)
    with zipfile.ZipFile(folder / "images.zip", "w") as archive:
        for name, content in (("000001.jpg", good[0]), ("000002.jpg", hostile)):
            archive.writestr(zipfile.ZipInfo(name), content)


def _crop(folder: Path) -> None:
    faces = FaceArchive(folder / "images.zip")
    target = folder / "images.npy"
    refused = cropped_array.crop_archive(faces, target, _CROP, max_refused=1, num_processes=0)
    for name, reason in refused:
        if names_memory(reason):
            raise BrokenPromiseError(f"a reason that names a place in memory: {name}: {reason}")


def _write_start(folder: Path, number: int, generator: random.Random) -> None:
    (folder / "start.png").write_bytes(_content(number, generator))


def _start(folder: Path) -> None:
    start = start_specs.parse(str(folder / "start.png"), None)
    if not isinstance(start, start_specs.ImageStart) or start.image.ndim not in (2, 3):
        raise BrokenPromiseError(f"found {start!r}, expected pixels")


def _write_photo(folder: Path, number: int, generator: random.Random) -> None:
    (folder / "photo.jpg").write_bytes(_content(number, generator))


def _photo(folder: Path) -> None:
    image = cropping.crop(folder / "photo.jpg", (16, 16, 3))
    if image.shape != (16, 16, 3) or image.dtype != np.uint8:
        raise BrokenPromiseError(f"found {image.dtype} {image.shape}, expected an image")


GROUPS = (
    Group(
        "pictures-photo",
        ("latentmaps.play.cropping",),
        _write_photo,
        _photo,
        num_cases=2_000,
        num_short=100,
        num_unharmed=11,
    ),
    Group(
        "pictures-start",
        ("latentmaps.lab.start_specs",),
        _write_start,
        _start,
        num_cases=2_000,
        num_short=300,
        num_unharmed=11,
    ),
    Group(
        "pictures-own",
        ("latentmaps.faces.sources.aligned_size", "latentmaps.faces.sources.own_pictures"),
        _write_folder,
        _take,
        num_cases=8_000,
        num_short=600,
        num_unharmed=11,
    ),
    Group(
        "pictures-crop",
        ("latentmaps.faces.preparing.crop", "latentmaps.faces.preparing.cropped_array"),
        _write_archive,
        _crop,
        num_cases=4_000,
        num_short=300,
        num_unharmed=5,
    ),
)
