"""The data set of handwritten digits: four arrays in one file.

``digit_sources`` fetches the digits.
"""

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.storage import npz

# A small file may unpack to any size. EMNIST, the largest data set of this kind, takes up 0.7 GB.
_LIMIT_BYTES = 1_000_000_000

IMAGE_SIZE = 28
NUM_CLASSES = 10


def attribute_name(label: int) -> str:
    """Return the attribute name of a digit, used when digits take the place of faces."""
    return f"Digit_{label}"


@dataclasses.dataclass(frozen=True)
class Digits:
    """Images of digits and their labels.

    Attributes:
        train_images: (num_train, 28, 28), uint8, 0..255, white on black.
        train_labels: (num_train,), uint8, 0..9.
        test_images: (num_test, 28, 28), uint8, 0..255.
        test_labels: (num_test,), uint8, 0..9.
    """

    train_images: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.uint8]
    test_images: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]

    def arrays(self) -> dict[str, npt.NDArray[np.uint8]]:
        """Return the four arrays by name; see the class for their shapes."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def hashes(digits: Digits) -> dict[str, str]:
    """Return the SHA-256 of the bytes of each array, by name.

    The hashes identify digits regardless of their file: .npz files and gzip streams with identical
    content can differ in their bytes.
    """
    return {
        name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in digits.arrays().items()
    }


def save(digits: Digits, path: Path) -> None:
    """Write digits as .npz; identical digits produce identical files."""
    arrays: dict[str, Any] = digits.arrays()
    np.savez_compressed(path, **arrays)


def load(path: Path, *, keys: Mapping[str, str] | None = None) -> Digits:
    """Load digits from an .npz file.

    Args:
        path: the file to read.
        keys: attribute of ``Digits`` -> name of the array in the file; None if the names are the
            same.

    Raises:
        DataError: the file is missing or damaged, or does not contain digits.
    """
    names = keys or {field.name: field.name for field in dataclasses.fields(Digits)}
    content = npz.load(
        path, list(names.values()), advice="fetch it again", limit_bytes=_LIMIT_BYTES
    )
    arrays = {name: content[key] for name, key in names.items()}
    return from_arrays(arrays, str(path))


def from_arrays(arrays: Mapping[str, npt.NDArray[np.uint8]], place: str) -> Digits:
    """Check shapes, types and ranges of arrays, and return them as digits.

    Args:
        arrays: the attributes of ``Digits`` by name: images (n, 28, 28) and labels (n,), uint8.
        place: origin of the arrays, for error messages.

    Raises:
        DataError: the arrays are not images of 28x28 pixels with one label each.
    """
    for part in ("train", "test"):
        _check_part(arrays[f"{part}_images"], arrays[f"{part}_labels"], f"{place}: {part}")
    return Digits(**arrays)


def _check_part(images: npt.NDArray, labels: npt.NDArray, place: str) -> None:
    if labels.dtype != np.uint8 or labels.ndim != 1 or not len(labels):
        raise DataError(
            f"{place}_labels: found {labels.dtype} {labels.shape}, expected uint8 (n,), n > 0"
        )
    if labels.max() >= NUM_CLASSES:
        raise DataError(
            f"{place}_labels: found {labels.max()}, expected 0 to {NUM_CLASSES - 1} everywhere"
        )
    expected = (len(labels), IMAGE_SIZE, IMAGE_SIZE)
    if images.dtype != np.uint8 or images.shape != expected:
        raise DataError(
            f"{place}_images: found {images.dtype} {images.shape}, expected uint8 {expected}, one "
            "image per label"
        )
