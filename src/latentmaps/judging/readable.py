"""Which images of the VAE the CNN can read: digits, as it knows them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import IMAGE_SIZE, NUM_CLASSES, attribute_name
from latentmaps.errors import DataError
from latentmaps.faces.dataset import receipts
from latentmaps.faces.raw import face_attributes, face_tables


def find_obstacle(receipt: Path, images: npt.NDArray[np.uint8]) -> str:
    """Return why the CNN cannot read the images that the VAE learned; empty where it can.

    Args:
        receipt: JSON, where the images come from.
        images: (num_images, h, w, c).

    Raises:
        DataError: the receipt is missing, damaged, or names no source that is known.
    """
    source = receipts.read_source(receipt)
    if source != receipts.DIGITS:
        return f"the VAE has learned images of the source {source}; the CNN reads digits alone"
    if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE, 1):
        found = "x".join(map(str, images.shape[1:]))
        return (
            f"the VAE has learned digits as images of {found}; the CNN reads gray ones of "
            f"{IMAGE_SIZE}x{IMAGE_SIZE}"
        )
    return ""


def choose_unseen(
    index: Path, rows: npt.NDArray[np.int64], *, num_images: int
) -> npt.NDArray[np.int64]:
    """Return the first rows of digits that are no training digits at their source.

    Where `split_faces.scheme` is not official, the test part has digits that the CNN was trained
    on.

    Args:
        index: the table index.csv of crop_faces.
        rows: (n,), of the test part.
        num_images: at most so many.

    Raises:
        DataError: there is none.
    """
    partition = face_tables.read_index(index)["partition"].to_numpy()[rows]
    unseen = rows[partition != "train"][:num_images]
    if not len(unseen):
        raise DataError(
            f"{index}: all {len(rows):,} images of the test part are training digits, which the "
            "CNN has seen; set split_faces.scheme to official"
        )
    return unseen


def read_labels(index: Path, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return what images show, (n,), 0..9.

    Args:
        index: the table index.csv of crop_faces.
        rows: (n,), the images.

    Raises:
        DataError: an image is not of exactly one digit.
    """
    attributes = face_attributes.read_attributes(index)
    names = [attribute_name(digit) for digit in range(NUM_CLASSES)]
    is_shown = attributes.reindex(columns=names, fill_value=False).to_numpy()[rows]
    if not (is_shown.sum(axis=1) == 1).all():
        raise DataError(
            f"{index}: an image shows no digit, or more than one, expected one of "
            f"{', '.join(names)}; run fetch_faces and crop_faces again"
        )
    return is_shown.argmax(axis=1)
