"""Handwritten digits in place of faces, for the VAE to learn.

The label of an image becomes an attribute, Digit_0 to Digit_9. The pictures are PNG files of 28x28
pixels, because JPEG compression would change them.
"""

import importlib.metadata
import io
import itertools
import logging
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from latentmaps import progress
from latentmaps.digits.dataset.digits import NUM_CLASSES, Digits, attribute_name
from latentmaps.digits.sources import digit_sources
from latentmaps.errors import DataError
from latentmaps.faces.dataset import receipts
from latentmaps.faces.raw import archive, face_tables
from latentmaps.faces.sources.raw_faces import RawFaces
from latentmaps.storage.checksums import file_sha256

log = logging.getLogger(__name__)

_OF_MNIST = "MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0"
_OF_OTHERS = "your own digits; their license is not known"


def take_digits(raw: RawFaces, digits: Digits, num_faces: int | None) -> dict[str, Any]:
    """Write the archive of digits and its tables.

    The training digits come first and form the training part. The test digits alternate between the
    validation part and the test part, so neither part has images that the CNN was trained on.

    Args:
        raw: paths of the files to write.
        digits: the digits and their labels.
        num_faces: number of digits to take, in that order; None takes all.

    Returns:
        The receipt: source, number, license, versions of packages, and checksum.

    Raises:
        DataError: there are fewer than `num_faces` digits.
    """
    num_train, num_test = len(digits.train_labels), len(digits.test_labels)
    if num_faces is not None and num_faces > num_train + num_test:
        raise DataError(
            f"fetch_faces.num_faces: found {num_faces:,}, expected at most "
            f"{num_train + num_test:,}, the number of digits of fetch_digits.source; lower it, or "
            "set it to null to take all"
        )
    labels = np.concatenate([digits.train_labels, digits.test_labels])[:num_faces]
    turns = np.where(np.arange(num_test) % 2 == 0, "validation", "test")
    partition = np.concatenate([np.full(num_train, "train"), turns])[:num_faces]
    names = [archive.face_name(index, suffix="png") for index in range(len(labels))]
    log.info("Taking %s digits", f"{len(names):,}")
    images = itertools.chain(digits.train_images, digits.test_images)
    with archive.ArchiveWriter(raw.images) as writer:
        tracked = progress.track(names, len(names), "Taking", "digits")
        for name, image in zip(tracked, images, strict=False):  # there may be fewer names
            writer.add(name, _to_png(image))
    shown = {attribute_name(label): _true_or_false(labels == label) for label in range(NUM_CLASSES)}
    face_tables.write_table(raw.attributes, pd.DataFrame({"file": names, **shown}))
    face_tables.write_table(raw.partition, pd.DataFrame({"file": names, "partition": partition}))
    face_tables.write_table(raw.identity, face_tables.names_only(names))
    face_tables.write_table(raw.origins, face_tables.names_only(names))
    face_tables.write_table(raw.refused, face_tables.refusals([]))
    return {
        "source": receipts.DIGITS,
        "num_faces": len(names),
        "license": _OF_MNIST if digit_sources.are_mnist(digits) else _OF_OTHERS,
        "versions": {name: importlib.metadata.version(name) for name in ("pillow", "numpy")},
        "sha256": {"images.zip": file_sha256(raw.images)},
    }


def _true_or_false(is_shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    return np.where(is_shown, 1, -1).astype(np.int8)


def _to_png(image: npt.NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()
