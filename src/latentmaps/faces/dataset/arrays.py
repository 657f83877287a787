"""The array of images, mapped into memory: it opens instantly and is read on access."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentmaps import resources
from latentmaps.errors import DataError
from latentmaps.storage import npy
from latentmaps.storage.npy import Header, HeaderError

_EXPECTED = "expected uint8 of shape (num_images, size, size, 3 or 1)"
_ADVICE = "run crop_faces again"


def open_images(path: Path, *, in_memory: bool = False) -> np.ndarray:
    """Open the images in a .npy file without reading them.

    Args:
        path: the file that crop_faces wrote.
        in_memory: whether to read all images into memory, for disks with slow random access.

    Returns:
        (num_images, size, size, channels), uint8, 0..255, with 3 or 1 channels. Unless `in_memory`,
        the array is read-only and loaded on access.

    Raises:
        DataError: the file is missing, is not a .npy file, has the wrong dtype or shape, is longer
            or shorter than its header declares, or does not fit into memory.
    """
    try:
        num_bytes = path.stat().st_size
        with path.open("rb") as file:
            header = npy.read_header(file, num_bytes)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file, {_EXPECTED}; {_ADVICE}") from None
    except HeaderError as error:
        raise DataError(
            f"{path}: {num_bytes:,} bytes that are not a complete .npy array ({error}), "
            f"{_EXPECTED}; {_ADVICE}"
        ) from error
    if not _announces_images(header):
        raise DataError(f"{path}: {header.dtype} of shape {header.shape}, {_EXPECTED}; {_ADVICE}")
    images: npt.NDArray[np.uint8] = np.lib.format.open_memmap(path, mode="r")
    return _read_into_memory(images) if in_memory else images


def _announces_images(header: Header) -> bool:
    is_square = len(header.shape) == 4 and header.shape[1] == header.shape[2]
    is_bytes = header.dtype == np.uint8 and min(header.shape, default=0) > 0
    return is_bytes and is_square and header.shape[3] in (1, 3)


def _read_into_memory(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    free_bytes = resources.free_memory_bytes()
    if images.nbytes > free_bytes:
        raise DataError(
            f"machine.cache_images: the images need {images.nbytes / 1e9:,.1f} GB, expected at "
            f"most the {free_bytes / 1e9:,.1f} GB of free memory; set it to false"
        )
    return np.array(images)


def mean_entropy(images: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64]) -> float:
    """Return the mean entropy of pixels read as probabilities, in nats per pixel and channel.

    The entropy of a pixel x, 0..1, is -x log x - (1 - x) log(1 - x). This is the binary
    cross-entropy of a perfect reconstruction.

    Args:
        images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
        rows: (n,), int64, the images to average over.
    """
    counts = np.zeros(256, np.int64)
    for row in rows:
        counts += np.bincount(images[row].ravel(), minlength=256)
    x = np.arange(1, 255) / 255.0  # 0 and 255 have no entropy
    entropies = -x * np.log(x) - (1.0 - x) * np.log1p(-x)
    return float(counts[1:255] @ entropies / counts.sum())
