"""The types that the sections share.

``section`` turns a class into a frozen dataclass with strict types. Only two conversions are
allowed: from integer to float, and from list to tuple.
"""

import unicodedata
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, dataclasses

_T = TypeVar("_T")
Item = TypeVar("Item")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def section(cls: type[_T]) -> type[_T]:
    """Return `cls` as a frozen, strictly typed dataclass with keyword-only fields."""
    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    dataclass = dataclasses.dataclass(config=config, frozen=True, kw_only=True)(cls)
    return cast(type[_T], dataclass)


def to_tuple(value: Any) -> Any:
    """Convert a list to a tuple, since strict mode rejects lists and YAML has no tuples."""
    return tuple(value) if isinstance(value, list) else value


def _check_text(text: str) -> str:
    # such a string is neither a name nor a path, and system calls would fail with unclear errors
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("a string without control characters")
    return text


def _check_absolute(path: str) -> str:
    if not Path(path).is_absolute():
        raise ValueError("an absolute path: experiments run in temporary folders")
    return path


# Every number has an upper limit, far above the working range, beyond which a stage would run out
# of memory or end in NaN. ``combinations`` has limits for products of sizes.

# far more layers, rows of a sheet or attributes than are ever needed
Listed = Annotated[tuple[Item, ...], BeforeValidator(to_tuple), Field(min_length=1, max_length=64)]
# the longest path that Linux accepts
Text = Annotated[str, Field(max_length=4096), AfterValidator(_check_text)]

# DVC runs experiments in temporary folders, where a relative path would point elsewhere
AbsolutePath = Annotated[Text, AfterValidator(_check_absolute)]

Share = Annotated[float, Field(ge=0, lt=1)]
Level = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]

# the names of faces have six digits
Faces = Annotated[int, Field(ge=1, le=999_999)]
# a number of faces, or a share of all faces
PartSize = Faces | Annotated[float, Field(gt=0, lt=1)]
Refused = Annotated[int, Field(ge=0, le=999_999)]

Epochs = Annotated[int, Field(ge=1, le=100_000)]
BatchSize = Annotated[int, Field(ge=1, le=65_536)]
LearningRate = Annotated[float, Field(gt=0, le=10)]
Units = Annotated[int, Field(ge=1, le=65_536)]
Steps = Annotated[int, Field(ge=1, le=10_000)]

# tiles per side of a sheet: a larger sheet would be unreadable
Tiles = Annotated[int, Field(ge=1, le=200)]
# side length, in pixels, of the square that each pixel of a tile becomes
TileScale = Annotated[int, Field(ge=1, le=8)]
# factor on the spread of random points
Temperature = Annotated[float, Field(ge=0.001, le=100)]
# half length of a walk through the latent space
Reach = Annotated[float, Field(ge=0.001, le=100)]
