"""A short run of the attack: every reader accepts any input or refuses it with one message.

``make attack`` is the long run.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests import warm_python
from tests.attack.catalogue import GROUPS, LEFT_ALONE

_PARSES = re.compile(
    r"np\.load\(|open_memmap|json\.loads|read_csv|DictReader|Image\.open|ZipFile\(|load_weights|"
    r"yaml12\.load|gzip\.open|\.unpack\(|tomllib|tarfile\.open|requests\.|read_array|np\.lib\.format"
)


@pytest.mark.slow
def test_every_hostile_input_is_accepted_or_refused_with_one_message(root: Path) -> None:
    result = subprocess.run(
        [str(warm_python.interpreter()), "-m", "tests.attack", "--short", "--fork"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    tried = {
        line.split()[0]: int(line.split()[1].replace(",", ""))
        for line in result.stdout.splitlines()[1:]
    }
    assert tried == {g.name: g.num_short for g in GROUPS.values()} | {
        "all": sum(g.num_short for g in GROUPS.values())
    }


def test_every_module_that_parses_something_is_attacked(root: Path) -> None:
    source = root / "src"
    parsing = {
        ".".join(path.relative_to(source).with_suffix("").parts)
        for path in source.rglob("*.py")
        if _PARSES.search(path.read_text(encoding="utf-8"))
    }
    attacked = {module for group in GROUPS.values() for module in group.reads}
    assert parsing - attacked - LEFT_ALONE.keys() == set()


def test_every_attacked_module_exists(root: Path) -> None:
    named = {module for group in GROUPS.values() for module in group.reads} | LEFT_ALONE.keys()
    files = {module: root / "src" / f"{module.replace('.', '/')}.py" for module in named}
    assert [module for module, file in files.items() if not file.exists()] == []


def test_the_long_run_has_at_least_60_000_cases() -> None:
    assert sum(group.num_cases for group in GROUPS.values()) >= 60_000
    assert all(g.num_unharmed <= g.num_short <= g.num_cases for g in GROUPS.values())
