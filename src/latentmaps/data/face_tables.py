"""The tables that go with the faces: attributes.csv, partition.csv and index.csv.

All name a face by its file in the archive. attributes.csv has the columns file and one per
attribute, 1 for true and -1 for false as in CelebA, or file alone; partition.csv has file and
partition; index.csv joins both and adds the row of the face in images.npy.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from latentmaps.errors import DataError

PARTITIONS = ("train", "validation", "test")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Writes a table as CSV, equal byte for byte for equal content on every system."""
    table.to_csv(path, index=False, lineterminator="\n")


def read_attributes(path: Path) -> pd.DataFrame:
    """Gives the columns file and one per attribute, values 1 and -1.

    Raises:
        DataError: the file is no such table.
    """
    table = _read(path, ["file"])
    values = table.drop(columns="file")
    if not values.isin(["1", "-1"]).all(axis=None):
        raise DataError(f"{path}: an attribute is neither 1 nor -1; run fetch_faces again")
    return table.astype(dict.fromkeys(values.columns, "int8"))


def read_partition(path: Path) -> pd.DataFrame:
    """Gives the columns file and partition: train, validation or test.

    Raises:
        DataError: the file is no such table.
    """
    table = _read(path, ["file", "partition"])
    check_partition(path, table["partition"])
    return table


def check_partition(path: Path, partition: "pd.Series[str]") -> None:
    """Checks that every face of the table `path` is in one of the three partitions.

    Raises:
        DataError: one is not.
    """
    other = partition[~partition.isin(PARTITIONS)]
    if len(other):
        raise DataError(
            f"{path}: partition {other.iloc[0]!r}, expected one of {', '.join(PARTITIONS)}; "
            "run the stage again that writes it"
        )


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    """Reads everything as text: file names are digits, and an empty field shall stay empty."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: no table ({error}); run the stage again that writes it"
        ) from error
    found = list(table.columns[: len(columns)])
    if found != columns:
        raise DataError(
            f"{path}: columns {', '.join(found)}, expected {', '.join(columns)} first; "
            "run the stage again that writes it"
        )
    return table


def build_index(
    names: Sequence[str], attributes: pd.DataFrame, partition: pd.DataFrame
) -> pd.DataFrame:
    """Gives the columns row, file, partition and one per attribute, a row per face.

    Args:
        names: the faces in the order of images.npy.
        attributes: of ``read_attributes``; further faces are left out.
        partition: of ``read_partition``; further faces are left out.

    Raises:
        DataError: a face is missing in a table, or stands there twice.
    """
    index = pd.DataFrame({"row": range(len(names)), "file": list(names)})
    for title, table in (("partition", partition), ("attributes", attributes)):
        require_rows(title, table["file"], names)
        index = index.merge(table, on="file", how="left", validate="one_to_one")
    return index


def require_rows(title: str, files: "pd.Series[str]", names: Sequence[str]) -> None:
    """Checks that a table has one row for each face.

    Args:
        title: of the table, for the message.
        files: its column file.
        names: of the faces.

    Raises:
        DataError: a face is missing in the table, or stands there twice.
    """
    twice = files[files.duplicated()]
    if len(twice):
        raise DataError(f"{title}: {twice.iloc[0]} has two rows, expected one for each face")
    missing = sorted(set(names) - set(files))
    if missing:
        raise DataError(
            f"{title}: no row for {len(missing):,} of {len(names):,} faces, the first of them "
            f"{missing[0]}; archive and table belong to different sets"
        )
