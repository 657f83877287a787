"""Read params.yaml strictly, all of it, before a stage does any work.

A section's values stand under its own name. A profile may have a value for any key under
``profiles.<profile>.<section>``, and it wins over that of the section. What every profile has, such
as the number of epochs, is ``profile`` in the section: a value there could never be in force.

Every section and every profile is checked at each start: a typing slip in ``draw_oips`` stops the
first stage, not the last one after an hour of training.
"""

import dataclasses
import difflib
import importlib
import itertools
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import pydantic
import yaml

from latentmaps import params as params_package
from latentmaps.errors import ParamsError, excerpt, shorten
from latentmaps.params import combinations, yaml12

S = TypeVar("S")

# what a section has where every profile has a value of its own
FROM_PROFILE = "profile"

# from which dvc.yaml makes stages, whatever the profile is
_OF_NO_PROFILE = {"draw_oips": {"layers"}}

_NOT_SECTIONS = {"combinations", "loader", "types", "yaml12"}

# sixteen times the file of the repository, which is read in 0.1 s
_MAX_BYTES = 256 * 1024
# each is checked at every start
_MAX_PROFILES = 50
# in a message; there may be more
_MAX_PROBLEMS = 10

# what pydantic says of a list, and how its other messages begin
_LENGTHS = {"too_short": "at least {min_length}", "too_long": "at most {max_length}"}
_PREFIX = re.compile(r"^(Input should be|String should have|Value error,) ")


@dataclasses.dataclass(frozen=True)
class Params:
    """The checked content of a params.yaml.

    Attributes:
        profile: the profile in force.
        sections: section name -> its dataclass, the values of the profile in force merged in.
        overridden: section name -> what the profile in force changes of the section's own values,
            a text such as ``fact 1 instead of 5`` for each.
    """

    profile: str
    sections: Mapping[str, Any]
    overridden: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    def section(self, cls: type[S]) -> S:
        """Return the section of which `cls` is the dataclass."""
        return cast(S, self.sections[section_name(cls)])


def section_name(cls: type) -> str:
    """Return the name of a section: that of the module its dataclass stands in."""
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
    """Read and check a params.yaml.

    Args:
        path: the file.

    Raises:
        ParamsError: the file is missing or no YAML, or a value is unknown, missing, of the wrong
            type or out of range; the message has a line for each of the first ten.
    """
    document = _read(path)
    classes = section_classes()
    profiles = _profiles(document, path)
    checked: dict[str, dict[str, Any]] = {}
    found = itertools.chain(
        _unknown_names(document, profiles, classes),
        _check_all(document, profiles, classes, checked),
    )
    # each profile repeats what is wrong with the sections it shares with the others
    problems = list(itertools.islice(_distinct(found), _MAX_PROBLEMS + 1))
    if problems:
        lines = [f"{path}: {problem}" for problem in problems[:_MAX_PROBLEMS]]
        raise ParamsError("\n".join([*lines, "..."] if len(problems) > _MAX_PROBLEMS else lines))
    profile = document["profile"]
    overridden = {
        name: _overridden(document.get(name, {}), profiles[profile].get(name, {}))
        for name in classes
    }
    return Params(profile=profile, sections=checked[profile], overridden=overridden)


def _overridden(own: Mapping[str, Any], sized: Mapping[str, Any]) -> list[str]:
    """Return a text for each value of a section that the profile changes."""
    return [
        f"{key} {shorten(value)} instead of {shorten(own[key])}"
        for key, value in sized.items()
        if own.get(key, FROM_PROFILE) not in (FROM_PROFILE, value)
    ]


def _distinct(problems: Iterable[str]) -> Iterator[str]:
    seen = set()
    for problem in problems:
        if problem not in seen:
            seen.add(problem)
            yield problem


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise ParamsError(
            f"{path}: no such file; run the stage from the folder that holds params.yaml"
        ) from None
    if len(content) > _MAX_BYTES:
        raise ParamsError(
            f"{path}: more than {_MAX_BYTES:,} bytes, expected one section per stage; "
            "`git checkout params.yaml` brings the file of the repository back"
        )
    try:
        document = yaml12.load(content.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path}: not a YAML document: {_describe_yaml(error)}") from error
    if not isinstance(document, dict):
        raise ParamsError(f"{path}: found {shorten(document)}, expected one section per stage")
    return document


def _describe_yaml(error: Exception) -> str:
    """Return what is wrong, and the line."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return excerpt(" ".join(str(error).split()))
    line, column = error.problem_mark.line + 1, error.problem_mark.column + 1
    return f"line {line}, column {column}: {excerpt(str(error.problem))}"


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
            f"{path}: profile: found {shorten(profile)}, expected one of {_listed(profiles)}"
            f"{_suggestion(profile, profiles)}"
        )
    return profiles


def _listed(names: Iterable[object]) -> str:
    """Return the first names, for a message."""
    listed = [_name(name) for name in itertools.islice(names, 21)]
    return ", ".join([*listed[:20], "..."] if len(listed) > 20 else listed)


def _name(key: object) -> str:
    """Return a key as it stands in the file, or, where it is no name, a short form of it."""
    if isinstance(key, str) and len(key) <= 60 and key.isprintable():
        return key
    return shorten(key)


def _suggestion(name: object, names: Iterable[object]) -> str:
    """Return a question for a slip of the pen; empty when nothing is near."""
    # the time grows with the square of the length
    known = [known for known in names if isinstance(known, str) and len(known) <= 60]
    near = difflib.get_close_matches(str(name)[:60], known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _unknown_names(
    document: dict[str, Any], profiles: dict[str, dict[str, Any]], classes: dict[str, type]
) -> Iterator[str]:
    places = {"": document} | {
        f"profiles.{_name(name)}.": values for name, values in profiles.items()
    }
    for place, values in places.items():
        known = [*classes, "profile", "profiles"] if place == "" else [*classes]
        for name in values:
            if name not in known:
                advice = _suggestion(name, known) or f", expected one of {', '.join(classes)}"
                yield f"{place}{_name(name)}: unknown{advice}"


def _check_all(
    document: dict[str, Any],
    profiles: dict[str, dict[str, Any]],
    classes: dict[str, type],
    checked: dict[str, dict[str, Any]],
) -> Iterator[str]:
    """Yield the problems of every section under every profile; put what has none in `checked`."""
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
                yield problem if profile == in_force else f"{problem} (profile {_name(profile)})"


def _check(
    cls: type, document: dict[str, Any], profile: str, sections: dict[str, Any]
) -> Iterator[str]:
    """Yield the problems of a section under `profile`; put it in `sections` if it has none."""
    name = section_name(cls)
    own = document.get(name, {})
    sized = document["profiles"][profile].get(name, {})
    place_of_sized = f"profiles.{_name(profile)}.{name}"
    places = {name: own, place_of_sized: sized}
    for place, values in places.items():
        if not isinstance(values, dict):
            yield f"{place}: found {shorten(values)}, expected a section with named values"
            return
    known = [field.name for field in dataclasses.fields(cls)]
    yield from _unknown_keys(places, known)
    for key in _OF_NO_PROFILE.get(name, set()) & sized.keys():
        yield (
            f"{place_of_sized}.{key}: found {shorten(sized[key])}, expected nothing, since "
            f"dvc.yaml makes stages of {name}.{key} under every profile; set that one"
        )
    of_profile = {*sized, *(key for key, value in own.items() if value == FROM_PROFILE)}
    own = {key: value for key, value in own.items() if value != FROM_PROFILE}
    for key in known:
        if key in own and profile == document["profile"] and _is_in_all(document, name, key):
            yield (
                f"{name}.{key}: found {shorten(own[key])}, expected {FROM_PROFILE}, since "
                f"{place_of_sized}.{key} has the value; set that one (for one experiment with "
                f"-S {place_of_sized}.{key}=VALUE), and {name}.{key} back to {FROM_PROFILE}"
            )
    merged = {**own, **sized}
    try:
        sections[name] = cls(**{key: merged[key] for key in known if key in merged})
    except pydantic.ValidationError as error:
        yield from _describe_all(error, of_profile, name, place_of_sized)


def _is_in_all(document: dict[str, Any], name: str, key: str) -> bool:
    """Return whether every profile has a value of its own for a key of the section `name`."""
    of_each = [profile.get(name) for profile in document["profiles"].values()]
    return all(isinstance(values, dict) and key in values for values in of_each)


def _unknown_keys(places: Mapping[str, dict[Any, Any]], known: list[str]) -> Iterator[str]:
    for place, values in places.items():
        for key in values:
            if key not in known:
                advice = _suggestion(key, known) or "; remove it or correct its spelling"
                yield f"{place}.{_name(key)}: unknown parameter{advice}"


def _describe_all(
    error: pydantic.ValidationError, of_profile: set[str], name: str, place_of_sized: str
) -> Iterator[str]:
    """Yield a line for each value; pydantic has an error for each type that it might have had."""
    expected: dict[str, list[str]] = {}
    for detail in error.errors():
        is_of_profile = bool(detail["loc"]) and detail["loc"][0] in of_profile
        line = _describe(place_of_sized if is_of_profile else name, detail)
        found, _, kind = line.partition(", expected ")
        expected.setdefault(found, []).append(kind)
    for found, kinds in expected.items():
        yield f"{found}, expected {' or '.join(kinds)}" if kinds[0] else found


def _describe(section: str, detail: Any) -> str:
    """Return one line for one error of pydantic: dotted name, what was found, what was expected."""
    # behind the field's name pydantic also puts names of its own, for the branches of a union
    keys = [key for index, key in enumerate(detail["loc"]) if index == 0 or isinstance(key, int)]
    place = ".".join([section, *map(str, keys)])
    if detail["type"].startswith("missing"):
        return f"{place}: missing; add it (params.yaml of the repository has a value for each)"
    if detail["type"] in _LENGTHS:
        expected = _LENGTHS[detail["type"]].format(**detail["ctx"])
        return f"{place}: found {len(detail['input']):,} values, expected {expected}"
    expected = excerpt(_PREFIX.sub("", detail["msg"]), 300)
    if not keys:
        return f"{place}: expected {expected}"
    return f"{place}: found {shorten(detail['input'])}, expected {expected}"
