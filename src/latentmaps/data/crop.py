"""From an archive of pictures to one array of small images.

The array is written from its first byte to its last, picture by picture. A memory map would do as
well, but on a full disk it kills the process (SIGBUS) where a write gives an error to report.
"""

import functools
import io
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from latentmaps import parallel, progress
from latentmaps.data.archive import FaceArchive
from latentmaps.errors import DataError

log = logging.getLogger(__name__)

# a small file can claim to be a picture that fills the memory
_LARGEST_PICTURE_PIXELS = 16_000_000
_PENDING_A_CORE = 64


@dataclass(frozen=True)
class Crop:
    """What becomes of a picture.

    Attributes:
        box: left, top, right, bottom in pixels of the picture; the last two are outside.
        image_size: height and width of the image, pixels.
        resample: the filter: nearest, box, bilinear, hamming, bicubic or lanczos.
    """

    box: tuple[int, ...]
    image_size: int
    resample: str


def read_names(path: Path) -> list[str]:
    """Gives the names of the faces in an archive, in the order of the rows.

    Raises:
        DataError: the archive cannot be used.
    """
    with FaceArchive(path) as faces:
        return faces.names


def crop_archive(path: Path, target: Path, crop: Crop) -> None:
    """Crops and scales every picture of an archive, in the order of the names.

    Args:
        path: the archive.
        target: the .npy file to write: (num_faces, image_size, image_size, 3), uint8, 0..255.
        crop: what part of a picture is kept, and at which size.

    Raises:
        DataError: the archive cannot be used, a member is no picture, or the box is not inside.
    """
    num_threads = parallel.num_cores()
    with (
        FaceArchive(path) as faces,
        ThreadPoolExecutor(num_threads) as executor,
        target.open("wb") as file,
    ):
        num_faces = len(faces.names)
        log.info("Cropping %s faces to %dx%d", f"{num_faces:,}", crop.image_size, crop.image_size)
        # Pillow lets go of Python's lock while it decodes and scales, so threads share the cores
        images: Iterator[np.ndarray] = parallel.map_in_order(
            executor,
            functools.partial(_crop_member, path, crop),
            faces.pictures(),
            num_pending=_PENDING_A_CORE * num_threads,
        )
        _write_header(file, (num_faces, crop.image_size, crop.image_size, 3))
        for image in progress.track(images, num_faces, "Cropping", "faces"):
            file.write(image.tobytes())


def _write_header(file: io.BufferedWriter, shape: tuple[int, ...]) -> None:
    descr = np.lib.format.dtype_to_descr(np.dtype(np.uint8))
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _crop_member(path: Path, crop: Crop, member: tuple[str, bytes]) -> np.ndarray:
    name, jpeg = member
    return crop_picture(jpeg, crop, f"{path}: member {name}")


def crop_picture(jpeg: bytes, crop: Crop, place: str) -> np.ndarray:
    """Gives one image, (image_size, image_size, 3), uint8, 0..255.

    Args:
        jpeg: the JPEG file; grey pictures and those with four channels become RGB.
        crop: what part of the picture is kept, and at which size.
        place: where the picture comes from, for the message.

    Raises:
        DataError: the bytes are no whole picture, or the box is not inside of it.
    """
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            _check_size(picture, crop, place)
            return _cropped(picture, crop)
    # what Pillow raises for damaged files is any of these
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{place}: {len(jpeg):,} bytes, expected a JPEG picture ({error}); "
            "fetch the archive again"
        ) from error


def _check_size(picture: Image.Image, crop: Crop, place: str) -> None:
    width, height = picture.size
    if width * height > _LARGEST_PICTURE_PIXELS:
        raise DataError(
            f"{place}: a picture of {width}x{height} pixels, expected at most "
            f"{_LARGEST_PICTURE_PIXELS:,} in all"
        )
    _, _, right, bottom = crop.box
    if right > width or bottom > height:
        raise DataError(
            f"{place}: a picture of {width}x{height} pixels, expected at least {right}x{bottom} "
            f"for the box {list(crop.box)}; change crop_faces.crop_box or the source of the faces"
        )


def _cropped(picture: Image.Image, crop: Crop) -> np.ndarray:
    left, top, right, bottom = crop.box
    small = (
        picture.convert("RGB")
        .crop((left, top, right, bottom))
        .resize((crop.image_size, crop.image_size), Image.Resampling[crop.resample.upper()])
    )
    return np.asarray(small)
