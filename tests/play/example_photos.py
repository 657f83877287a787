"""Photos as cameras and programs write them, and files that are not photos."""

import functools
import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.images import exif


def halves(width: int = 120, height: int = 100) -> Image.Image:
    """Return a picture that is red on the left and blue on the right."""
    picture = Image.new("RGB", (width, height), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, width // 2, height))
    return picture


def content(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def turned() -> bytes:
    """Return a photo stored with red above blue; its EXIF tag rotates red to the right."""
    stored = halves(100, 120).transpose(Image.Transpose.ROTATE_270)
    return content(stored, "JPEG", quality=100, exif=exif.block(exif.orientation(6)))


def write(folder: Path) -> None:
    """Write valid and invalid photos whose names say what is special about them."""
    for name, bytes_ in _files().items():
        (folder / name).write_bytes(bytes_)
    (folder / "folder.png").mkdir()


@functools.cache
def _files() -> dict[str, bytes]:
    gray16 = np.linspace(0, 65535, 120 * 120).reshape(120, 120).astype(np.uint16)
    clear = Image.new("RGBA", (120, 120), (255, 0, 0, 0))
    gif = [Image.new("RGB", (120, 120), color) for color in ("red", "blue")]
    return {
        "plain.png": content(halves()),
        "turned.jpg": turned(),
        "cmyk.jpg": content(halves().convert("CMYK"), "JPEG", quality=100),
        "clear.png": content(clear),
        "gray16.png": content(Image.fromarray(gray16)),
        "small.png": content(halves(40, 7)),
        "icon.png": content(halves(8, 8)),
        "animated.gif": content(gif[0], "GIF", save_all=True, append_images=gif[1:]),
        "phone.jpg": b"\0\0\0\x18ftypheic" + bytes(99),
        "cut.jpg": content(halves(), "JPEG")[:400],
        "text.png": b"no picture",
        "empty.png": b"",
        "huge.png": content(Image.new("1", (10_000, 10_000))),
    }
