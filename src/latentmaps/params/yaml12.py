"""Read YAML as DVC reads it.

DVC reads and writes params.yaml as YAML 1.2; PyYAML knows version 1.1, in which ``1e-05`` is a
string, ``no`` is false and ``010`` is eight. ``dvc exp run -S train_vae.learning_rate=1e-5`` writes
``1e-05``, so a plain PyYAML would hand a string to the optimiser. This loader is PyYAML's safe one
with the scalar types of the core schema of YAML 1.2.2, section 10.3.2, and underscores between
digits as DVC's reader has them; it refuses a key that stands twice.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml


class Yaml12Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2 and without duplicate keys."""

    # An own table: the one of SafeLoader is shared by every user of PyYAML in the process.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the base class has it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Gives the mapping of `node`; a key that stands twice is an error, not a silent choice."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _error(f"{key!r} cannot be a key", key_node)
            if key in seen:
                raise _error(f"the key {key!r} stands twice", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _error(problem: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    try:
        # int("010", 0) is refused, and in YAML 1.2 that text is ten
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text, 10)
    except ValueError as error:
        raise _error(f"{text[:40]!r} is no whole number", node) from error


def _construct_float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    text = loader.construct_scalar(node)
    try:
        return float(text.replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan"))
    except ValueError as error:
        raise _error(f"{text[:40]!r} is no number", node) from error


_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+(_[0-9]+)*|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan|\.NaN",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
)
for _name, _pattern, _first in _SCALARS:
    Yaml12Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )
Yaml12Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
Yaml12Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


def load(text: str) -> Any:
    """Gives the content of a YAML 1.2 document.

    Args:
        text: the document.

    Raises:
        yaml.YAMLError: the text is no YAML, or holds a key twice.
    """
    return yaml.load(text, Loader=Yaml12Loader)  # noqa: S506 - a subclass of SafeLoader
