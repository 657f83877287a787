"""Crop and resize a photo to the small square image that a VAE reads."""

import operator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.errors import DataError, shorten
from latentmaps.faces.sources import aligned_size
from latentmaps.faces.sources.aligned_size import UnusableError

Photo = str | Path | Image.Image | npt.NDArray[np.uint8]
# left, top, right, bottom, in pixels; right and bottom are exclusive
Box = tuple[int, int, int, int]

_LARGEST_FILE_BYTES = 200_000_000
# the same as crop_faces.resample in params.yaml
_RESAMPLE = Image.Resampling.LANCZOS


def crop(
    photo: Photo, shape: Sequence[int] = (96, 96, 3), *, box: Sequence[int] | None = None
) -> npt.NDArray[np.uint8]:
    """Crop a photo to an image for a VAE; see ``latentmaps.crop``.

    Args:
        photo: a path, a Pillow image or an array, uint8, 0..255.
        shape: height, width and channels of the image.
        box: left, top, right and bottom of a square, in pixels; None: the largest centered one.

    Returns:
        (h, w, c), uint8, 0..255.

    Raises:
        DataError: the photo cannot be read, or the shape or the box is invalid.
    """
    height, width, num_channels = _to_shape(shape)
    name, picture = _open(photo)
    left, top, right, bottom = _center(picture) if box is None else _to_box(name, box, picture)
    least = (max(height, width) + 1) // 2
    if right - left < least:
        raise DataError(
            f"{name}: {right - left}x{bottom - top} pixels to crop, expected at least "
            f"{least}x{least} for an image of {width}x{height}, since a smaller part would be "
            "blurred; use a larger photo or a larger box"
        )
    part = picture.crop((left, top, right, bottom)).resize((width, height), _RESAMPLE)
    part = part.convert("RGB" if num_channels == 3 else "L")
    return np.asarray(part).reshape(height, width, num_channels)


def _to_shape(shape: Any) -> tuple[int, int, int]:
    try:
        height, width, num_channels = map(operator.index, shape)
    except (TypeError, ValueError):
        height = width = num_channels = 0
    if height != width or height < 1 or num_channels not in (1, 3):
        raise DataError(
            f"shape: found {shorten(shape)}, expected height, width and channels of a square image "
            "with 1 or 3 channels, such as (96, 96, 3); use vae.image_shape"
        )
    return height, width, num_channels


def _open(photo: Any) -> tuple[str, Image.Image]:
    """Return the name of a photo for messages, and its pixels, upright and in RGB."""
    if isinstance(photo, str | Path):
        return str(photo), _read(Path(photo))
    if isinstance(photo, np.ndarray):
        return "photo", _to_rgb(_from_array(photo))
    if not isinstance(photo, Image.Image):
        raise DataError(
            f"photo: found {shorten(photo)}, expected a path, a Pillow image or a uint8 array; "
            "open it first"
        )
    return "photo", _to_rgb(photo)


def _to_rgb(picture: Image.Image) -> Image.Image:
    try:
        picture.load()
        return aligned_size.to_upright(picture)[0]
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(
            f"photo: cannot be decoded ({error}), expected an intact image; choose another one"
        ) from error


def _read(path: Path) -> Image.Image:
    content = b""
    try:
        content = _read_bytes(path)
        return aligned_size.read_upright(content)[0]
    except UnusableError as error:
        reason = aligned_size.explain(path.name, content, error)
        advice = "" if ";" in reason else "; choose another photo"
        raise DataError(f"{path}: {reason}{advice}") from error
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}), expected a photo; choose another file"
        ) from error


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():  # reading a pipe would block
        raise UnusableError("no such file, expected a photo")
    size_bytes = path.stat().st_size
    if size_bytes > _LARGEST_FILE_BYTES:
        raise UnusableError(f"{size_bytes:,} bytes, expected at most {_LARGEST_FILE_BYTES:,}")
    return path.read_bytes()


def _from_array(photo: npt.NDArray) -> Image.Image:
    pixels = photo[..., 0] if photo.ndim == 3 and photo.shape[2] == 1 else photo
    has_shape = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if photo.dtype != np.uint8 or not has_shape or not photo.size:
        raise DataError(
            f"photo: found {photo.dtype} of shape {photo.shape}, expected uint8 (h, w), "
            "(h, w, 1), (h, w, 3) or (h, w, 4), 0..255; convert it"
        )
    return Image.fromarray(pixels)


def _center(picture: Image.Image) -> Box:
    """Return the largest centered square."""
    edge = min(picture.size)
    left, top = ((size - edge) // 2 for size in picture.size)
    return left, top, left + edge, top + edge


def _to_box(name: str, box: Sequence[int], picture: Image.Image) -> Box:
    found = f"{name}: box: found {shorten(box)}"
    try:
        left, top, right, bottom = (int(edge) for edge in box if edge == int(edge))
    except (TypeError, ValueError, OverflowError):
        raise DataError(
            f"{found}, expected four integers: left, top, right and bottom in pixels; correct it"
        ) from None
    width, height = picture.size
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise DataError(
            f"{found}, expected one inside the photo, which has {width}x{height} pixels when "
            "upright, with left < right and top < bottom; correct it"
        )
    if right - left != bottom - top:
        edge = min(right - left, bottom - top)
        square = ",".join(map(str, (left, top, left + edge, top + edge)))
        raise DataError(
            f"{found}, {right - left}x{bottom - top} pixels, expected a square, since the face "
            f"would be stretched; use {square} or a similar one"
        )
    return left, top, right, bottom
