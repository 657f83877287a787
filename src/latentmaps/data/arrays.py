"""The array of images, mapped into memory: opened at once, read where it is touched."""

from pathlib import Path

import numpy as np

from latentmaps.errors import DataError

_EXPECTED = "expected uint8 of the shape (num_images, size, size, 3)"
_ADVICE = "run crop_faces again"


def open_images(path: Path) -> np.ndarray:
    """Gives the images of a .npy file without reading them.

    Args:
        path: the file that crop_faces wrote.

    Returns:
        (num_images, size, size, 3), uint8, 0..255; read-only, in memory only where it was touched.

    Raises:
        DataError: the file is missing, cut off, no .npy, or of another dtype or shape.
    """
    try:
        images: np.ndarray = np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file, {_EXPECTED}; {_ADVICE}") from None
    # a file that is too short, no .npy at all, or one with Python objects
    except (ValueError, EOFError) as error:
        raise DataError(
            f"{path}: {path.stat().st_size:,} bytes that are no whole .npy array ({error}), "
            f"{_EXPECTED}; {_ADVICE}"
        ) from error
    if not _is_images(images):
        raise DataError(
            f"{path}: {images.dtype} of the shape {images.shape}, {_EXPECTED}; {_ADVICE}"
        )
    return images


def _is_images(array: np.ndarray) -> bool:
    is_square = array.ndim == 4 and array.shape[1] == array.shape[2]
    return array.dtype == np.uint8 and is_square and array.shape[3] == 3
