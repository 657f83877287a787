"""CelebA's tables in the bytes of the authors' files.

Copies circulate with other line endings and as CSV. Whether a copy has the content of the authors'
file can be decided without that file: written as the authors write it, the copy has the published
hash or it does not. No copy is taken for the authors' by mistake; if a layout were wrong, copies
would merely count as unofficial.

How certain the layouts are: that of the partition is proven, since its content is known and has the
published hash. That of the attributes follows from the published length, which leaves two
characters for each value of a row except the first; no file was at hand to prove it. Identities are
separated from the names by one space; both kinds of line endings are tried.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from latentmaps.errors import DataError
from latentmaps.faces.raw import face_tables

# the last face of each of the three parts
PARTITION_ENDS = (162_770, 182_637, 202_599)


def official_partition(names: Sequence[str]) -> pd.DataFrame | None:
    """Return the columns file and partition of CelebA, or None if these are not all of its faces.

    Args:
        names: of the faces, 000001.jpg and so on, sorted, none twice.
    """
    last = PARTITION_ENDS[-1]
    if len(names) != last or (names[0], names[-1]) != ("000001.jpg", f"{last:06d}.jpg"):
        return None
    parts = np.searchsorted(PARTITION_ENDS, np.arange(1, last + 1))
    return pd.DataFrame({"file": names, "partition": np.array(face_tables.PARTITIONS)[parts]})


def has_content(
    path: Path,
    *,
    read: Callable[[Path], pd.DataFrame],
    render: Callable[[pd.DataFrame], str],
    sha256: str,
) -> bool:
    """Tell whether a table has the content of the file with this hash.

    Args:
        path: the table, in any form that `read` takes and with its rows in any order.
        read: of ``celeba_tables``.
        render: of this module.
        sha256: of the authors' file.
    """
    try:
        table = read(path)
    except DataError:
        return False
    text = render(table.sort_values("file"))
    contents = (text.encode(), text.replace("\n", "\r\n").encode())
    return sha256 in {hashlib.sha256(content).hexdigest() for content in contents}


def render_partition(table: pd.DataFrame) -> str:
    """Return ``000001.jpg 0`` and so on, for the columns file and partition."""
    numbers = {name: number for number, name in enumerate(face_tables.PARTITIONS)}
    return _lines(table["file"], table["partition"].map(numbers))


def render_identity(table: pd.DataFrame) -> str:
    """Return ``000001.jpg 2880`` and so on, for the columns file and identity."""
    return _lines(table["file"], table["identity"])


def render_attributes(table: pd.DataFrame) -> str:
    """Return the number of faces, the names with a space behind each, and a row for each face.

    Args:
        table: the columns file and one per attribute, 1 or -1.
    """
    values = np.where(table.iloc[:, 1:] == 1, " 1", "-1").tolist()
    names = "".join(f"{name} " for name in table.columns[1:])
    rows = _lines(table["file"], (" ".join(row).lstrip() for row in values))
    return f"{len(table)}\n{names}\n{rows}"


def _lines(files: "pd.Series[str]", fields: Iterable[object]) -> str:
    return "".join(f"{file} {field}\n" for file, field in zip(files, fields, strict=True))
