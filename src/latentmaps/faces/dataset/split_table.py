"""Read the assignment of faces to the training, validation and test parts.

A split is a table, not a copy of the images: it has the columns ``row`` and ``part``, and one row
per face.
"""

from pathlib import Path

import numpy as np

from latentmaps.errors import DataError, excerpt
from latentmaps.storage import csv_tables

USED = ("train", "validation", "test")
UNUSED = "unused"
PARTS = (*USED, UNUSED)


def read_split(path: Path, *, num_rows: int) -> dict[str, np.ndarray]:
    """Return the rows of every part: train, validation, test and unused.

    Args:
        path: the table split.csv.
        num_rows: number of images in the corresponding array.

    Returns:
        Part -> rows of images.npy, (num_rows_of_part,), int64, ascending.

    Raises:
        DataError: the file is missing or damaged, belongs to a different array, or has an empty
            part.
    """
    table = csv_tables.read(
        path,
        {"row": "int64", "part": "str"},
        kind="split of faces",
        advice="run split_faces again",
    )
    if len(table) != num_rows:
        raise DataError(
            f"{path}: {len(table):,} faces, expected {num_rows:,}, the number of images; "
            "run split_faces again"
        )
    unknown = table["part"][~table["part"].isin(PARTS)]
    if len(unknown):
        raise DataError(
            f"{path}: part {excerpt(unknown.iloc[0])!r}, expected one of {', '.join(PARTS)}; "
            "run split_faces again"
        )
    if not np.array_equal(np.sort(table["row"]), np.arange(len(table))):
        raise DataError(f"{path}: expected exactly one row per face; run split_faces again")
    parts = {part: np.sort(table["row"][table["part"] == part].to_numpy("int64")) for part in PARTS}
    empty = [part for part in USED if not len(parts[part])]
    if empty:
        raise DataError(f"{path}: no faces in the part {empty[0]}; run split_faces again")
    return parts
