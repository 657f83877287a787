"""Damage bytes at random, like a bad disk, an interrupted transfer or an attacker."""

import random
from collections.abc import Callable

_MAX_CHANGES = 4
_LONGEST_RUN = 64
_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1)
_WIDE = (2**63 - 1, 2**63, 2**64 - 1)


def mutate(content: bytes, generator: random.Random) -> bytes:
    """Return `content` after one to four random changes."""
    for _ in range(generator.randint(1, _MAX_CHANGES)):
        content = generator.choice(_CHANGES)(content, generator)
    return content


def flip(content: bytes, bit: int) -> bytes:
    """Return `content` with one bit flipped; bit 8 is the lowest bit of the second byte."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _flip_any(content: bytes, generator: random.Random) -> bytes:
    return flip(content, generator.randrange(8 * len(content))) if content else content


def _set_byte(content: bytes, generator: random.Random) -> bytes:
    return _replace(content, generator, generator.randbytes(1))


def _set_integer(content: bytes, generator: random.Random) -> bytes:
    size = generator.choice((1, 2, 4, 8))
    known = _INTERESTING if size < 8 else (*_INTERESTING, *_WIDE)
    value = generator.choice([value for value in known if value < 256**size])
    order = generator.choice(("little", "big"))
    return _replace(content, generator, value.to_bytes(size, order))  # type: ignore[arg-type]


def _clear(content: bytes, generator: random.Random) -> bytes:
    return _replace(content, generator, bytes(generator.randint(1, _LONGEST_RUN)))


def _replace(content: bytes, generator: random.Random, new: bytes) -> bytes:
    start = generator.randrange(len(content) + 1)
    return content[:start] + new + content[start + len(new) :]


def _insert(content: bytes, generator: random.Random) -> bytes:
    start = generator.randrange(len(content) + 1)
    return content[:start] + generator.randbytes(generator.randint(1, 8)) + content[start:]


def _remove(content: bytes, generator: random.Random) -> bytes:
    start, run = _run(content, generator)
    return content[:start] + content[start + len(run) :]


def _double(content: bytes, generator: random.Random) -> bytes:
    start, run = _run(content, generator)
    return content[:start] + run * generator.randint(2, 4) + content[start + len(run) :]


def _splice(content: bytes, generator: random.Random) -> bytes:
    """Copy a piece of the file to another place."""
    _, run = _run(content, generator)
    return _replace(content, generator, run)


def _cut(content: bytes, generator: random.Random) -> bytes:
    return content[: generator.randrange(len(content) + 1)]


def _run(content: bytes, generator: random.Random) -> tuple[int, bytes]:
    """Return the start of a random piece, and the piece, which is sometimes long."""
    start = generator.randrange(len(content) + 1)
    longest = generator.choice((8, _LONGEST_RUN, len(content)))
    return start, content[start : start + generator.randint(0, longest)]


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip_any,
    _flip_any,
    _set_byte,
    _set_integer,
    _set_integer,
    _clear,
    _insert,
    _remove,
    _double,
    _splice,
    _cut,
)
