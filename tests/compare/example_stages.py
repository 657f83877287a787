"""Stand-ins for the stages of DVC's index, with the attributes that the comparison reads."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Hash:
    value: Any
    isdir: bool = False


@dataclass
class File:
    fs_path: str
    hash: str | None

    @property
    def def_path(self) -> str:
        return self.fs_path

    @property
    def hash_info(self) -> Hash:
        return Hash(self.hash)


@dataclass
class Values:
    """Stand-in for DVC's dependency on parameters."""

    ran_with: dict[str, Any] | None
    present: dict[str, Any]
    fs_path: str = "params.yaml"

    @property
    def params(self) -> list[str]:
        return list(self.present)

    @property
    def hash_info(self) -> Hash:
        return Hash(self.ran_with)

    def read_params(self) -> dict[str, Any]:
        return self.present


@dataclass
class Stage:
    name: str
    deps: list[Any] = field(default_factory=list)
    outs: list[File] = field(default_factory=list)
