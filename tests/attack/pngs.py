"""PNG files that are bombs, inconsistent or truncated."""

import functools
import io
import struct
import zlib

import numpy as np
from PIL import Image


def _chunk(kind: bytes, content: bytes, *, checksum: int | None = None) -> bytes:
    crc = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def png(*chunks: bytes) -> bytes:
    """Return a PNG of 8x8 pixels with additional chunks after the header."""
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(9 * 8))
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
    return start + b"".join(chunks) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _sized(width: int, height: int, bits: int = 8, kind: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    pixels = _chunk(b"IDAT", zlib.compress(bytes(999)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + pixels + _chunk(b"IEND", b"")


@functools.cache
def hostile_pngs() -> list[bytes]:
    """Return PNG files that are bombs, inconsistent or truncated."""
    bomb = zlib.compress(bytes(100_000_000), 9)
    good = png()
    start = good[:8]
    jpeg = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(jpeg, "JPEG")
    return [
        *(png(_chunk(kind, b"a\0\0" + bomb)) for kind in (b"zTXt", b"iCCP")),
        *(
            png(*[_chunk(b"zTXt", b"a\0\0" + bomb)] * 9),
            png(_chunk(b"iTXt", b"a\0\1\0\0\0" + bomb)),
        ),
        *(
            png(_chunk(kind, b""))
            for kind in (b"zTXt", b"iCCP", b"iTXt", b"tEXt", b"pHYs", b"tRNS")
        ),
        *(
            png(_chunk(kind, b""))
            for kind in (b"gAMA", b"cHRM", b"sRGB", b"PLTE", b"acTL", b"fcTL")
        ),
        *(png(_chunk(kind, b"\xff" * 7)) for kind in (b"zTXt", b"iCCP", b"eXIf", b"acTL", b"fdAT")),
        *(png(_chunk(b"tEXt", b"a", checksum=0)), png(_chunk(b"\xff\xff\xff\xff", b"a"))),
        *(_sized(width, 2**20) for width in (0, 1, 2**20, 2**31 - 1, 2**32 - 1)),
        *(_sized(8, 8, bits, kind) for bits in (0, 1, 16, 255) for kind in (0, 2, 3, 5, 6)),
        *(
            start,
            good[:-12],
            good[:40],
            start + _chunk(b"IHDR", b""),
            start + _chunk(b"IHDR", b"\1" * 9),
        ),
        *(
            start + _chunk(b"IEND", b""),
            start + _chunk(b"IDAT", b"x"),
            good[8:],
            b"",
            good + b"x" * 99,
        ),
        *(start + _chunk(b"IHDR", bytes(13)) + good[33:], jpeg.getvalue(), b"GIF89a" + bytes(20)),
        start + struct.pack(">I", 2**31 - 1) + b"IHDR" + bytes(99),
    ]
