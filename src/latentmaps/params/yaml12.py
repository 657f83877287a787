"""Read YAML the way DVC does.

DVC reads and writes params.yaml as YAML 1.2. PyYAML implements version 1.1, in which ``1e-05`` is a
string, ``no`` is false and ``010`` is eight. ``dvc exp run -S train_vae.learning_rate=1e-5`` writes
``1e-05``, so plain PyYAML would pass a string to the optimizer. This is PyYAML's safe loader,
restricted to the core schema of YAML 1.2.2, section 10.3, plus underscores between digits, which
DVC's reader accepts.

It refuses what does not belong in a parameter file: duplicate keys, other tags, merge keys,
recursive aliases, and unusual depth or size. Every use of an alias counts at its full size, so a
small document cannot expand to millions of values.
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
    """PyYAML's safe loader with the types of YAML 1.2 and with limits on depth and size."""

    # Separate tables: those of SafeLoader are shared by all users of PyYAML in the process.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the base class has it
    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (f"{_TAG}str", f"{_TAG}seq", f"{_TAG}map", None)
    }

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._open_anchors: list[str | None] = []  # anchors of the parents of the next node
        self._sizes: dict[str | None, int] = {}  # anchor -> number of nodes in its subtree
        self._num_nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Return the next node; refuse it if the document is too deep or too large."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        num_before = self._num_nodes
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self._open_anchors:
                raise _error("an alias is inside the node that it repeats", event)
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
            raise _error(f"more than {_MAX_NODES:,} values, with aliases expanded", event)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of `node`; refuse duplicate keys instead of choosing one of them."""
        if not isinstance(node, yaml.MappingNode):  # a tag may claim that anything is a mapping
            raise _error("expected a mapping", node)
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _error(f"{shorten(key)} cannot be a key", key_node)
            if key == "<<":
                raise _error("merge keys (<<) are not supported; write the values out", key_node)
            if key in seen:
                raise _error(f"the key {shorten(key)} occurs twice", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _error(problem: str, place: yaml.Node | yaml.Event) -> yaml.YAMLError:
    mark: Any = place.start_mark
    return yaml.constructor.ConstructorError(None, None, problem, mark)


def _to_int(text: str) -> int:
    # int("010", 0) raises an error, but in YAML 1.2 this text is ten
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
        # the text need not match an explicit tag, as in `!!bool maybe`
        if not regular.match(text) or (name == "int" and len(text) > _MAX_DIGITS):
            raise _error(f"{shorten(text)} is not of type {name}", node)
        return convert(text)

    first_characters = [*first, ""] if name == "null" else list(first)
    Yaml12Loader.add_implicit_resolver(f"{_TAG}{name}", regular, first_characters)
    Yaml12Loader.add_constructor(f"{_TAG}{name}", construct)


for _scalar in _SCALARS:
    _add_scalar(*_scalar)


def load(text: str) -> Any:
    """Return the content of a YAML 1.2 document.

    Args:
        text: text of the document.

    Raises:
        yaml.YAMLError: the text is not YAML, or contains what this module refuses.
    """
    return yaml.load(text, Loader=Yaml12Loader)  # noqa: S506 - a subclass of SafeLoader
