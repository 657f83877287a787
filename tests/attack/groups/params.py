"""params.yaml: wild values for every key, and documents that are bombs, tricky or broken."""

import functools
import json
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.attack import documents, mutators
from tests.attack.case import Group, write_file

from latentmaps.params import loader, yaml12

_ORIGINAL = Path(__file__).parents[3] / "params.yaml"
_FILE = "params.yaml"

# in addition to those of JSON: tags, anchors and spellings that only YAML has
_WILD = (
    *documents.WILD,
    *("~", "yes", "off", ".inf", "-.inf", ".nan", "0o17", "010", "1_000", "5e-4", "+5", "1:30"),
    *("0x" + "f" * 6_000, "0o" + "7" * 6_000, "2001-01-01", "!!timestamp 2001-99-99"),
    *("!!timestamp foo", "!!bool maybe", "!!bool yes", "!!int abc", "!!int 5", "!!float abc"),
    *("!!null x", "!!str 5", "!!binary aGk=", '!!binary "%%%"', "!!set {a}", "!!omap [a: 1]"),
    *("!!pairs [a: 1]", "!!seq a", "!!map a", "!custom 1", "!!python/name:os.system"),
    *("!!python/object/apply:os.system [true]", "*missing", "&a [*a]", "&a {a: *a}", "&a 1"),
    *("{<<: {a: 1}}", "{<<: 5}", "{<<: [1]}", "{? [1] : 2}", "{? {a: 1} : 2}", "{1: 2}", "{a}"),
    *("{null: 1}", "{.nan: 1, .nan: 2}", "[a, b", "%", "@", "`", "| a", "> a", "- 1", "? a", "#"),
)


@functools.cache
def _document() -> Any:
    return yaml12.load(_ORIGINAL.read_text(encoding="utf-8"))


@functools.cache
def _key_paths() -> list[documents.KeyPath]:
    return documents.key_paths(_document())[1:]


def _write_value(folder: Path, number: int, generator: random.Random) -> None:
    """Set one key; the first cases cover every key and every value."""
    text = json.dumps(_document())
    if number > 0:
        turn, key = divmod(number - 1, len(_key_paths()))
        text = documents.replace(_document(), _key_paths()[key], _WILD[(turn + key) % len(_WILD)])
    (folder / _FILE).write_bytes(text.encode("utf-8", "surrogatepass"))


def _load(folder: Path) -> None:
    loader.load(folder / _FILE)


def _good() -> Sequence[bytes]:
    return [_ORIGINAL.read_bytes()]


def _bomb(levels: int, *, place: str = "bomb") -> bytes:
    """Return a document of a few hundred bytes that expands to 9 ** levels values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        names = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} [{names}]")
    return "\n".join([*lines, f"{place}: *a{levels - 1}", ""]).encode()


def _merge_bomb(levels: int) -> bytes:
    lines = ["a0: &a0 {a: 1, b: 2}"]
    for level in range(1, levels):
        names = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} {{<<: [{names}]}}")
    return "\n".join(lines).encode()


@functools.cache
def _listed() -> list[bytes]:
    good = _ORIGINAL.read_text(encoding="utf-8")
    with_fact = good.replace("fact: 5.0", "fact: *a7").encode()
    return [
        *(_bomb(levels) for levels in range(2, 11)),
        *(_bomb(levels, place="profiles") for levels in (4, 6, 8)),
        *(_bomb(levels, place="profile") for levels in (4, 6, 8)),
        *(good.encode() + _bomb(levels, place="train_vae") for levels in (4, 6)),
        *(with_fact + _bomb(8), _bomb(8, place="a8") + with_fact),
        *(_merge_bomb(levels) for levels in (3, 6, 9)),
        *(text.encode() for text in _texts(good)),
        *(good.encode(name) for name in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig")),
        *(b"", b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", good.encode() + b"\xff", b"\x1b"),
        *(b"a: \xed\xa0\x80", b"\xc3(", good.encode().replace(b"\n", b"\r"), b"\r\n" * 100),
    ]


def _texts(good: str) -> list[str]:
    deep = 5_000
    return [
        *("[" * deep, "[" * deep + "]" * deep, "{a: " * deep + "1" + "}" * deep, "- " * deep + "1"),
        *("? " * deep, "\n".join(" " * level + "a:" for level in range(1_000)), "a: " * deep),
        *(
            "#",
            "---",
            "...",
            "--- \n--- \n",
            "%YAML 9.9\n---\na: 1",
            "%TAG ! tag:x,2000:\n---\n!a b",
        ),
        *("null", "1", "a", "[]", "{}", "- 1", '""', "!!python/object:os.system {}", "&a *a", "*a"),
        *("profile: 5", "profiles: {}", "profiles: 5", "profiles: [a]", "profile: x\nprofiles: {}"),
        *("profile: x\nprofiles: {x: null}", "profile: x\nprofiles: {x: {}}", "? [a]\n: b"),
        *("profile: x\nprofiles: {x: {train_vae: 5}}", "profile: x\nprofiles: {5: {}}"),
        *(
            "profile: " + "x" * 100_000 + "\nprofiles: {y: {}}",
            "a" * 100_000 + ": 1",
            "a: |\n" * 999,
        ),
        *("profile: x\nprofiles: {" + ", ".join(f"p{i}: {{}}" for i in range(500)) + "}",),
        *("\n".join(f"k{i}: {i}" for i in range(5_000)), " " * 1_000_000, "\t" * 100, "'" * 9_999),
        *(good + "profile: sample\n", good + good, good + "fetch_faces: {}\n", good + "x: 1\n"),
        *(good.replace(":", "", 1), good.replace("  ", "\t", 5), good.replace("  ", " ", 9)),
        *(good.replace("profile: sample", "profile: &a sample"), good.replace("sample", "s" * 999)),
        *(
            good.replace("sample", "\N{CYRILLIC SMALL LETTER ES}ample", 1),
            good + "\x00",
            good + "\x07",
        ),
        *(
            good.replace("train_vae:", "!!omap train_vae:"),
            good.replace("fact:", "fact: !!bool x #"),
        ),
    ]


def _mutate(content: bytes, generator: random.Random) -> bytes:
    """Damage bytes, or insert wild texts between the words of the file."""
    if generator.randrange(2):
        return mutators.mutate(content, generator)
    words = content.split(b" ")
    for _ in range(generator.randint(1, 3)):
        wild = generator.choice(_WILD).encode("utf-8", "surrogatepass")
        words[generator.randrange(len(words))] = wild
    return b" ".join(words)


_READS = ("latentmaps.params.loader", "latentmaps.params.yaml12")

GROUPS = (
    Group("params-values", _READS, _write_value, _load, num_cases=9_000, num_short=150),
    Group(
        "params-documents",
        _READS,
        partial(write_file, _FILE, _good, _listed, _mutate),
        _load,
        num_cases=2_000,
        num_short=150,
    ),
)
