"""Starts that a user names: a kind of noise, a real digit, or the path of a picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps import seeds
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError, shorten
from latentmaps.images import picture_files
from latentmaps.oips import start_images
from latentmaps.oips.oip import Floats, PixelRange, Shape
from latentmaps.oips.start_images import START_KINDS, StartImageSpec

if TYPE_CHECKING:  # imports TensorFlow
    from latentmaps.oips.constraints import Constraint

_DIGIT = "digit:"

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
# limits on the size of a file in bytes, and on the height and width of a picture in pixels
_MOST_BYTES, _LARGEST_EDGE = 2**26, 4096


@dataclass(frozen=True)
class ImageStart:
    """An image to start from.

    Attributes:
        name: name on pages and in messages.
        image: (h, w) or (h, w, c); uint8, 0..255, or floating, in the range that the network
            expects.
    """

    name: str
    image: npt.NDArray


Start = str | ImageStart


def parse(text: str, digits: Digits | None) -> Start:
    """Parse a start from the command line.

    Args:
        text: a kind of noise, ``digit:4`` for the first 4 of the training part, or the path of a
            picture.
        digits: real digits, or None if none are available.

    Raises:
        DataError: the digit or picture does not exist, or cannot be read.
    """
    if text in START_KINDS:
        return text
    if text.startswith(_DIGIT):
        return _digit(text, digits)
    return ImageStart(Path(text).name, _read(Path(text)))


def _digit(text: str, digits: Digits | None) -> ImageStart:
    label = text.removeprefix(_DIGIT)
    if digits is None:
        raise DataError(
            f"--start {text}: found no digits, expected a file given by --digits; run "
            "`dvc repro fetch_digits`, or name a picture or a kind of noise"
        )
    rows = np.flatnonzero(digits.train_labels.astype(str) == label)
    if not len(rows):
        raise DataError(
            f"--start: found {shorten(text)}, expected digit:0 to digit:9, a digit of the training "
            "part"
        )
    return ImageStart(text, digits.train_images[rows[0]])


def _read(path: Path) -> npt.NDArray[np.uint8]:
    """Read the pixels of a picture, (h, w) or (h, w, 3), uint8."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        with picture_files.opened(content, _FORMATS, prepare=_require_small) as picture:
            return np.asarray(_to_bytes(picture))
    except FileNotFoundError:
        kinds = ", ".join(START_KINDS)
        raise DataError(
            f"--start: found {shorten(str(path))}, expected {kinds}, digit:0 to digit:9, or the "
            "path of a picture; there is no such file"
        ) from None
    except OSError as error:
        raise DataError(
            f"--start {path}: cannot be read ({error.strerror}), expected the path of a picture; "
            "choose another one"
        ) from error
    except picture_files.DamagedError as error:
        raise DataError(
            f"--start {path}: found no readable picture ({error}), expected one of the size that "
            f"the network reads, as {', '.join(_FORMATS)}; choose another one"
        ) from error


def _require_small(picture: Image.Image) -> None:
    """Reject a picture that is too large, before its pixels are decoded."""
    if max(picture.size) > _LARGEST_EDGE:
        raise picture_files.DamagedError(f"{picture.width}x{picture.height} pixels are too many")


def _to_bytes(image: Image.Image) -> Image.Image:
    """Convert a picture to 8-bit gray or RGB; transparent areas become white."""
    if image.mode.startswith("I"):
        # 16-bit gray: Pillow's own conversion would clip at 255 instead of scaling
        return image.convert("I").point(lambda value: value / 257).convert("L")
    # not `has_transparency_data`, which fails if the palette is missing
    if "A" in image.getbands() or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def sample(
    start: Start, position: int, image_spec: StartImageSpec, *, unit: int, seed: int, whole: Shape
) -> Floats:
    """Return a start image, (h, w, c), float32, before a constraint is applied to it.

    Args:
        start: kind of noise, or an image.
        position: index of the start among those of a unit.
        image_spec: shape and contents of random images.
        unit: index of the unit. Random images depend on (seed, unit, position) alone, as in the
            stage.
        seed: seed for random images.
        whole: (height, width, channels) of the network's input. If `image_spec` has a smaller
            shape, an image of the shape `whole` is cropped to its center.

    Raises:
        DataError: the image has the wrong size, no contrast, or a value that is not finite.
    """
    if isinstance(start, str):
        noise = start_images.sample_one(start, image_spec, seeds.oip_start(seed, unit, position))
        return noise.astype(np.float32)
    image = _with_channels(start.image, whole[2])
    if image.shape == whole != image_spec.shape:
        image = _center(image, image_spec.shape)
    if image.shape != image_spec.shape:
        expected = " or ".join(dict.fromkeys(_words(shape) for shape in (image_spec.shape, whole)))
        raise DataError(
            f"start {start.name}: found {_words(start.image.shape)}, expected {expected}; "
            "crop, resize or convert it"
        )
    values: Floats = image.astype(np.float32)
    if not np.isfinite(values).all() or not values.std():
        fault = "without contrast" if np.isfinite(values).all() else "with NaN or infinite values"
        raise DataError(
            f"start {start.name}: found an image {fault}, expected finite values that differ; "
            "choose another one"
        )
    return values


def to_range(
    image: Floats, start: Start, pixel_range: PixelRange | None, constraint: "Constraint"
) -> Floats:
    """Map a start image to the pixel range of the network, before a constraint is applied to it.

    Args:
        image: (h, w, c), as returned by ``sample``.
        start: kind of noise, or an image. Bytes 0..255 are spread over the range, noise gets the
            center and spread of `constraint`, and floating images stay unchanged.
        pixel_range: darkest and brightest pixel; None if images are standardized anyway.
        constraint: the constraint that will be applied to the image.
    """
    if isinstance(start, str):
        return constraint.center + constraint.spread * image
    if pixel_range is None or start.image.dtype != np.uint8:
        return image
    low, high = pixel_range
    return (low + (high - low) * image / 255).astype(np.float32)


def _with_channels(image: npt.NDArray, num_channels: int) -> npt.NDArray:
    """Return an image (h, w, c); bytes become gray or RGB, as the network expects."""
    image = image if image.ndim == 3 else image[..., np.newaxis]
    if image.dtype != np.uint8 or {image.shape[2], num_channels} != {1, 3}:
        return image
    if num_channels == 3:
        return np.repeat(image, 3, axis=2)
    return np.asarray(Image.fromarray(image).convert("L"))[..., np.newaxis]


def _center(image: npt.NDArray, shape: Shape) -> npt.NDArray:
    top, left = ((have - want) // 2 for have, want in zip(image.shape, shape[:2], strict=False))
    return image[top : top + shape[0], left : left + shape[1]]


def _words(shape: tuple[int, ...]) -> str:
    height, width, *channels = shape
    kinds = {1: "one gray", 3: "3 colors"}
    [number] = channels or [1]
    return f"{width}x{height} pixels with {kinds.get(number, f'{number} channels')}"
