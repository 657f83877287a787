"""Folders with unexpected names, links, pipes and subfolders."""

import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.attack.case import Group, call_all
from tests.attack.groups.archives import NAMES, jpeg
from tests.attack.groups.pictures import require_repeatable
from tests.faces.example_raw_faces import raw_faces

from latentmaps.faces.sources import celeba, own_pictures
from latentmaps.faces.sources.face_tree import FaceTree
from latentmaps.faces.sources.raw_faces import RawFaces


def _file(name: bytes) -> Callable[[bytes], None]:
    return partial(_make_file, name)


def _make_file(name: bytes, folder: bytes) -> None:
    Path(os.fsdecode(os.path.join(folder, name))).write_bytes(jpeg())  # noqa: PTH118 - bytes


def _make_link(target: str, name: str, folder: bytes) -> None:
    Path(os.fsdecode(folder), name).symlink_to(target)


def _make_pipe(folder: bytes) -> None:
    os.mkfifo(Path(os.fsdecode(folder), "000003.jpg"))


def _make_folder(name: str, folder: bytes) -> None:
    Path(os.fsdecode(folder), name).mkdir(parents=True)


_FOLDERS: tuple[Callable[[bytes], None], ...] = (
    *(
        _file(os.fsencode(name))
        for name in NAMES
        if len(name) < 256 and name.strip("/.") not in ("", "a")
    ),
    *(
        _file(name)
        for name in (b"a\xff.jpg", b"\xff\xfe", b"\xed\xa0\x80.jpg", b"\x01.jpg", b"a" * 255)
    ),
    *(
        partial(_make_link, target, "000003.jpg")
        for target in (".", "/dev/zero", "nowhere", "000003.jpg")
    ),
    *(partial(_make_link, target, "a") for target in ("/", "..", "000001.jpg", "/proc/self/mem")),
    *(_make_pipe, partial(_make_folder, "000003.jpg"), partial(_make_folder, "a/" * 200)),
)


def _write_names(folder: Path, number: int, generator: random.Random) -> None:
    """Write a folder with two faces and something odd."""
    pictures = folder / "img_align_celeba"
    pictures.mkdir()
    for name in ("000001.jpg", "000002.jpg"):
        (pictures / name).write_bytes(jpeg())
    if number:
        # nothing to attack if the system refuses the name
        try:
            _FOLDERS[number - 1](os.fsencode(pictures))
        except (OSError, ValueError):
            return


def _read_names(folder: Path) -> None:
    pictures = folder / "img_align_celeba"
    call_all(
        partial(_take_own, raw_faces(folder / "raw"), pictures),
        partial(_read_tree, pictures),
        partial(_take_celeba, folder),
    )


def _take_own(raw: RawFaces, pictures: Path) -> None:
    own_pictures.take_pictures(raw, pictures, None, max_refused=9, num_processes=0)
    require_repeatable(raw.refused)


def _read_tree(pictures: Path) -> None:
    tree = FaceTree(pictures)
    call_all(*(partial(tree.read, name) for name in tree.names))


def _take_celeba(folder: Path) -> None:
    raw = raw_faces(folder / "celeba")
    celeba.take_faces(raw, folder, None, downloads=folder / "downloads", accept_license=True)


GROUPS = (
    Group(
        "folder-names",
        (
            "latentmaps.faces.sources.picture_sources",
            "latentmaps.faces.sources.face_tree",
            "latentmaps.faces.sources.celeba",
        ),
        _write_names,
        _read_names,
        num_cases=1 + len(_FOLDERS),
        num_short=1 + len(_FOLDERS),
    ),
)
