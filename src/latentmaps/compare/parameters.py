"""The parameters of experiments: which are the same in all of them, and which are not."""

from collections.abc import Mapping, Sequence
from typing import Any

# Absolute folders of the machine: whoever gets the page has no use for them.
_LOCAL_PATHS = {"path"}
_NO_VALUE = "\N{EN DASH}"


def flatten(values: Mapping[str, Any]) -> dict[str, Any]:
    """Gives dotted names -> values; those of the profile in force stand under their section.

    Args:
        values: name, dotted or not, -> value or section, as dvc.lock has them.
    """
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten({f"{name}.{key}": item for key, item in value.items()})
        else:
            flat[_without_profile(name)] = value
    return flat


def _without_profile(name: str) -> str:
    """Gives ``train_vae.epochs`` for ``profiles.sample.train_vae.epochs``."""
    parts = name.split(".")
    return ".".join(parts[2:]) if parts[0] == "profiles" and len(parts) > 2 else name


def as_text(name: str, value: Any) -> str:
    """Gives a value as it stands in params.yaml, without what belongs to one machine."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if name.rpartition(".")[2] in _LOCAL_PATHS:
        return "(a local folder)"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(as_text(name, item) for item in value)}]"
    return str(value)


def find_differing(of_each: Sequence[Mapping[str, Any]]) -> list[str]:
    """Gives the names whose values are not the same in all experiments, in alphabetical order.

    A name that one of them does not have differs, unless that one has no parameters at all.
    """
    known = [values for values in of_each if values]
    names = sorted({name for values in known for name in values})
    return [
        name
        for name in names
        if any(_text_of(values, name) != _text_of(known[0], name) for values in known)
    ]


def describe(values: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, str]]:
    """Gives name and value as text; a dash where there is none."""
    return [(name, _text_of(values, name)) for name in names]


def _text_of(values: Mapping[str, Any], name: str) -> str:
    return as_text(name, values[name]) if name in values else _NO_VALUE
