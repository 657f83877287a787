"""Known attributes of the faces, such as a smile, glasses or hair color."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.errors import DataError, ParamsError
from latentmaps.faces.raw import face_tables


def read_attributes(index: Path) -> pd.DataFrame:
    """Return the attributes of all faces, one row per face in the order of images.npy.

    Args:
        index: the table index.csv, which crop_faces wrote.

    Returns:
        One boolean column per attribute; no columns if the source has no attributes.

    Raises:
        DataError: the table is missing or damaged.
    """
    attributes = face_tables.read_index(index).drop(columns=list(face_tables.INDEX_COLUMNS))
    if not attributes.isin([1, -1]).all(axis=None):
        raise DataError(f"{index}: an attribute is neither 1 nor -1; run crop_faces again")
    return attributes == 1


def choose(
    attributes: pd.DataFrame, names: Sequence[str], rows: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Return selected attributes of selected faces.

    Args:
        attributes: the result of ``read_attributes``.
        names: the attributes to select. If the source has no attributes, the result has no columns.
        rows: (n,), int64, the faces to select.

    Raises:
        ParamsError: the source has attributes, but not all of `names`.
        DataError: a row is out of range.
    """
    if len(rows) and rows.max() >= len(attributes):
        raise DataError(
            f"index.csv: {len(attributes):,} faces, expected more than {rows.max():,}: index and "
            "encodings belong to different data sets; run crop_faces and evaluate_vae again"
        )
    known = list(attributes.columns)
    unknown = [name for name in names if name not in known]
    if known and unknown:
        raise ParamsError(
            f"params.yaml: draw_latent_space.attributes: found {unknown[0]}, expected some of "
            f"{', '.join(known)}"
        )
    return attributes.iloc[rows][[name for name in names if name in known]]
