"""A short run of the attack: every reader accepts any input or refuses it with one message.

``make attack`` is the long run.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.attack.case import Group
from tests.attack.catalogue import GROUPS, LEFT_ALONE
from tests.attack.running import Result, run

from latentmaps import parallel

_PARSES = re.compile(
    r"np\.load\(|open_memmap|json\.loads|read_csv|DictReader|Image\.open|ZipFile\(|load_weights|"
    r"yaml12\.load|gzip\.open|\.unpack\(|tomllib|tarfile\.open|requests\.|read_array|np\.lib\.format"
)


@pytest.mark.slow
def test_every_hostile_input_is_accepted_or_refused_with_one_message() -> None:
    with ThreadPoolExecutor(parallel.num_cores()) as pool:
        results = list(pool.map(_run_short, GROUPS.values()))
    failed = {
        f"make attack CASE={result.group}:{outcomes[0].number}": f"{len(outcomes)} cases, {cause}"
        for result in results
        for cause, outcomes in result.causes().items()
    }
    assert failed == {}


def _run_short(group: Group) -> Result:
    return run(group, range(group.num_short), seed=0)


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
