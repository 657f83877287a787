"""The tables that accompany the faces, from attributes.csv to index.csv.

All of them identify a face by its file in the archive. attributes.csv has the column ``file`` and
one column per attribute, 1 for true and -1 for false as in CelebA. partition.csv has the columns
``file`` and ``partition``; identity.csv has ``file`` and ``identity``, the number of the person. A
source without this information writes only the column ``file``. index.csv joins the tables and adds
the row of the face in images.npy; unknown values are empty there.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from latentmaps.errors import DataError, excerpt
from latentmaps.storage import csv_tables

PARTITIONS = ("train", "validation", "test")
# the first columns of index.csv; all others are attributes
INDEX_COLUMNS = ("row", "file", "partition", "identity")
_AGAIN = "rerun the stage that writes it"
_INDEX_AGAIN = "run crop_faces again"


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV; identical tables produce identical files on every system."""
    table.to_csv(path, index=False, lineterminator="\n")


def names_only(names: Sequence[str]) -> pd.DataFrame:
    """Return a table with only the names of the faces, for a source that provides nothing else."""
    return pd.DataFrame({"file": list(names)}, dtype="str")


def refusals(reasons: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return a table of refused files with the columns ``file`` and ``reason``.

    Args:
        reasons: name of each refused file, and why it was refused.
    """
    return pd.DataFrame(reasons, columns=["file", "reason"], dtype="str")


def read_attributes(path: Path) -> pd.DataFrame:
    """Return the column ``file`` and one column per attribute, int8, 1 or -1.

    Raises:
        DataError: the file is missing or is not a table of this kind.
    """
    attributes = list(_header(path)[1:])
    reserved = sorted(set(attributes) & set(INDEX_COLUMNS))
    if reserved:
        raise DataError(
            f"{path}: an attribute called {reserved[0]}, a name that is reserved for index.csv"
        )
    table = _read(path, ["file", *attributes], dict.fromkeys(attributes, "int8"))
    if not table[attributes].isin([1, -1]).all(axis=None):
        raise DataError(f"{path}: an attribute is neither 1 nor -1; run fetch_faces again")
    return table


def read_partition(path: Path) -> pd.DataFrame:
    """Return the columns ``file`` and ``partition`` (train, validation, test; empty if unknown).

    Raises:
        DataError: the file is missing or is not a table of this kind.
    """
    table = _read_known(path, "partition", "str")
    if "partition" not in table:
        return table.assign(partition="")
    check_partition(path, table["partition"])
    return table


def read_identity(path: Path) -> pd.DataFrame:
    """Return the columns ``file`` and ``identity``, the person's number (Int64; NA if unknown).

    Raises:
        DataError: the file is missing or is not a table of this kind.
    """
    table = _read_known(path, "identity", "int64")
    if "identity" not in table:
        return table.assign(identity=pd.array([None] * len(table), dtype="Int64"))
    return table.astype({"identity": "Int64"})


def check_partition(path: Path, partition: "pd.Series[str]") -> None:
    """Check that every face in a table is assigned to one of the three partitions.

    Raises:
        DataError: a face is in none of them.
    """
    other = partition[~partition.isin(PARTITIONS)]
    if len(other):
        raise DataError(
            f"{path}: partition {excerpt(other.iloc[0])!r}, expected one of "
            f"{', '.join(PARTITIONS)}; {_AGAIN}"
        )


def _read_known(path: Path, column: str, dtype: str) -> pd.DataFrame:
    if _header(path) == ["file"]:
        return _read(path, ["file"], {})
    return _read(path, ["file", column], {column: dtype})


def _header(path: Path) -> list[str]:
    return csv_tables.read_header(path, kind="table", advice=_AGAIN)


def _read(path: Path, columns: list[str], dtypes: dict[str, str]) -> pd.DataFrame:
    """Return a table with exactly these columns, with ``file`` as text even if it looks numeric."""
    header = _header(path)
    if header != columns:
        raise DataError(
            f"{path}: columns {excerpt(', '.join(header))}, expected "
            f"{excerpt(', '.join(columns))}; {_AGAIN}"
        )
    return csv_tables.read(path, {"file": "str"} | dtypes, kind="table", advice=_AGAIN)


def build_index(
    names: Sequence[str],
    *,
    partition: pd.DataFrame,
    identity: pd.DataFrame,
    attributes: pd.DataFrame,
) -> pd.DataFrame:
    """Join the tables into one with the columns of ``INDEX_COLUMNS`` and one per attribute.

    The tables may list more faces than `names`; the additional faces are ignored.

    Args:
        names: the faces in the order of images.npy.
        partition: the result of ``read_partition``.
        identity: the result of ``read_identity``.
        attributes: the result of ``read_attributes``.

    Raises:
        DataError: a table lacks a face, or lists one twice.
    """
    index = pd.DataFrame({"row": np.arange(len(names)), "file": list(names)})
    tables = {"partition": partition, "identity": identity, "attributes": attributes}
    for title, table in tables.items():
        require_rows(title, table["file"], names)
        index = index.merge(table, on="file", how="left", validate="one_to_one")
    return index


def read_index(path: Path) -> pd.DataFrame:
    """Read a table that ``build_index`` built; its ``identity`` is Int64, NA if unknown.

    Raises:
        DataError: the file is missing or is not an index, or its rows are not 0, 1, 2, ...
    """
    table = csv_tables.read(
        path,
        {"file": "str", "row": "int64", "partition": "str", "identity": "Int64"},
        kind="index of faces",
        advice=_INDEX_AGAIN,
    )
    if tuple(table.columns[: len(INDEX_COLUMNS)]) != INDEX_COLUMNS:
        raise DataError(
            f"{path}: columns {excerpt(', '.join(table.columns[:6]))}, expected "
            f"{', '.join(INDEX_COLUMNS)} and attributes; {_INDEX_AGAIN}"
        )
    if not np.array_equal(table["row"], np.arange(len(table))):
        raise DataError(f"{path}: the column row is not 0, 1, 2, ...; {_INDEX_AGAIN}")
    return table


def without_refused(index: pd.DataFrame, refused: Sequence[str]) -> pd.DataFrame:
    """Return the index without the refused faces, and with rows renumbered.

    Args:
        index: the result of ``build_index``.
        refused: the files to remove.
    """
    kept = index[~index["file"].isin(refused)]
    return kept.assign(row=np.arange(len(kept)))


def require_rows(title: str, files: "pd.Series[str]", names: Sequence[str]) -> None:
    """Check that a table has one row for each face.

    Args:
        title: title of the table, for the message.
        files: the table's column ``file``.
        names: the names of the faces.

    Raises:
        DataError: the table lacks a face, or lists one twice.
    """
    twice = files[files.duplicated()]
    if len(twice):
        raise DataError(
            f"{title}: {excerpt(twice.iloc[0])} has two rows, expected one for each face"
        )
    missing = sorted(set(names) - set(files))
    if missing:
        raise DataError(
            f"{title}: no row for {len(missing):,} of {len(names):,} faces, the first of them "
            f"{missing[0]}; archive and table belong to different sets"
        )
