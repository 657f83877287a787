"""EXIF written by hand, so that it can lie; Pillow writes none of this."""

import struct
from typing import Final

BYTE, ASCII, SHORT, RATIONAL, FLOAT = 1, 2, 3, 5, 11

ORIENTATION: Final = 274


def block(*tags: tuple[int, int, int, bytes]) -> bytes:
    """An EXIF with one directory of tags: number, type, count and little-endian value.

    A value of more than four bytes lies behind the directory, as the format has it.
    """
    position = 8 + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for number, kind, count, value in tags:
        field = value.ljust(4, b"\0")
        if len(value) > 4:
            field = struct.pack("<L", position + len(values))
            values += value
        entries += struct.pack("<HHL", number, kind, count) + field
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"Exif\0\0II*\0" + struct.pack("<L", 8) + directory + values


def orientation(value: int) -> tuple[int, int, int, bytes]:
    """The tag that tells how the camera was held, 1 to 8."""
    return ORIENTATION, SHORT, 1, struct.pack("<H", value)
