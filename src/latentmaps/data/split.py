"""Which face is for training, validation and test.

A split is a table, not a copy of the images: the columns row and part, one row per face.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from latentmaps.data import face_tables
from latentmaps.errors import DataError, ParamsError

UNUSED = "unused"
PARTS = (*face_tables.PARTITIONS, UNUSED)


@dataclass(frozen=True)
class PartSizes:
    """How many faces each part gets; None for training takes all that it can have."""

    num_train: int | None
    num_validation: int
    num_test: int


def split_faces(index: Path, scheme: str, sizes: PartSizes, seed: int) -> pd.DataFrame:
    """Gives the columns row and part: train, validation, test or unused.

    Args:
        index: the table index.csv of crop_faces.
        scheme: random draws the parts; official takes the source's own partition, of each part the
            first faces if fewer are asked for.
        sizes: of the parts.
        seed: of the random scheme.

    Raises:
        DataError: the table is damaged.
        ParamsError: a part is to be larger than it can be.
    """
    partition = _read_partition(index)
    if scheme == "official":
        return _table(_official(partition, sizes))
    return _table(_random(len(partition), sizes, seed))


def _read_partition(index: Path) -> np.ndarray:
    try:
        table = pd.read_csv(index, usecols=["row", "partition"])
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(f"{index}: no index of faces ({error}); run crop_faces again") from error
    face_tables.check_partition(index, table["partition"])
    if not np.array_equal(table["row"], np.arange(len(table))):
        raise DataError(f"{index}: the column row is not 0, 1, 2, ...; run crop_faces again")
    return table["partition"].to_numpy(dtype=str)


def _random(num_faces: int, sizes: PartSizes, seed: int) -> np.ndarray:
    """Gives the part of every row. The test part comes first, so num_train does not change it."""
    held_out = sizes.num_test + sizes.num_validation
    num_train = num_faces - held_out if sizes.num_train is None else sizes.num_train
    if num_train < 1 or held_out + num_train > num_faces:
        raise ParamsError(
            f"split_faces.num_train {_number(sizes.num_train)}, num_validation "
            f"{sizes.num_validation:,} and num_test {sizes.num_test:,} do not fit into "
            f"{num_faces:,} faces; lower them or fetch more faces"
        )
    order = np.random.default_rng(seed).permutation(num_faces)
    parts = np.full(num_faces, UNUSED, dtype="<U10")
    parts[order[: sizes.num_test]] = "test"
    parts[order[sizes.num_test : held_out]] = "validation"
    parts[order[held_out : held_out + num_train]] = "train"
    return parts


def _official(partition: np.ndarray, sizes: PartSizes) -> np.ndarray:
    parts = np.full(len(partition), UNUSED, dtype="<U10")
    wanted = (sizes.num_train, sizes.num_validation, sizes.num_test)
    for part, num_wanted in zip(face_tables.PARTITIONS, wanted, strict=True):
        rows = np.flatnonzero(partition == part)
        if len(rows) < (num_wanted or 1):
            raise ParamsError(
                f"split_faces.num_{part}: {_number(num_wanted)}, but the official part has "
                f"{len(rows):,} faces; lower it, fetch more faces or set split_faces.scheme to "
                "random"
            )
        parts[rows[:num_wanted]] = part
    return parts


def _number(wanted: int | None) -> str:
    return "null" if wanted is None else f"{wanted:,}"


def _table(parts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"row": np.arange(len(parts)), "part": parts})


def read_split(path: Path, *, num_rows: int) -> dict[str, np.ndarray]:
    """Gives the rows of every part: train, validation, test and unused.

    Args:
        path: the table split.csv.
        num_rows: rows of the array of images that the table belongs to.

    Returns:
        part -> rows of images.npy, int64, rising.

    Raises:
        DataError: the file is missing or damaged, belongs to another array, or a part is empty.
    """
    table = _read_split_table(path)
    if len(table) != num_rows:
        raise DataError(
            f"{path}: {len(table):,} faces, expected {num_rows:,}, as many as there are images; "
            "run split_faces again"
        )
    unknown = table["part"][~table["part"].isin(PARTS)]
    if len(unknown):
        raise DataError(
            f"{path}: part {unknown.iloc[0]!r}, expected one of {', '.join(PARTS)}; "
            "run split_faces again"
        )
    if not np.array_equal(np.sort(table["row"]), np.arange(len(table))):
        raise DataError(f"{path}: not every face has one row; run split_faces again")
    parts = {part: np.sort(table["row"][table["part"] == part].to_numpy("int64")) for part in PARTS}
    empty = [part for part in face_tables.PARTITIONS if not len(parts[part])]
    if empty:
        raise DataError(f"{path}: no face in the part {empty[0]}; run split_faces again")
    return parts


def _read_split_table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, usecols=["row", "part"], dtype={"row": "int64", "part": "str"})
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; run split_faces") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(f"{path}: no split of faces ({error}); run split_faces again") from error
