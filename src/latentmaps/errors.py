"""The errors that a user can cause and mend.

A stage prints the message of any of these and ends with exit code 1; every other exception is a
defect of ours and keeps its traceback. The message says, in this order: the place, what was found,
what was expected, what to do.
"""

import reprlib
from collections.abc import Sequence

# in a message; the others are counted
_NAMED = 10
# of a value or a reason from elsewhere, which can have any length
_EXCERPT_CHARACTERS = 150
_MESSAGE_BYTES, _BEGINNING_BYTES = 2000, 1300


class LatentmapsError(Exception):
    """Something the user gave cannot be used; the message tells what to do about it.

    A message quotes files and names of any length, so one of more than 2,000 bytes is cut in the
    middle: the place stands at its beginning, what to do at its end.
    """

    def __str__(self) -> str:
        text = super().__str__()
        whole = text.encode(errors="backslashreplace")
        if len(whole) <= _MESSAGE_BYTES:
            return text
        beginning, end = whole[:_BEGINNING_BYTES], whole[_BEGINNING_BYTES + 5 - _MESSAGE_BYTES :]
        return f"{beginning.decode(errors='ignore')} ... {end.decode(errors='ignore')}"


class ParamsError(LatentmapsError):
    """A value of params.yaml is unknown, missing, of the wrong type or out of range."""


class DataError(LatentmapsError):
    """A file or an array is missing, damaged, or something other than what is read from it."""


class DownloadError(LatentmapsError):
    """No mirror gave the file that was asked for."""


class TrainingError(LatentmapsError):
    """A network cannot be built or trained with these values."""


def describe_refusals(reasons: Sequence[tuple[str, str]]) -> str:
    """Gives the first files and their reasons, for a message that counts the others."""
    named = "; ".join(
        f"{excerpt(name, 60)}: {excerpt(reason, 100)}" for name, reason in reasons[:_NAMED]
    )
    return f"{named}{'; ...' if len(reasons) > _NAMED else ''}"


def excerpt(text: str, num_characters: int = _EXCERPT_CHARACTERS) -> str:
    """Return `text`, or its beginning and three dots, for a message that must stay short."""
    return text if len(text) <= num_characters else f"{text[: num_characters - 3]}..."


class _Shortened(reprlib.Repr):
    """``repr`` that looks at no more than the beginning and the end of a value."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = 60

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write more than 4,300 digits; a digit takes more than 3 bits
        return super().repr_int(x, level) if x.bit_length() < 3 * 4300 else "a huge whole number"


_SHORTENED = _Shortened()


def shorten(value: object) -> str:
    """Return the ``repr`` of a value, or its beginning, for a message that must stay short.

    Args:
        value: of any size and depth; neither time nor memory grow with it.
    """
    return excerpt(_SHORTENED.repr(value), 120)
