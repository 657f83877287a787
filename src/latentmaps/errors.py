"""The errors that a user can cause and fix.

A stage prints the message of such an error and exits with code 1. Any other exception is a bug and
keeps its traceback. A message states, in this order: the place, what was found, what was expected,
and what to do.
"""

import reprlib
from collections.abc import Sequence

# maximum number of refused files that a message names
_NAMED = 10
# maximum number of characters quoted from a value or a reason
_EXCERPT_CHARACTERS = 150
_MESSAGE_BYTES, _BEGINNING_BYTES = 2000, 1300


class LatentmapsError(Exception):
    """The user's input cannot be used; the message says what to do about it.

    Messages may quote text of any length. The middle of a message of more than 2,000 bytes is left
    out; the place at the beginning and the advice at the end remain.
    """

    def __str__(self) -> str:
        text = super().__str__()
        whole = text.encode(errors="backslashreplace")
        if len(whole) <= _MESSAGE_BYTES:
            return text
        beginning, end = whole[:_BEGINNING_BYTES], whole[_BEGINNING_BYTES + 5 - _MESSAGE_BYTES :]
        return f"{beginning.decode(errors='ignore')} ... {end.decode(errors='ignore')}"


class ParamsError(LatentmapsError):
    """A value in params.yaml is unknown, missing, of the wrong type or out of range."""


class DataError(LatentmapsError):
    """A file or an array is missing, damaged, or not of the expected kind."""


class DownloadError(LatentmapsError):
    """No mirror delivered the requested file."""


class TrainingError(LatentmapsError):
    """A network cannot be built or trained with these values."""


def describe_refusals(reasons: Sequence[tuple[str, str]]) -> str:
    """Return the first refused files, with reasons, as text for a message that states the total.

    Args:
        reasons: name of each refused file, and why it was refused.
    """
    named = "; ".join(
        f"{excerpt(name, 60)}: {excerpt(reason, 100)}" for name, reason in reasons[:_NAMED]
    )
    return f"{named}{'; ...' if len(reasons) > _NAMED else ''}"


def excerpt(text: str, num_characters: int = _EXCERPT_CHARACTERS) -> str:
    """Return `text`, or its beginning followed by three dots, for a short message."""
    return text if len(text) <= num_characters else f"{text[: num_characters - 3]}..."


class _Shortened(reprlib.Repr):
    """A ``repr`` that reads only the beginning and the end of a value."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = 60

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to print more than 4,300 digits; a digit takes more than 3 bits
        return super().repr_int(x, level) if x.bit_length() < 3 * 4300 else "a huge integer"


_SHORTENED = _Shortened()


def shorten(value: object) -> str:
    """Return the ``repr`` of a value, or its beginning, for a short message.

    Args:
        value: a value of any size and depth, neither of which affects the time and memory needed.
    """
    return excerpt(_SHORTENED.repr(value), 120)
