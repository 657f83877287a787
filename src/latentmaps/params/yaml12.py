"""Read YAML as DVC reads it.

DVC reads and writes params.yaml as YAML 1.2; PyYAML knows version 1.1, in which ``1e-05`` is a
string, ``no`` is false and ``010`` is eight. ``dvc exp run -S train_vae.learning_rate=1e-5`` writes
``1e-05``, so a plain PyYAML would hand a string to the optimizer. This loader is PyYAML's safe one
with the types of the core schema of YAML 1.2.2, section 10.3, alone, and underscores between digits
as DVC's reader has them.

It refuses what has no place in a file of parameters: a key that stands twice, other tags, merge
keys, aliases that repeat themselves, and more depth or values than a person writes. Aliases count
as often as they stand for something, so a small text cannot stand for millions of values.
"""

import re
from collections.abc import Callable, Hashable
from typing import Any, ClassVar

import yaml

from latentmaps.errors import shorten

_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 20
_MAX_NODES = 5_000
_MAX_DIGITS = 30


class Yaml12Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the types of YAML 1.2 and limits for depth and size."""

    # Own tables: those of SafeLoader are shared by every user of PyYAML in the process.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the base class has it
    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (f"{_TAG}str", f"{_TAG}seq", f"{_TAG}map", None)
    }

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._open_anchors: list[str | None] = []  # of the nodes around the next one
        self._sizes: dict[str | None, int] = {}  # anchor -> nodes that an alias of it stands for
        self._num_nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Return the next node; refuse one that is too deep, or one too many."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        num_before = self._num_nodes
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self._open_anchors:
                raise _error("an alias stands inside of what it repeats", event)
            self._num_nodes += self._sizes.get(event.anchor, 0)
            node = super().compose_node(parent, index)
        else:
            if len(self._open_anchors) == _MAX_DEPTH:
                raise _error(f"more than {_MAX_DEPTH} levels of nesting", event)
            self._num_nodes += 1
            self._open_anchors.append(event.anchor)
            node = super().compose_node(parent, index)
            self._open_anchors.pop()
            self._sizes[event.anchor] = self._num_nodes - num_before
        if self._num_nodes > _MAX_NODES:
            raise _error(f"more than {_MAX_NODES:,} values, aliases written out", event)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of `node`; a key that stands twice is an error, no silent choice."""
        if not isinstance(node, yaml.MappingNode):  # as a tag may say of anything
            raise _error("expected a mapping", node)
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _error(f"{shorten(key)} cannot be a key", key_node)
            if key == "<<":
                raise _error("merge keys (<<) are not read; write the values out", key_node)
            if key in seen:
                raise _error(f"the key {shorten(key)} stands twice", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _error(problem: str, place: yaml.Node | yaml.Event) -> yaml.YAMLError:
    mark: Any = place.start_mark
    return yaml.constructor.ConstructorError(None, None, problem, mark)


def _to_int(text: str) -> int:
    # int("010", 0) is refused, and in YAML 1.2 that text is ten
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text, 10)


def _to_float(text: str) -> float:
    return float(text.replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan"))


# type, its pattern, first characters, conversion
_SCALARS: tuple[tuple[str, str, str, Callable[[str], Any]], ...] = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF", lambda text: text.lower() == "true"),
    ("int", r"[-+]?[0-9]+(_[0-9]+)*|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789", _to_int),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan|\.NaN",
        "-+.0123456789",
        _to_float,
    ),
    ("null", r"~|null|Null|NULL|", "~nN", lambda _: None),
)


def _add_scalar(name: str, pattern: str, first: str, convert: Callable[[str], Any]) -> None:
    regular = re.compile(f"(?:{pattern})\\Z")

    def construct(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
        text = loader.construct_scalar(node)
        # a tag written by hand, as in `!!bool maybe`, promises what the text need not hold
        if not regular.match(text) or (name == "int" and len(text) > _MAX_DIGITS):
            raise _error(f"{shorten(text)} is no {name}", node)
        return convert(text)

    first_characters = [*first, ""] if name == "null" else list(first)
    Yaml12Loader.add_implicit_resolver(f"{_TAG}{name}", regular, first_characters)
    Yaml12Loader.add_constructor(f"{_TAG}{name}", construct)


for _scalar in _SCALARS:
    _add_scalar(*_scalar)


def load(text: str) -> Any:
    """Return the content of a YAML 1.2 document.

    Args:
        text: the document.

    Raises:
        yaml.YAMLError: the text is no YAML, or holds what this module refuses.
    """
    return yaml.load(text, Loader=Yaml12Loader)  # noqa: S506 - a subclass of SafeLoader
