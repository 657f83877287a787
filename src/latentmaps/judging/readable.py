"""Decide which of the VAE's images the CNN can classify, and read their labels."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps.digits.dataset.digits import IMAGE_SIZE, NUM_CLASSES, attribute_name
from latentmaps.errors import DataError
from latentmaps.faces.dataset import receipts
from latentmaps.faces.raw import face_attributes, face_tables


def find_obstacle(receipt: Path, images: npt.NDArray[np.uint8]) -> str:
    """Explain why the CNN cannot classify the images that the VAE has learned.

    Args:
        receipt: the receipt.json that fetch_faces wrote, which names the source of the images.
        images: (num_images, h, w, c), uint8.

    Returns:
        The reason, or an empty string if the CNN can classify them.

    Raises:
        DataError: the receipt is missing or damaged, or names an unknown source.
    """
    source = receipts.read_source(receipt)
    if source != receipts.DIGITS:
        return f"the VAE has learned images from the source {source}; the CNN reads only digits"
    if images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE, 1):
        found = "x".join(map(str, images.shape[1:]))
        return (
            f"the VAE has learned digits as images of {found}; the CNN reads only gray images of "
            f"{IMAGE_SIZE}x{IMAGE_SIZE}"
        )
    return ""


def choose_unseen(
    index: Path, rows: npt.NDArray[np.int64], *, num_images: int
) -> npt.NDArray[np.int64]:
    """Choose digits of the test part that the CNN was not trained on.

    Unless `split_faces.scheme` is official, the test part of the VAE contains training digits of
    MNIST, which the CNN has seen.

    Args:
        index: the table index.csv, which crop_faces wrote.
        rows: (n,), row numbers of the test part.
        num_images: maximum number of rows to return.

    Returns:
        The first suitable rows, (at most `num_images`,).

    Raises:
        DataError: no row is suitable.
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
    """Return the labels of images, (n,), int64, 0..9.

    Args:
        index: the table index.csv, which crop_faces wrote.
        rows: (n,), row numbers of the images.

    Raises:
        DataError: an image does not show exactly one digit.
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
