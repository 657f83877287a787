"""The starts that a person names: a kind of noise, a real digit, a picture of one's own."""

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

if TYPE_CHECKING:  # it has tensors
    from latentmaps.oips.constraints import Constraint

_DIGIT = "digit:"

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
# of a file, and of an edge in pixels
_MOST_BYTES, _LARGEST_EDGE = 2**26, 4096


@dataclass(frozen=True)
class ImageStart:
    """A picture to start from.

    Attributes:
        name: for pages.
        image: (h, w) or (h, w, c); uint8, 0..255, or floating, as the network reads it.
    """

    name: str
    image: npt.NDArray


Start = str | ImageStart


def parse(text: str, digits: Digits | None) -> Start:
    """Return the start that a word of the command line names.

    Args:
        text: a kind of noise, ``digit:4`` for the first 4 of the training part, or the path of a
            picture.
        digits: real ones; None: there are none.

    Raises:
        DataError: there is no such digit, or no such picture.
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
            f"--start {text}: found no digits at hand, expected those that --digits names; run "
            "`dvc repro fetch_digits`, or name a picture or a kind"
        )
    rows = np.flatnonzero(digits.train_labels.astype(str) == label)
    if not len(rows):
        raise DataError(
            f"--start: found {shorten(text)}, expected digit:0 to digit:9, one that the training "
            "part has"
        )
    return ImageStart(text, digits.train_images[rows[0]])


def _read(path: Path) -> npt.NDArray[np.uint8]:
    """Return the pixels of a picture, (h, w) or (h, w, 3)."""
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
            f"--start {path}: found no picture ({error}), expected one of the size that the "
            f"network reads, as {', '.join(_FORMATS)}; choose another one"
        ) from error


def _require_small(picture: Image.Image) -> None:
    """Refuse a size that no network here reads, before the pixels are decoded."""
    if max(picture.size) > _LARGEST_EDGE:
        raise picture_files.DamagedError(f"{picture.width}x{picture.height} pixels are too many")


def _to_bytes(image: Image.Image) -> Image.Image:
    """Return a picture in gray or in colors, 0..255; what is transparent becomes white."""
    if image.mode.startswith("I"):
        # 16 bits of gray: Pillow would cut them off at 255
        return image.convert("I").point(lambda value: value / 257).convert("L")
    # not `has_transparency_data`, which fails for a palette that is missing
    if "A" in image.getbands() or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def sample(
    start: Start, position: int, image_spec: StartImageSpec, *, unit: int, seed: int, whole: Shape
) -> Floats:
    """Return a start image, (h, w, c), float32, not yet restored.

    Args:
        start: what it is.
        position: its number among the starts of a unit.
        image_spec: what random ones are made of.
        unit: random ones are functions of (seed, unit, position), as those of the stage.
        seed: of these.
        whole: shape of an image of the network; the center of such a picture is taken where
            `image_spec` are smaller.

    Raises:
        DataError: a picture of another size, without contrast, or with a value that is no number.
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
        raise DataError(
            f"start {start.name}: found a picture "
            f"{'without contrast' if np.isfinite(values).all() else 'with values that are none'}, "
            "expected light and dark; choose another one"
        )
    return values


def to_range(
    image: Floats, start: Start, pixel_range: PixelRange | None, constraint: "Constraint"
) -> Floats:
    """Return a start image with pixels in the range that a network reads, not yet restored.

    Args:
        image: (h, w, c), of ``sample``.
        start: what it is: bytes 0..255 are spread over the range, noise is as `constraint` has it,
            and floating pictures are left as they are.
        pixel_range: None: images are standardized after this anyway.
        constraint: makes images such as the network may read.
    """
    if isinstance(start, str):
        return constraint.center + constraint.spread * image
    if pixel_range is None or start.image.dtype != np.uint8:
        return image
    low, high = pixel_range
    return (low + (high - low) * image / 255).astype(np.float32)


def _with_channels(image: npt.NDArray, num_channels: int) -> npt.NDArray:
    """Return an image (h, w, c); bytes become gray, or three channels, as the network needs."""
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
