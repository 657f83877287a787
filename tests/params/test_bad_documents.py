"""Any invalid params.yaml ends quickly in one short message."""

import time
from pathlib import Path

import pytest

from latentmaps.errors import ParamsError
from latentmaps.params import loader

_LEVELS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 11))
_BOMB = f"a0: &a0 [lol]\n{_LEVELS}"


def refuse(content: bytes, folder: Path) -> str:
    """Return the error message for a document."""
    path = folder / "params.yaml"
    path.write_bytes(content)
    started = time.process_time()
    with pytest.raises(ParamsError) as caught:
        loader.load(path)
    assert time.process_time() - started < 1
    message = str(caught.value)
    assert len(message.encode()) <= 2000
    return message.replace(f"{path}: ", "")


_FILTERS = "- 32\n  - 64\n  - 128\n  - 256"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!bool maybe", "line 1, column 4: 'maybe' is not of type bool"),
        ("a: !!null none", "'none' is not of type null"),
        ("a: !!int 1.5", "'1.5' is not of type int"),
        ("a: !!float [1]", "expected a scalar node"),
        ("a: !!map a", "expected a mapping"),
        ("a: !!timestamp foo", "tag:yaml.org,2002:timestamp"),
        ("a: !!timestamp 2001-99-99", "tag:yaml.org,2002:timestamp"),
        ("a: !!set {b}", "tag:yaml.org,2002:set"),
        ("a: !!omap [b: 1]", "tag:yaml.org,2002:omap"),
        ("a: !!binary '%'", "tag:yaml.org,2002:binary"),
        ("a: !!python/object/apply:os.system [ls]", "python/object/apply:os.system"),
        (f"a: !{'b' * 50_000} 1", "could not determine a constructor"),
        ("profiles: 0x" + "f" * 6000, "is not of type int"),
        ("profiles: " + "9" * 6000, "is not of type int"),
        ("[" * 5000, "line 1, column 21: more than 20 levels of nesting"),
        ("a: " * 5000, "mapping values are not allowed here"),
        ("a: &a [*a]", "an alias is inside the node that it repeats"),
        ("a: &a {b: {c: *a}}", "an alias is inside the node that it repeats"),
        ("a: &a {*a : 1}", "an alias is inside the node that it repeats"),
        ("a: *b", "undefined alias"),
        (f"{_BOMB}profiles: *a5", "line 5, column 20: more than 5,000 values, with aliases"),
        ("a: [" + "1," * 30_000 + "]", "more than 5,000 values"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", "line 3, column 3: merge keys (<<) are not supported"),
        ("a: 1\na: 2", "line 2, column 1: the key 'a' occurs twice"),
        (f"{'k' * 50_000}: 1", "mapping values are not allowed here"),
        ("? [a]\n: 1", "['a'] cannot be a key"),
        ("? {a: 1}\n: 1", "{'a': 1} cannot be a key"),
        ("--- 1\n--- 2", "but found another document"),
        ("a: '\\0' \0", "special characters are not allowed"),
        ("x" * 100_000, "expected one section per stage"),
        ("profiles: " + "x" * 100_000, "profiles: found 'xxx"),
    ],
)  # fmt: skip
def test_an_invalid_document_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in refuse(text.encode(), tmp_path)


@pytest.mark.parametrize("content", [b"a: \xff", "a: 1".encode("utf-16"), "ä: 1".encode("latin-1")])
def test_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "not a YAML document" in refuse(content, tmp_path)


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)  # a sparse file
    with pytest.raises(ParamsError, match=r"more than 262,144 bytes"):
        loader.load(path)


def test_an_endless_device_is_refused() -> None:
    with pytest.raises(ParamsError, match=r"more than 262,144 bytes"):
        loader.load(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fact: 5.0", "fact: " + "x" * 100_000, "train_vae.fact: found 'xxx"),
        ("fact: 5.0", "fact: 1" + "0" * 25, "train_vae.fact: found 10000000000000000000000000, "),
        ("fact: 5.0", "fact: 1e999", "train_vae.fact: found inf"),
        ("fact: 5.0", "fact: .nan", "train_vae.fact: found nan"),
        ("fact: 5.0", "fact: {" + "a: {" * 10 + "}" * 11, "train_vae.fact: found {'a': {'a':"),
        ("fact: 5.0", "fact: &f [1]\n  x: *f", "train_vae.fact: found [1]"),
        ("\n  fact:", f"\n  {'x' * 500}:", "unknown parameter"),
        ("\n  fact:", "\n  __dataclass_self__: 1\n  fact:", "__dataclass_self__: unknown param"),
        ("\n  fact:", "\n  1: 1\n  ~: 1\n  'a\\nb': 1\n  fact:", "train_vae.1: unknown parameter"),
        ("\nbase:", f"\n{'x' * 500}:", "base.seed: missing"),
        (_FILTERS, f"  {[1] * 65}", "filters: found 65 values, expected at most 64"),
        (_FILTERS, "  []", "filters: found 0 values, expected at least 1"),
        ("profile: sample", f"profile: {'x' * 100_000}", "expected one of sample, "),
        ('path:      ', r'path: "/a\0b" ', r"path: found '/a\x00b', expected a string without con"),
        ('path:      ', r'path: "/\ud800" ', "path: found '/"),
        ('path:      ', f"path: /{'x' * 5000} ", "expected at most 4096 characters"),
    ],
)  # fmt: skip
def test_a_wild_value_is_named_and_shortened(
    root: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    assert old in text
    assert message in refuse(text.replace(old, new, 1).encode(), tmp_path)


def test_at_most_ten_problems_are_named(root: Path, tmp_path: Path) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    slips = "".join(f"slip_{number}: 1\n" for number in range(100))
    lines = refuse(f"{text}{slips}".encode(), tmp_path).split("\n")
    assert lines[0].startswith("slip_0: unknown, expected one of base, ")
    assert len(lines) <= 11
    assert lines[-1].endswith("...")


def test_more_profiles_than_anybody_writes_are_refused(root: Path, tmp_path: Path) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    many = "".join(f"  p{number}: {{}}\n" for number in range(100))
    message = refuse(text.replace("profiles:\n", f"profiles:\n{many}").encode(), tmp_path)
    assert message == "profiles: found 104, expected at most 50"
