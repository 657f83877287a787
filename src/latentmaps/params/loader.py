"""Read params.yaml strictly, all of it, before a stage does any work.

A section's values stand under its own name and, for what depends on size, under
``profiles.<profile>.<section>``. Every section and every profile is checked at each start: a typing
slip in ``draw_oips`` stops the first stage, not the last one after an hour of training.
"""

import dataclasses
import importlib
import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import pydantic
import yaml

from latentmaps import params as params_package
from latentmaps.errors import ParamsError
from latentmaps.params import yaml12

S = TypeVar("S")

_NOT_SECTIONS = {"loader", "types", "yaml12"}


@dataclasses.dataclass(frozen=True)
class Params:
    """The checked content of a params.yaml.

    Attributes:
        profile: the profile in force.
        sections: section name -> its dataclass, the values of the profile in force merged in.
    """

    profile: str
    sections: Mapping[str, Any]

    def section(self, cls: type[S]) -> S:
        """Gives the section of which `cls` is the dataclass."""
        return cast(S, self.sections[section_name(cls)])


def section_name(cls: type) -> str:
    """Gives the name of a section: that of the module its dataclass stands in."""
    return cls.__module__.rpartition(".")[2]


def section_classes() -> dict[str, type]:
    """Gives the dataclass of every section, by name, in alphabetical order."""
    names = {module.name for module in pkgutil.iter_modules(params_package.__path__)}
    return {name: _section_class(name) for name in sorted(names - _NOT_SECTIONS)}


def _section_class(name: str) -> type:
    module_name = f"{params_package.__name__}.{name}"
    importlib.import_module(module_name)
    class_name = name.title().replace("_", "")
    return cast(type, getattr(sys.modules[module_name], class_name))


def load(path: Path) -> Params:
    """Reads and checks a params.yaml.

    Args:
        path: the file.

    Raises:
        ParamsError: the file is missing or no YAML, or a value is unknown, missing, of the wrong
            type or out of range; the message has a line for each.
    """
    document = _read(path)
    classes = section_classes()
    profiles = _profiles(document, path)
    problems = _unknown_names(document, profiles, classes)
    checked = {
        profile: {
            name: _check(name, cls, document, profile, problems) for name, cls in classes.items()
        }
        for profile in profiles
    }
    if problems:
        raise ParamsError("\n".join(f"{path}: {line}" for line in dict.fromkeys(problems)))
    return Params(profile=document["profile"], sections=checked[document["profile"]])


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml12.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(
            f"{path}: no such file; run the stage from the folder that holds params.yaml"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path}: not a YAML document: {_one_line(error)}") from error
    if not isinstance(document, dict):
        raise ParamsError(f"{path}: found {document!r}, expected one section per stage")
    return document


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _profiles(document: dict[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    profiles = document.get("profiles")
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise ParamsError(f"{path}: profiles: found {profiles!r}, expected a section per profile")
    profile = document.get("profile")
    if not isinstance(profile, str) or profile not in profiles:
        raise ParamsError(
            f"{path}: profile: found {profile!r}, expected one of {', '.join(map(str, profiles))}"
        )
    return profiles


def _unknown_names(
    document: dict[str, Any], profiles: dict[str, dict[str, Any]], classes: dict[str, type]
) -> list[str]:
    places = {"": document} | {f"profiles.{name}.": values for name, values in profiles.items()}
    return [
        f"{place}{name}: unknown, expected one of {', '.join(classes)}"
        for place, values in places.items()
        for name in values
        if name not in classes and not (place == "" and name in ("profile", "profiles"))
    ]


def _check(
    name: str, cls: type, document: dict[str, Any], profile: str, problems: list[str]
) -> Any:
    """Gives the section `name` under `profile`, or None after adding to `problems`."""
    own = document.get(name, {})
    sized = document["profiles"][profile].get(name, {})
    places = {name: own, f"profiles.{profile}.{name}": sized}
    for place, values in places.items():
        if not isinstance(values, dict):
            problems.append(f"{place}: found {values!r}, expected a section with named values")
            return None
    twice = sorted(set(own) & set(sized))
    if twice:
        problems.append(
            f"{name}.{twice[0]}: stands in {name} and in profiles.{profile}.{name}; keep one"
        )
        return None
    try:
        return cls(**{str(key): value for key, value in {**own, **sized}.items()})
    except pydantic.ValidationError as error:
        problems.extend(_describe(name, profile, sized, detail) for detail in error.errors())
        return None


def _describe(name: str, profile: str, sized: dict[str, Any], detail: Any) -> str:
    """Gives one line for one error of pydantic: dotted name, what was found, what was expected."""
    # behind the field's name pydantic also puts names of its own, for the branches of a union
    keys = [key for index, key in enumerate(detail["loc"]) if index == 0 or isinstance(key, int)]
    prefix = f"profiles.{profile}.{name}" if keys and keys[0] in sized else name
    place = ".".join([prefix, *map(str, keys)])
    if detail["type"] == "unexpected_keyword_argument":
        return f"{place}: unknown parameter; remove it or correct its spelling"
    if detail["type"].startswith("missing"):
        return f"{place}: missing; add it (params.yaml of the repository has a value for each)"
    expected = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    if not keys:
        return f"{place}: expected {expected}"
    return f"{place}: found {detail['input']!r}, expected {expected}"
