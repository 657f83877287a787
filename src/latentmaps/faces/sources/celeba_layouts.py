"""Render CelebA's tables in the layout of the authors' files.

Copies circulate with different line endings and as CSV. To decide whether a copy has the content of
the authors' file, it is rendered in their layout and hashed, and the hash is compared with the
published one. A copy with different content never counts as official; if a layout were wrong, even
a faithful copy would count as unofficial.

The layout of the partition is proven: rendered in it, the known content has the published hash. The
layout of the attributes follows from the published length of the file, which leaves two characters
for each value of a row except the first; no file was available to prove it. Identities are
separated from the names by one space. Both kinds of line endings are tried.
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
    """Return CelebA's ``file`` and ``partition``, or None if `names` are not all of its faces.

    Args:
        names: the names of the faces, 000001.jpg and so on, sorted and unique.
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
    """Report whether a table has the same content as the file whose hash is `sha256`.

    Args:
        path: the table, in any form that `read` accepts and with rows in any order.
        read: the reader in ``celeba_tables`` for this table.
        render: the corresponding function of this module.
        sha256: hash of the authors' file.
    """
    try:
        table = read(path)
    except DataError:
        return False
    text = render(table.sort_values("file"))
    contents = (text.encode(), text.replace("\n", "\r\n").encode())
    return sha256 in {hashlib.sha256(content).hexdigest() for content in contents}


def render_partition(table: pd.DataFrame) -> str:
    """Render the columns ``file`` and ``partition`` as lines such as ``000001.jpg 0``."""
    numbers = {name: number for number, name in enumerate(face_tables.PARTITIONS)}
    return _lines(table["file"], table["partition"].map(numbers))


def render_identity(table: pd.DataFrame) -> str:
    """Render the columns ``file`` and ``identity`` as lines such as ``000001.jpg 2880``."""
    return _lines(table["file"], table["identity"])


def render_attributes(table: pd.DataFrame) -> str:
    """Render the number of faces, the names of the attributes, and a row for each face.

    Each attribute name, including the last one, is followed by a space.

    Args:
        table: the column ``file`` and one column per attribute, 1 or -1.
    """
    values = np.where(table.iloc[:, 1:] == 1, " 1", "-1").tolist()
    names = "".join(f"{name} " for name in table.columns[1:])
    rows = _lines(table["file"], (" ".join(row).lstrip() for row in values))
    return f"{len(table)}\n{names}\n{rows}"


def _lines(files: "pd.Series[str]", fields: Iterable[object]) -> str:
    return "".join(f"{file} {field}\n" for file, field in zip(files, fields, strict=True))
