"""Read and check the whole params.yaml before a stage does any work.

The values of a section are under its name. A profile may set any key under
``profiles.<profile>.<section>``, and its value takes precedence over that of the section. Keys that
every profile sets, such as the number of epochs, have the value ``profile`` in the section, since
no other value there would ever apply.

Every section and every profile is checked at each start, so that a typo in ``draw_oips`` stops the
first stage instead of the last one after an hour of training.
"""

import dataclasses
import importlib
import itertools
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import pydantic
import yaml

from latentmaps import params as params_package
from latentmaps.errors import ParamsError, shorten
from latentmaps.params import combinations, problems, yaml12

S = TypeVar("S")

# the value in a section if every profile sets the key
FROM_PROFILE = "profile"

# keys from which dvc.yaml creates stages; profiles cannot set them
_OF_NO_PROFILE = {"draw_oips": {"layers"}}

_NOT_SECTIONS = {"combinations", "loader", "problems", "types", "yaml12"}

# sixteen times the size of the file in the repository, which is read in 0.1 s
_MAX_BYTES = 256 * 1024
# maximum number of profiles, all of which are checked at every start
_MAX_PROFILES = 50
# maximum number of problems listed in a message
_MAX_PROBLEMS = 10


@dataclasses.dataclass(frozen=True)
class Params:
    """The checked content of a params.yaml file.

    Attributes:
        profile: the active profile.
        sections: section name -> instance of its dataclass, with the values of the active profile.
        overridden: section name -> the section's own values that the active profile overrides, as
            strings such as ``fact 1 instead of 5``.
    """

    profile: str
    sections: Mapping[str, Any]
    overridden: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    def section(self, cls: type[S]) -> S:
        """Return the section whose dataclass is `cls`."""
        return cast(S, self.sections[section_name(cls)])


def section_name(cls: type) -> str:
    """Return the name of a section, which is that of its dataclass's module."""
    return cls.__module__.rpartition(".")[2]


def section_classes() -> dict[str, type]:
    """Return the dataclass of every section, by name, in alphabetical order."""
    names = {module.name for module in pkgutil.iter_modules(params_package.__path__)}
    return {name: _section_class(name) for name in sorted(names - _NOT_SECTIONS)}


def _section_class(name: str) -> type:
    module_name = f"{params_package.__name__}.{name}"
    importlib.import_module(module_name)
    class_name = name.title().replace("_", "")
    return cast(type, getattr(sys.modules[module_name], class_name))


def load(path: Path) -> Params:
    """Read and check a params.yaml file.

    Args:
        path: the file to read.

    Raises:
        ParamsError: the file is missing or not YAML, or a value is unknown, missing, of the wrong
            type or out of range; the message has one line for each of the first ten problems.
    """
    document = _read(path)
    classes = section_classes()
    profiles = _profiles(document, path)
    checked: dict[str, dict[str, Any]] = {}
    found = itertools.chain(
        _unknown_names(document, profiles, classes),
        _check_all(document, profiles, classes, checked),
    )
    # a problem of a section is repeated for every profile
    wrong = list(itertools.islice(_distinct(found), _MAX_PROBLEMS + 1))
    if wrong:
        lines = [f"{path}: {problem}" for problem in wrong[:_MAX_PROBLEMS]]
        raise ParamsError("\n".join([*lines, "..."] if len(wrong) > _MAX_PROBLEMS else lines))
    profile = document["profile"]
    overridden = {
        name: _overridden(document.get(name, {}), profiles[profile].get(name, {}))
        for name in classes
    }
    return Params(profile=profile, sections=checked[profile], overridden=overridden)


def _overridden(own: Mapping[str, Any], of_profile: Mapping[str, Any]) -> list[str]:
    """Return a string for each value of a section that the profile overrides."""
    return [
        f"{key} {shorten(value)} instead of {shorten(own[key])}"
        for key, value in of_profile.items()
        if own.get(key, FROM_PROFILE) not in (FROM_PROFILE, value)
    ]


def _distinct(lines: Iterable[str]) -> Iterator[str]:
    seen = set()
    for line in lines:
        if line not in seen:
            seen.add(line)
            yield line


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise ParamsError(
            f"{path}: no such file; run the stage from the folder that contains params.yaml"
        ) from None
    if len(content) > _MAX_BYTES:
        raise ParamsError(
            f"{path}: more than {_MAX_BYTES:,} bytes, expected one section per stage; "
            "`git checkout params.yaml` restores the file of the repository"
        )
    try:
        document = yaml12.load(content.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(
            f"{path}: not a YAML document: {problems.describe_yaml(error)}"
        ) from error
    if not isinstance(document, dict):
        raise ParamsError(f"{path}: found {shorten(document)}, expected one section per stage")
    return document


def _profiles(document: dict[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    profiles = document.get("profiles")
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise ParamsError(
            f"{path}: profiles: found {shorten(profiles)}, expected a section per profile"
        )
    if len(profiles) > _MAX_PROFILES:
        raise ParamsError(
            f"{path}: profiles: found {len(profiles):,}, expected at most {_MAX_PROFILES}"
        )
    profile = document.get("profile")
    if not isinstance(profile, str) or profile not in profiles:
        raise ParamsError(
            f"{path}: profile: found {shorten(profile)}, expected one of "
            f"{problems.list_names(profiles)}{problems.suggest(profile, profiles)}"
        )
    return profiles


def _unknown_names(
    document: dict[str, Any], profiles: dict[str, dict[str, Any]], classes: dict[str, type]
) -> Iterator[str]:
    places = {"": document} | {
        f"profiles.{problems.quote(name)}.": values for name, values in profiles.items()
    }
    for place, values in places.items():
        known = [*classes, "profile", "profiles"] if place == "" else [*classes]
        for name in values:
            if name not in known:
                advice = problems.suggest(name, known) or f", expected one of {', '.join(classes)}"
                yield f"{place}{problems.quote(name)}: unknown{advice}"


def _check_all(
    document: dict[str, Any],
    profiles: dict[str, dict[str, Any]],
    classes: dict[str, type],
    checked: dict[str, dict[str, Any]],
) -> Iterator[str]:
    """Yield the problems of every section in every profile, and put valid sections in `checked`."""
    in_force, seen = document["profile"], set()
    for profile in sorted(profiles, key=lambda name: name != in_force):
        sections: dict[str, Any] = {}
        for cls in classes.values():
            yield from _check(cls, document, profile, sections)
        checked[profile] = sections
        if len(sections) < len(classes):
            continue
        for problem in combinations.check(sections, profile):
            if problem not in seen:
                seen.add(problem)
                yield (
                    problem
                    if profile == in_force
                    else f"{problem} (profile {problems.quote(profile)})"
                )


def _check(
    cls: type, document: dict[str, Any], profile: str, sections: dict[str, Any]
) -> Iterator[str]:
    """Yield the problems of a section in `profile`, or put it into `sections` if it is valid."""
    name = section_name(cls)
    own = document.get(name, {})
    of_profile = document["profiles"][profile].get(name, {})
    place_of_profile = f"profiles.{problems.quote(profile)}.{name}"
    places = {name: own, place_of_profile: of_profile}
    for place, values in places.items():
        if not isinstance(values, dict):
            yield f"{place}: found {shorten(values)}, expected a section with named values"
            return
    known = [field.name for field in dataclasses.fields(cls)]
    yield from _unknown_keys(places, known)
    for key in _OF_NO_PROFILE.get(name, set()) & of_profile.keys():
        yield (
            f"{place_of_profile}.{key}: found {shorten(of_profile[key])}, expected nothing, since "
            f"dvc.yaml creates stages from {name}.{key} for every profile; set that one"
        )
    keys_of_profile = {*of_profile, *(key for key, value in own.items() if value == FROM_PROFILE)}
    own = {key: value for key, value in own.items() if value != FROM_PROFILE}
    for key in known:
        if key in own and profile == document["profile"] and _is_in_all(document, name, key):
            yield (
                f"{name}.{key}: found {shorten(own[key])}, expected {FROM_PROFILE}, since "
                f"{place_of_profile}.{key} has the value; set that one (for one experiment with "
                f"-S {place_of_profile}.{key}=VALUE), and {name}.{key} back to {FROM_PROFILE}"
            )
    merged = {**own, **of_profile}
    try:
        sections[name] = cls(**{key: merged[key] for key in known if key in merged})
    except pydantic.ValidationError as error:
        yield from problems.describe_invalid(error, keys_of_profile, name, place_of_profile)


def _is_in_all(document: dict[str, Any], name: str, key: str) -> bool:
    """Report whether every profile sets a key of the section `name`."""
    of_each = [profile.get(name) for profile in document["profiles"].values()]
    return all(isinstance(values, dict) and key in values for values in of_each)


def _unknown_keys(places: Mapping[str, dict[Any, Any]], known: list[str]) -> Iterator[str]:
    for place, values in places.items():
        for key in values:
            if key not in known:
                advice = problems.suggest(key, known) or "; remove it or correct its spelling"
                yield f"{place}.{problems.quote(key)}: unknown parameter{advice}"
