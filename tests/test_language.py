"""Documents, docstrings and messages are in plain American English.

A list of words cannot judge a sentence. It only keeps out spellings and phrases that were once
common in this repository. `ruff` (D401) checks that docstrings open with an imperative verb.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.listed_files import list_files

ROOT = Path(__file__).parents[1]
SUFFIXES = {".py", ".md", ".toml", ".yaml", ".yml", ".j2", ".js", ".css", ".html", ".ipynb", ".txt"}
# text by others, files that a program writes, and this list itself
LEFT_OUT = ("LICENSE", "NOTICE", "dvc.lock", "requirements/", "tests/test_language.py")

# pattern -> what to write instead; case does not matter
PATTERNS = {
    # American spelling
    r"colour": "color",
    r"\bgrey|grey(s|_|\b)": "gray",
    r"\bcentre|_centre|centred": "center",
    r"licence": "license",
    r"neighbour": "neighbor",
    r"behaviour": "behavior",
    r"favour": "favor",
    r"learnt": "learned",
    r"spoilt": "corrupted",
    r"(normal|standard|visual|initial|optim|regular|organ|recogn|summar|general|random)"
    r"is(e|ed|es|er|ers|ing|ation)\b": "-ize",
    r"\bmodell(ed|ing)|\blabell(ed\b|ing)": "modeled, labeled",
    # phrases that sound translated
    r"\bof one's own\b|\bone's own\b": "custom, its own",
    r"\bso many\b": "the number",
    r"\banew\b": "again",
    r"\bfor ever\b": "forever, permanently",
    r"\bby heart\b": "memorize",
    r"\bgive or take\b": "up to",
    r"\baffair": "name what it is",
    r"\bgone wild\b": "diverged",
    r"\bbehind (one's|its|their) back\b": "hidden",
    r"\brightly\b": "correctly",
    r"\bbut for\b": "except",
    r"\bhangs? on\b": "depends on",
    r"\bstands? in params": "is in params.yaml",
    r"\bfor want of\b": "without",
    r"(?<!there )\bis no (number|picture|face|digit|file|image|result)\b": "is not a ...",
    r"\bmended?\b|\bmending\b": "fix",
    r"\bas a rule\b": "usually",
    r"\bwhat (it|they) tells?\b": "its meaning",
    r"\btells? apart\b|\btold apart\b": "distinguish",
    r"\bthinned out\b": "with dropout",
}
# Text that is drawn into the pictures of the sample: their pixels are committed results.
DRAWN = (
    "Where the two colours lie apart",
    "In each row so many times that ",
    "and, as a rule, nearer ",
)
# openings that no docstring may have
OPENINGS = re.compile(r"(Gives?|Tells?|Takes?|Knows|Lets|Says|Attributes:|Args:)(\s|$)")


@functools.cache
def listed_lines() -> list[tuple[str, str]]:
    """Return the place and the text of every line that is not empty."""
    names = [
        name
        for name in list_files(untracked=True)
        if not name.startswith(LEFT_OUT) and Path(name).suffix in SUFFIXES
    ]
    return [
        (f"{name}:{number}", line)
        for name in names
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if line.strip()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_file_has_a_banned_word(pattern: str) -> None:
    regular = re.compile(pattern, re.IGNORECASE)
    found = [
        f"{place}: {line.strip()[:100]}"
        for place, line in listed_lines()
        if regular.search(line) and not any(text in line for text in DRAWN)
    ]
    assert not found, f"write {PATTERNS[pattern]!r} instead:\n" + "\n".join(found)


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), text


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["src", "stages", "tests", "benchmarks"])
def test_a_docstring_opens_with_what_the_function_does(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in docstrings(path)
        if OPENINGS.match(text)
    ]
    assert not found, "\n".join(found)


def test_the_list_finds_what_it_is_for() -> None:
    for sentence in (
        "a colour",
        "the grey map",
        "spoilt input",
        "it is initialised",
        "so many maps",
    ):
        assert any(re.search(pattern, sentence, re.IGNORECASE) for pattern in PATTERNS), sentence
    for sentence in ("a color", "the gray map", "a corrupted input", "a promise", "many maps"):
        assert not any(re.search(pattern, sentence, re.IGNORECASE) for pattern in PATTERNS), (
            sentence
        )
