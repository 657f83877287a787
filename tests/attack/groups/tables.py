"""The tables of faces: split.csv, index.csv, the tables of fetch_faces, and CelebA's lists."""

import functools
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tests.attack import tables
from tests.attack.case import BrokenPromiseError, Group, call_all, write_file

from latentmaps.faces.dataset import split_table
from latentmaps.faces.preparing import split
from latentmaps.faces.raw import face_attributes, face_tables
from latentmaps.faces.sources import celeba_tables
from latentmaps.params.split_faces import SplitFaces

_NUM_FACES = 12
_NAMES = [f"{number:06d}.jpg" for number in range(1, _NUM_FACES + 1)]
_PARTS = ["train"] * 8 + ["validation"] * 2 + ["test"] * 2


def _csv(header: str, rows: Sequence[str]) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def _split() -> Sequence[bytes]:
    return [_csv("row,part", [f"{row},{part}" for row, part in enumerate(_PARTS)])]


_ATTRIBUTES = _csv("file,Smiling,Bald", [f"{name},1,-1" for name in _NAMES])
_PARTITION = _csv("file,partition", [f"{n},{p}" for n, p in zip(_NAMES, _PARTS, strict=True)])
_IDENTITY = _csv("file,identity", [f"{name},{number}" for number, name in enumerate(_NAMES)])


def _index() -> Sequence[bytes]:
    header = "row,file,partition,identity"
    known = [f"{i},{_NAMES[i]},{_PARTS[i]},{i}" for i in range(_NUM_FACES)]
    return [_csv(f"{header},Smiling,Bald", [f"{row},1,-1" for row in known])]


@functools.cache
def _long_tables(good: bytes) -> list[bytes]:
    """Return tables that are too long or too wide, and files that are not tables."""
    header, first = good.split(b"\n")[:2]
    wide = b",".join(b"c%d" % column for column in range(100_000))
    return [
        *(
            b"",
            b"\n",
            b",",
            b"\x00",
            b"\xff\xfe",
            b"\xef\xbb\xbf" + good,
            good.replace(b"\n", b"\r"),
        ),
        *(header, header + b"\n", first + b"\n", header + b"," + header + b"\n" + first, good * 2),
        *(good.replace(b",", b";"), good.replace(b",", b"\t"), good.decode().encode("utf-16")),
        *(
            header + b"," + wide + b"\n" + first,
            wide,
            wide + b"\n" + wide,
            header + b"\n" * 1_000_000,
        ),
        *(
            header + b"\n" + b"," * 100_000,
            header + b"\n" + b'"' * 99_999,
            good + b'"' + b"a" * 200_000,
        ),
        *(
            header + b"\n" + first + b"\n" + b"9" * 30 + b",9",
            good + b"\x1a" + good,
            good + b"\x00" * 99,
        ),
        *(good.replace(b"file", b"row"), good.replace(b"row", b"Row"), good.replace(b"part", b"")),
        *(header.upper() + b"\n" + first, b'"' + header + b'"\n' + first, b"#" + good, good[:-7]),
        *(
            good + first + b"," + b"x" * 100_000,
            b"x" * 1_000_000,
            b"\x1f\x8b" + good,
            b"PK\x03\x04",
        ),
        b"\n".join([header, *([first] * 100_000)]),
    ]


@functools.cache
def _listed_splits() -> list[bytes]:
    return _long_tables(_split()[0])


@functools.cache
def _listed_indices() -> list[bytes]:
    return _long_tables(_index()[0])


def _read_split(folder: Path) -> None:
    parts = split_table.read_split(folder / "split.csv", num_rows=_NUM_FACES)
    rows = np.sort(np.concatenate(list(parts.values())))
    if not np.array_equal(rows, np.arange(_NUM_FACES)):
        raise BrokenPromiseError(f"the rows of all parts are {rows}")


def _read_index(folder: Path) -> None:
    index = folder / "index.csv"
    sizes: Any = {"num_train": None, "num_validation": 2, "num_test": 2}
    schemes: Any = ("random", "identity", "official")
    wanted = [SplitFaces(scheme=scheme, **sizes) for scheme in schemes]
    call_all(
        *(partial(split.split_faces, index, settings, 1) for settings in wanted),
        partial(_choose, index),
    )


def _choose(index: Path) -> None:
    attributes = face_attributes.read_attributes(index)
    face_attributes.choose(attributes, ["Smiling"], np.arange(_NUM_FACES))


_TABLES = {
    "attributes.csv": _ATTRIBUTES,
    "partition.csv": _PARTITION,
    "identity.csv": _IDENTITY,
}


def _write_tables(folder: Path, number: int, generator: random.Random) -> None:
    """Damage one of three tables; number 0 damages none."""
    for name, content in _TABLES.items():
        (folder / name).write_bytes(content)
    name = list(_TABLES)[number % len(_TABLES)]
    if number:
        (folder / name).write_bytes(_damage_table(_TABLES[name], number, generator))


def _damage_table(content: bytes, number: int, generator: random.Random) -> bytes:
    listed = _long_tables(content)
    turn = (number - 1) // len(_TABLES)
    return listed[turn] if turn < len(listed) else tables.mutate(content, generator)


def _read_tables(folder: Path) -> None:
    face_tables.build_index(
        _NAMES,
        partition=face_tables.read_partition(folder / "partition.csv"),
        identity=face_tables.read_identity(folder / "identity.csv"),
        attributes=face_tables.read_attributes(folder / "attributes.csv"),
    )


def _spaced(content: bytes, *, head: bool) -> bytes:
    """Return a table in the format of CelebA's text files."""
    names, *rows = content.replace(b",", b" ").splitlines()
    first = [b"%d" % len(rows), names.removeprefix(b"file ")] if head else []
    return b"\n".join([*first, *rows, b""])


_NUMBERED = {b"train": b"0", b"validation": b"1", b"test": b"2"}


def _numbered(content: bytes) -> bytes:
    for name, number in _NUMBERED.items():
        content = content.replace(b"," + name, b"," + number)
    return content


_LISTS: dict[str, tuple[bytes, Callable[[Path], object]]] = {
    "partition.txt": (_spaced(_numbered(_PARTITION), head=False), celeba_tables.read_partition),
    "identity.txt": (_spaced(_IDENTITY, head=False), celeba_tables.read_identity),
    "attributes.txt": (_spaced(_ATTRIBUTES, head=True), celeba_tables.read_attributes),
    "partition.csv": (_numbered(_PARTITION), celeba_tables.read_partition),
    "attributes.csv": (_ATTRIBUTES, celeba_tables.read_attributes),
}


def _write_list(folder: Path, number: int, generator: random.Random) -> None:
    """Write one of CelebA's lists; the first case of each list is good."""
    name = list(_LISTS)[number % len(_LISTS)]
    content = _LISTS[name][0].replace(b"file", b"image_id")
    if number >= len(_LISTS):
        spaced = name.endswith(".txt")
        content = content.replace(b" ", b",") if spaced else content
        content = _damage_table(content, 1 + (number // len(_LISTS) - 1) * 3, generator)
        content = content.replace(b",", b" ") if spaced else content
    (folder / name).write_bytes(content)


def _read_list(folder: Path) -> None:
    for path in folder.iterdir():
        _LISTS[path.name][1](path)


GROUPS = (
    Group(
        "split-csv",
        ("latentmaps.faces.preparing.split", "latentmaps.storage.csv_tables"),
        partial(write_file, "split.csv", _split, _listed_splits, tables.mutate),
        _read_split,
        num_cases=4_000,
        num_short=200,
    ),
    Group(
        "index-csv",
        ("latentmaps.faces.preparing.split", "latentmaps.faces.raw.face_attributes"),
        partial(write_file, "index.csv", _index, _listed_indices, tables.mutate),
        _read_index,
        num_cases=3_000,
        num_short=200,
    ),
    Group(
        "face-tables",
        ("latentmaps.faces.raw.face_tables",),
        _write_tables,
        _read_tables,
        num_cases=4_000,
        num_short=250,
    ),
    Group(
        "celeba-lists",
        ("latentmaps.faces.sources.celeba_tables",),
        _write_list,
        _read_list,
        num_cases=3_000,
        num_short=250,
        num_unharmed=len(_LISTS),
    ),
)
