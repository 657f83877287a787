"""Digits: mnist.npz and IDX files, damaged, inconsistent, and with every bit flipped.

Both formats contain checksums. A file with one flipped bit must be refused or give the same digits.
Anything else is a silent error.
"""

import functools
import gzip
import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from tests.attack import mutators
from tests.attack.case import BrokenPromiseError, Group, call_all, write_file
from tests.attack.groups.arrays import hostile_arrays, npy

from latentmaps.digits.dataset import digits
from latentmaps.digits.dataset.digits import Digits
from latentmaps.digits.sources import digit_sources

_NPZ = digit_sources.NPZ_FILE
_KEYS = digit_sources.NPZ_KEYS
_IDX = digit_sources.IDX_FILES


@functools.cache
def _digits() -> Digits:
    """Return four digits with few strokes, so that their file is small."""
    images = np.zeros((4, 28, 28), np.uint8)
    images[:, 5:23, 12:15] = 200
    labels = np.array([1, 7, 1, 9], np.uint8)
    return Digits(images[:3], labels[:3], images[3:], labels[3:])


def _zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def _members() -> dict[str, bytes]:
    return {f"{_KEYS[name]}.npy": npy(array) for name, array in _digits().arrays().items()}


@functools.cache
def _good_npz() -> list[bytes]:
    return [_zip(_members()), _zip(_members(), zipfile.ZIP_STORED)]


@functools.cache
def _listed_npz() -> list[bytes]:
    """Return archives with another array as labels, and odd archives."""
    good = _members()
    return [
        *(_zip(good | {"y_train.npy": array}) for array in hostile_arrays()),
        *(_zip(good | {"x_test.npy": array}) for array in hostile_arrays()[:40]),
        *(_zip({n: c for n, c in good.items() if n != left_out}) for left_out in good),
        *(_zip(good | {name: b"x" * 99}) for name in ("x", "../x", "y_train.npz", "y_train", "/a")),
        *(_zip(good, method) for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
        *(_zip(good) + b"x" * 99, b"x" * 99 + _zip(good), _zip({}), b"", b"PK\x05\x06" + bytes(18)),
        *(npy(_digits().train_images), b"PK", good["x_test.npy"][:80], _zip({"a": b""})[:-1]),
        _zip(good | {"y_train.npy": npy(np.zeros(100_000_000, np.uint8))}),
        _zip(good | {"x_train.npy": npy(np.zeros((100_000, 28, 28), np.uint8))}),
        *(_lying_size(size) for size in (0, 1, 2**31, 2**32 - 1)),
    ]


def _lying_size(size: int) -> bytes:
    """Return an archive whose directory has a wrong size for the first member."""
    content = bytearray(_good_npz()[0])
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    return bytes(content)


def _read_npz(folder: Path) -> None:
    call_all(
        partial(digit_sources.read_folder, folder),
        partial(digits.load, folder / _NPZ, keys=_KEYS),
    )


def _require_same(folder: Path) -> None:
    found = digit_sources.read_folder(folder)
    if digits.hashes(found) != digits.hashes(_digits()):
        raise BrokenPromiseError("other digits than were written, and no message")


def _write_flipped_npz(folder: Path, number: int, generator: random.Random) -> None:
    good = _good_npz()[0]
    bit = (number - 1) % (8 * len(good))
    (folder / _NPZ).write_bytes(mutators.flip(good, bit) if number else good)


def idx(array: np.ndarray) -> bytes:
    """Return an array as the bytes of an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.tobytes()


@functools.cache
def _listed_idx(good: bytes) -> list[bytes]:
    headers = [
        bytes((0, 0, kind, number)) for kind in (0, 8, 9, 13, 255) for number in (0, 1, 3, 255)
    ]
    sizes = [size.to_bytes(4, "big") for size in (0, 1, 2**31, 2**32 - 1)]
    return [
        *(header + good[4:] for header in headers),
        *(header + size * header[3] for header in headers for size in sizes),
        *(
            bytes((0, 0, 8, number)) + (1).to_bytes(4, "big") * number + b"\x01"
            for number in range(60, 70)
        ),
        *(
            b"",
            b"\x00",
            good[:4],
            good[:-1],
            good + b"x",
            b"\x1f\x8b",
            b"\x1f\x8b\x08",
            good[4:] * 9,
        ),
        *(gzip.compress(content, mtime=0) for content in (b"", good[:-1], good + b"x", b"x" * 99)),
        *(gzip.compress(gzip.compress(good)), gzip.compress(good) * 2, gzip.compress(good)[:-4]),
        *(gzip.compress(good) + b"\x00" * 99, gzip.compress(good) + b"x" * 99),
        gzip.compress(bytes(100_000_000), 1, mtime=0),
    ]


def _write_idx(folder: Path, number: int, generator: random.Random) -> None:
    """Write four files, alternately plain and gzipped, and damage one; cases 0 and 1 are good."""
    packed = number % 2 == 1
    names = list(_IDX)
    for name, array in _digits().arrays().items():
        content = idx(array)
        (folder / _IDX[name]).write_bytes(gzip.compress(content, mtime=0) if packed else content)
    if number < 2:
        return
    name = names[number // 2 % len(names)]
    listed, turn = _listed_idx(idx(_digits().arrays()[name])), (number - 2) // 2
    path = folder / _IDX[name]
    damaged = listed[turn] if turn < len(listed) else mutators.mutate(path.read_bytes(), generator)
    path.write_bytes(damaged)


def _write_flipped_idx(folder: Path, number: int, generator: random.Random) -> None:
    """Flip one bit of the gzipped training images."""
    for name, array in _digits().arrays().items():
        (folder / f"{_IDX[name]}.gz").write_bytes(gzip.compress(idx(array), mtime=0))
    path = folder / f"{_IDX['train_images']}.gz"
    if number:
        content = path.read_bytes()
        path.write_bytes(mutators.flip(content, (number - 1) % (8 * len(content))))


def _read_idx(folder: Path) -> None:
    digit_sources.read_folder(folder)


def _good() -> Sequence[bytes]:
    return _good_npz()


_READS_NPZ = (
    "latentmaps.storage.npz",
    "latentmaps.digits.dataset.digits",
    "latentmaps.digits.sources.digit_sources",
)
_READS_IDX = ("latentmaps.digits.sources.idx", "latentmaps.digits.sources.digit_sources")

GROUPS = (
    Group(
        "digits-npz",
        _READS_NPZ,
        partial(write_file, _NPZ, _good, _listed_npz, mutators.mutate),
        _read_npz,
        num_cases=4_000,
        num_short=400,
        num_unharmed=2,
    ),
    Group(
        "digits-npz-bits",
        _READS_NPZ,
        _write_flipped_npz,
        _require_same,
        num_cases=8_001,
        num_short=500,
    ),
    Group(
        "digits-idx",
        _READS_IDX,
        _write_idx,
        _read_idx,
        num_cases=4_000,
        num_short=350,
        num_unharmed=2,
    ),
    Group(
        "digits-idx-bits",
        _READS_IDX,
        _write_flipped_idx,
        _require_same,
        num_cases=1_001,
        num_short=300,
    ),
)
