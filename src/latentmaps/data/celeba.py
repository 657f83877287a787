"""CelebA from a local folder: the aligned pictures with the lists of the authors.

The lists are text files: "000001.jpg 0" per line for the partition; for the attributes a line with
the number of faces, one with 40 names, and then "000001.jpg -1 1 ..." per line.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from latentmaps import progress
from latentmaps.data import face_tables
from latentmaps.data.archive import ArchiveWriter, FaceArchive
from latentmaps.data.raw_faces import RawFaces, file_sha256
from latentmaps.errors import DataError

log = logging.getLogger(__name__)

IMAGES = "img_align_celeba.zip"
PARTITION = "list_eval_partition.txt"
ATTRIBUTES = "list_attr_celeba.txt"
LICENCE = "CelebA: non-commercial research only, no redistribution"

_PARTITION_CODES = {str(code): name for code, name in enumerate(face_tables.PARTITIONS)}


def take_faces(raw: RawFaces, folder: Path, num_faces: int | None) -> dict[str, Any]:
    """Takes faces from a folder in CelebA's layout.

    Args:
        raw: where to write.
        folder: with img_align_celeba.zip and list_eval_partition.txt; list_attr_celeba.txt may
            be missing, and the table of attributes then has none.
        num_faces: the first ones in the order of the names; None takes all.

    Returns:
        the receipt: what was taken, the checksums of what was found, the licence.

    Raises:
        DataError: a file is missing or damaged, or there are fewer faces than asked for.
    """
    _require_files(folder)
    with FaceArchive(folder / IMAGES) as source:
        names = _first_names(source, num_faces)
        partition = _rows_of(folder / PARTITION, read_partition(folder / PARTITION), names)
        attributes = _attributes_of(folder / ATTRIBUTES, names)
        _copy_pictures(source, names, raw.images)
    face_tables.write_table(raw.partition, partition)
    face_tables.write_table(raw.attributes, attributes)
    return _receipt(raw, folder, len(names))


def _require_files(folder: Path) -> None:
    missing = [name for name in (IMAGES, PARTITION) if not (folder / name).is_file()]
    if missing:
        raise DataError(
            f"{folder}: no {' and no '.join(missing)}, expected CelebA's {IMAGES} and {PARTITION}; "
            "put them there or set fetch_faces.path to the folder that has them"
        )


def _first_names(source: FaceArchive, num_faces: int | None) -> list[str]:
    if num_faces is not None and num_faces > len(source.names):
        raise DataError(
            f"{source.path}: {len(source.names):,} faces, expected at least {num_faces:,}; "
            "lower fetch_faces.num_faces, or set it to null for all that there are"
        )
    return source.names[:num_faces]


def _rows_of(path: Path, table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Gives the rows of the faces `names`, in their order."""
    face_tables.require_rows(str(path), table["file"], names)
    return table.set_index("file").loc[list(names)].reset_index()


def _attributes_of(path: Path, names: Sequence[str]) -> pd.DataFrame:
    if not path.is_file():
        log.info("Found no %s: the faces have no attributes", path)
        return pd.DataFrame({"file": list(names)})
    return _rows_of(path, read_attributes(path), names)


def _copy_pictures(source: FaceArchive, names: Sequence[str], target: Path) -> None:
    log.info("Copying %s of %s faces", f"{len(names):,}", f"{len(source.names):,}")
    if len(names) == len(source.names):
        shutil.copyfile(source.path, target)
        return
    with ArchiveWriter(target) as writer:
        for name in progress.track(names, len(names), "Copying", "faces"):
            writer.add(name, source.read(name))


def _receipt(raw: RawFaces, folder: Path, num_faces: int) -> dict[str, Any]:
    files = [folder / name for name in (IMAGES, PARTITION, ATTRIBUTES)]
    return {
        "source": "celeba",
        "num_faces": num_faces,
        "licence": LICENCE,
        "sha256": {"images.zip": file_sha256(raw.images)},
        "found_sha256": {file.name: file_sha256(file) for file in files if file.is_file()},
    }


def read_partition(path: Path) -> pd.DataFrame:
    """Gives CelebA's list_eval_partition.txt as columns file and partition.

    Raises:
        DataError: a line is not "NAME 0", "NAME 1" or "NAME 2".
    """
    table = _read_list(path, ["file", "code"], first_line=1)
    other = table["code"][~table["code"].isin(_PARTITION_CODES)]
    if len(other):
        raise DataError(
            f"{path}: line {other.index[0] + 1}: partition {other.iloc[0]!r}, expected 0 (train), "
            "1 (validation) or 2 (test)"
        )
    return table.assign(partition=table["code"].map(_PARTITION_CODES)).drop(columns="code")


def read_attributes(path: Path) -> pd.DataFrame:
    """Gives CelebA's list_attr_celeba.txt as column file and one int8 column per attribute.

    Raises:
        DataError: the head or a line is not in CelebA's layout, or a value is neither 1 nor -1.
    """
    with path.open(encoding="utf-8", errors="replace") as handle:
        next(handle, "")
        names = next(handle, "").split()
    if not names:
        raise DataError(f"{path}: no names of attributes in line 2; use CelebA's own file")
    table = _read_list(path, ["file", *names], first_line=3)
    values = table[names]
    if not values.isin(["1", "-1"]).all(axis=None):
        raise DataError(f"{path}: an attribute is neither 1 nor -1; use CelebA's own file")
    return table.astype(dict.fromkeys(names, "int8"))


def _read_list(path: Path, columns: list[str], *, first_line: int) -> pd.DataFrame:
    """Gives the texts of a list whose fields are parted by spaces.

    Args:
        path: the list.
        columns: names for its fields, of which every line must have as many.
        first_line: where the rows begin, counted from 1.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[first_line - 1 :]
    rows = [line.split() for line in lines]
    for number, row in enumerate(rows, start=first_line):
        if len(row) != len(columns):
            raise DataError(
                f"{path}: line {number} has {len(row)} fields, expected {len(columns)}; "
                "use CelebA's own file"
            )
    return pd.DataFrame(rows, columns=columns)
