"""The types that the sections share.

``section`` makes a class a frozen dataclass that takes its values strictly: an integer is welcome
where a float is expected, a list where a tuple is, and those are the only conversions.
"""

from typing import Annotated, Any, TypeVar, cast, dataclass_transform

from pydantic import BeforeValidator, ConfigDict, Field, dataclasses

_T = TypeVar("_T")
Item = TypeVar("Item")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def section(cls: type[_T]) -> type[_T]:
    """Gives `cls` as a frozen, strictly typed dataclass whose fields are all named."""
    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    made = dataclasses.dataclass(config=config, frozen=True, kw_only=True)(cls)
    return cast(type[_T], made)


def _list_to_tuple(value: Any) -> Any:
    # Strict mode takes only a tuple for a tuple, and YAML has lists alone.
    return tuple(value) if isinstance(value, list) else value


Listed = Annotated[tuple[Item, ...], BeforeValidator(_list_to_tuple), Field(min_length=1)]

Positive = Annotated[int, Field(ge=1)]
# so many faces, or a share of all of them
PartSize = Positive | Annotated[float, Field(gt=0, lt=1)]
# tiles of a sheet, along one edge or in all: more is no picture to look at
Tiles = Annotated[int, Field(ge=1, le=1000)]
NonNegative = Annotated[int, Field(ge=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
NonNegativeFloat = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Level = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
