"""EXIF data written by hand, so that it can be invalid in ways that Pillow would not write."""

import struct
from typing import Final

BYTE, ASCII, SHORT, RATIONAL, FLOAT = 1, 2, 3, 5, 11

ORIENTATION: Final = 274


def block(*tags: tuple[int, int, int, bytes]) -> bytes:
    """Return an EXIF block with one directory of tags: number, type, count, little-endian value.

    As the format requires, values of more than four bytes come after the directory.
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
    """Return the tag for the orientation of the camera, 1 to 8 if valid."""
    return ORIENTATION, SHORT, 1, struct.pack("<H", value)
