"""The types that the sections share.

``section`` makes a class a frozen dataclass that takes its values strictly: an integer is welcome
where a float is expected, a list where a tuple is, and those are the only conversions.
"""

import unicodedata
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, dataclasses

_T = TypeVar("_T")
Item = TypeVar("Item")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def section(cls: type[_T]) -> type[_T]:
    """Return `cls` as a frozen, strictly typed dataclass whose fields are all named."""
    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    made = dataclasses.dataclass(config=config, frozen=True, kw_only=True)(cls)
    return cast(type[_T], made)


def to_tuple(value: Any) -> Any:
    """Return a list as a tuple: strict mode takes nothing else, and YAML has lists alone."""
    return tuple(value) if isinstance(value, list) else value


def _check_text(text: str) -> str:
    # such a text is neither a name nor a path, and the system calls refuse it with other errors
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("a text without control characters")
    return text


def _check_absolute(path: str) -> str:
    if not Path(path).is_absolute():
        raise ValueError("an absolute path: experiments run in folders of their own")
    return path


# Every number has an upper limit, far above the working range, beyond which a stage would not end
# in results but in a full memory or in numbers that are none. ``combinations`` has the limits where
# sizes multiply.

# more values than anything here has: layers, rows of a sheet, attributes
Listed = Annotated[tuple[Item, ...], BeforeValidator(to_tuple), Field(min_length=1, max_length=64)]
# the longest path that Linux takes
Text = Annotated[str, Field(max_length=4096), AfterValidator(_check_text)]

# DVC runs experiments in folders of its own, where a relative path would lead elsewhere
AbsolutePath = Annotated[Text, AfterValidator(_check_absolute)]

Share = Annotated[float, Field(ge=0, lt=1)]
Level = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]

# the names of faces have six digits
Faces = Annotated[int, Field(ge=1, le=999_999)]
# so many faces, or a share of all of them
PartSize = Faces | Annotated[float, Field(gt=0, lt=1)]
Refused = Annotated[int, Field(ge=0, le=999_999)]

Epochs = Annotated[int, Field(ge=1, le=100_000)]
BatchSize = Annotated[int, Field(ge=1, le=65_536)]
LearningRate = Annotated[float, Field(gt=0, le=10)]
Units = Annotated[int, Field(ge=1, le=65_536)]
Steps = Annotated[int, Field(ge=1, le=10_000)]

# tiles of a sheet along one edge: more is no picture to look at
Tiles = Annotated[int, Field(ge=1, le=200)]
# every pixel of a tile becomes a square of this edge
TileScale = Annotated[int, Field(ge=1, le=8)]
# factor on the spread of random points
Temperature = Annotated[float, Field(ge=0.001, le=100)]
# how far a walk through the latent space leads
Reach = Annotated[float, Field(ge=0.001, le=100)]
