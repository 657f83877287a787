"""Put wild values into JSON, and into YAML written as JSON."""

import copy
import json
import random
from collections.abc import Sequence
from typing import Any

from tests.attack import mutators

KeyPath = tuple[str | int, ...]

# placeholder for the wild text, which may be invalid JSON
_MARK = "\N{REPLACEMENT CHARACTER}wild"

# values that JSON, YAML and Python interpret differently
WILD = (
    *("null", "true", "false", '""', '" "', '"a"', '"5"', '"true"', "0", "-0", "1", "-1", "2"),
    *("0.1", "-0.0", "1.0", "1.5", "1e-308", "1e-400", "1e30", "-1e30", "1e308", "1e400"),
    *("-1e400", "NaN", "Infinity", "-Infinity", "2147483647", "2147483648", "9223372036854775808"),
    *("18446744073709551616", "9" * 30, "9" * 400, "9" * 5_000, "-" + "9" * 400),
    *("[]", "{}", "[[]]", "[null]", "[1]", "[1, 2, 3, 4]", '["a"]', "[-1, 0, 1e400]", "[true]"),
    *('{"a": 1}', '{"": null}', '{"a": 1, "a": 2}', '[{"a": []}]'),
    *("[" * 1_000 + "]" * 1_000, "[" * 100_000, '{"a":' * 1_000 + "1" + "}" * 1_000),
    *('"\\u0000"', '"\\ud800"', '"\\u202e"', '"\N{GRINNING FACE}"', '"a\\nb\\r\\n"'),
    *('"../../etc/passwd"', '"/dev/zero"', '"<script>alert(1)</script>"', '"{{ 7 * 7 }}"'),
    *('"%s%s%n"', '"=1+1"', '"' + "a" * 100_000 + '"', "[" + "1, " * 20_000 + "1]"),
    *('{"__class__": "x"}', '"unterminated', "nul", "'a'", "", "1 2", "0x10", "01", ".5", "+1"),
)


def listed() -> list[bytes]:
    """Return files that are not a JSON object, or a very large one."""
    return [
        *(
            b"",
            b"\x00",
            b"{",
            b"[]",
            b"null",
            b"5",
            b'"a"',
            b"{}",
            b"\xff",
            b"\xef\xbb\xbf{}",
            b"{}x",
        ),
        *(b"[" * 100_000, b"9" * 5_000, b'{"a": ' + b"9" * 5_000 + b"}", b'{"a":' * 100_000),
        *(
            b"NaN",
            b'{"a": NaN}',
            "{}".encode("utf-16"),
            b'"\\ud800"',
            b" " * 1_000_000,
            b"{'a': 1}",
        ),
    ]


def key_paths(document: Any, path: KeyPath = ()) -> list[KeyPath]:
    """Return the path to every value of a document, starting with the document itself."""
    inner: Sequence[tuple[str | int, Any]] = []
    if isinstance(document, dict):
        inner = list(document.items())
    elif isinstance(document, list):
        inner = list(enumerate(document))
    return [path, *(deeper for key, value in inner for deeper in key_paths(value, (*path, key)))]


def replace(document: Any, path: KeyPath, text: str) -> str:
    """Return a document as JSON, with `text` unchanged in place of the value at `path`."""
    if not path:
        return text
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = _MARK
    return json.dumps(changed, ensure_ascii=False).replace(f'"{_MARK}"', text)


def remove(document: Any, path: KeyPath) -> str:
    """Return a document as JSON without the value at `path`."""
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if path:
        del place[path[-1]]
    return json.dumps(changed)


def mutate(content: bytes, generator: random.Random) -> bytes:
    """Return a JSON document with a wild value, a missing value, or damaged bytes."""
    document = json.loads(content)
    path = generator.choice(key_paths(document))
    kind = generator.randrange(6)
    if kind == 0:
        return mutators.mutate(content, generator)
    if kind == 1:
        return remove(document, path).encode()
    return replace(document, path, generator.choice(WILD)).encode("utf-8", "surrogatepass")
