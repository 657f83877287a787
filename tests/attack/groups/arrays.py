"""images.npy: false headers, other kinds of arrays, and every bit of a header flipped."""

import functools
import io
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from tests.attack import mutators
from tests.attack.case import BrokenPromiseError, Group, write_file

from latentmaps.faces.dataset import arrays

_FILE = "images.npy"
_HEADER_BITS = 8 * 128


def npy(array: np.ndarray) -> bytes:
    """Return an array as the bytes of a .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def with_header(text: str, *, version: int = 1, announced: int | None = None) -> bytes:
    """Return a .npy file with the given text as its header, followed by 3,072 bytes."""
    header = text.encode("utf-8", "surrogatepass")
    size = len(header) if announced is None else announced
    length = size.to_bytes(2 if version == 1 else 4, "little", signed=size < 0)
    return b"\x93NUMPY" + bytes((version, 0)) + length + header + bytes(3_072)


def described(shape: str, descr: str = "'|u1'", fortran: str = "False") -> str:
    """Return the text of a header."""
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"


SHAPES = (
    *("()", "(0,)", "(4, 16, 16, 3)", "(-1, 16, 16, 3)", "(4, -16, -16, 3)", "(True, 16, 16, 3)"),
    *("(4, 16, 16)", "(4, 16, 16, 4)", "(4, 16, 8, 3)", "(0, 16, 16, 3)", "(4, 0, 0, 3)", "None"),
    *("(4.0, 16, 16, 3)", "[4, 16, 16, 3]", "5", "'a'", "(10**99, 1, 1, 3)", "(2**63, 1, 1, 3)"),
    *(
        f"({10**18}, 16, 16, 3)",
        f"({2**62}, 2, 2, 1)",
        f"({2**40}, 1, 1, 1)",
        "(1,) * 4",
        "(1," * 40,
    ),
    *(f"({'1, ' * 70})", f"({'9' * 5_000}, 1, 1, 3)", "(1, 1, 1, 3000000000)", "(None, 1, 1, 3)"),
)
DESCRS = (
    *("'|u1'", "'<f4'", "'>u2'", "'|O'", "'|b1'", "'|S1'", "'<U1'", "'|V1'", "'<M8[s]'", "'|V0'"),
    *(
        "'x'",
        "''",
        "5",
        "None",
        "[]",
        "[('a', '|u1')]",
        "[('a', '|O')]",
        "('|u1', (3,))",
        "'u1,u1'",
    ),
    *("[('a', [('b', '|u1')])]", "('|O', 3)", "{'a': 1}", "'|u1' * 9", "'" + "a" * 9_000 + "'"),
    *("'object'", "'<c16'", "'|S999999999999'", "('|u1', (-1,))", "[('', '|u1')]", "b'|u1'"),
)
HEADERS = (
    *("", "{", "{}", "[]", "1", "None", "'a'", "()", "(" * 2_000, "{" * 500, "lambda: 0", "\n"),
    *("__import__('os')", "{'descr': '|u1'}", "{1: 2}", "\x00", "\N{GRINNING FACE}", "\t{}", "'''"),
    *(
        "9" * 5_000,
        "-" * 5_000,
        "0x",
        "1_",
        "{'a': 1, **{}}",
        "{*()}",
        '"',
        "\\",
        "\ud800",
        "'" * 99,
    ),
    *(described("(4, 16, 16, 3)") + " extra", described("(4, 16, 16, 3)", fortran="True")),
    *(
        described("(4, 16, 16, 3)", fortran="5"),
        described("(4, 16, 16, 3)").replace("}", "'x': 1}"),
    ),
)


@functools.cache
def good_images() -> list[bytes]:
    """Return images of two kinds."""
    pixels = np.random.default_rng(1).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8)
    return [npy(pixels), npy(pixels[..., :1])]


@functools.cache
def hostile_arrays() -> list[bytes]:
    """Return .npy files with odd headers, and of odd kinds."""
    good = good_images()[0]
    return [
        *(with_header(described(shape)) for shape in SHAPES),
        *(with_header(described("(4, 16, 16, 3)", descr)) for descr in DESCRS),
        *(with_header(text) for text in HEADERS),
        *(with_header(described("(4, 16, 16, 3)"), version=version) for version in (2, 3, 4, 0)),
        *(with_header(described("()"), announced=size) for size in (0, 1, 5, 9_999, 65_535)),
        *(with_header(described("()"), version=2, announced=s) for s in (0, 2**31, 2**32 - 1)),
        with_header(described("(4, 16, 16, 3)") + " " * 60_000),
        with_header(described("(4, 16, 16, 3)") + " " * 1_000_000, version=2),
        *(b"", b"\x93", b"\x93NUMPY", b"\x93NUMPY\x01\x00", good[:127], good[:128], good[:-1]),
        *(good + b"x", good + good, b"PK\x03\x04" + good, b"\x80\x04]\x94.", good[1:]),
        npy(np.array([{"a": 1}, None], dtype=object)),
        *(npy(np.zeros((4, 16, 16, 3), kind)) for kind in ("f4", "i8", "?", ">u2", "c8")),
        npy(np.asfortranarray(np.zeros((4, 16, 16, 3), np.uint8))),
    ]


def _read(folder: Path) -> None:
    path = folder / _FILE
    images = arrays.open_images(path)
    arrays.open_images(path, in_memory=True)
    arrays.mean_entropy(images, np.arange(len(images)))
    if images.dtype != np.uint8 or images.ndim != 4 or images.nbytes > path.stat().st_size:
        raise BrokenPromiseError(f"{images.dtype} {images.shape}")


def _write_flipped(folder: Path, number: int, generator: random.Random) -> None:
    good = good_images()[0]
    (folder / _FILE).write_bytes(mutators.flip(good, number - 1) if number else good)


def _mutate(content: bytes, generator: random.Random) -> bytes:
    """Damage the header more often than the pixels, which may have any value."""
    header = 128 if generator.randrange(4) else len(content)
    return mutators.mutate(content[:header], generator) + content[header:]


def _good() -> Sequence[bytes]:
    return good_images()


_READS = ("latentmaps.faces.dataset.arrays", "latentmaps.storage.npy")

GROUPS = (
    Group(
        "images-npy",
        _READS,
        partial(write_file, _FILE, _good, hostile_arrays, _mutate),
        _read,
        num_cases=6_000,
        num_short=500,
        num_unharmed=2,
    ),
    Group(
        "npy-header-bits",
        _READS,
        _write_flipped,
        _read,
        num_cases=1 + _HEADER_BITS,
        num_short=1 + _HEADER_BITS,
    ),
)
