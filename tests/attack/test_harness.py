"""The attack must count every bad end as a failure, or it would find nothing."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.attack import documents, mutators, planted, running, tables
from tests.attack.attempt import ACCEPTED, FAILED, REFUSED, Outcome, attempt
from tests.attack.case import Group, Mutate, generator
from tests.attack.catalogue import GROUPS


def outcomes(misbehave: Callable[[], object], folder: Path) -> list[Outcome]:
    group = planted.group(misbehave)
    return [attempt(group, number, 0, folder) for number in range(group.num_cases)]


def test_a_refusal_with_one_message_is_a_good_end(tmp_path: Path) -> None:
    ends = [outcome.ended for outcome in outcomes(planted.refuse, tmp_path)]
    assert ends == [ACCEPTED, ACCEPTED, REFUSED, ACCEPTED]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("misbehave", "cause"),
    [
        (planted.raise_another_error, "KeyError, attack/planted.py:"),
        (planted.tell_too_much, "a message of more than 2,000 characters"),
        (planted.name_a_place_in_memory, "a message that names a place in memory"),
        (planted.break_a_promise, "BrokenPromiseError"),
        (planted.leave, "SystemExit"),
        (planted.eat_all_memory, "MemoryError"),
    ],
)
def test_any_other_end_is_counted_as_failed(
    misbehave: Callable[[], object], cause: str, tmp_path: Path
) -> None:
    found = outcomes(misbehave, tmp_path)
    assert [outcome.ended for outcome in found] == [ACCEPTED, ACCEPTED, FAILED, ACCEPTED]
    assert found[planted.DEFECTIVE].cause.startswith(cause)


def test_a_refused_good_input_is_counted_as_failed(tmp_path: Path) -> None:
    group = planted.group(planted.refuse)
    strict = Group(**vars(group) | {"num_unharmed": planted.DEFECTIVE + 1})
    outcome = attempt(strict, planted.DEFECTIVE, 0, tmp_path)
    assert (outcome.ended, outcome.cause) == (FAILED, "a good input was refused")


@pytest.fixture
def without_slow_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start processes without TensorFlow, which the planted readers do not need."""
    monkeypatch.setattr(running, "_SLOW_IMPORTS", [])


@pytest.mark.slow
@pytest.mark.usefixtures("without_slow_imports")
@pytest.mark.parametrize(
    ("misbehave", "cause"),
    [
        (planted.compute, "computed for more than 0.2 s"),
        (planted.sleep, "hung for 1 s"),
        (planted.crash, "the process died, exit code -6"),
        (planted.eat_memory, "memory grew by more than 500 MB"),
    ],
)
def test_a_case_that_ends_the_process_is_named_and_the_others_continue(
    misbehave: Callable[[], object], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_HANGS_S", 1.0 if misbehave is planted.sleep else 60.0)
    result = running.run(planted.group(misbehave), range(4), seed=0)
    assert [(o.number, o.cause) for o in result.failures] == [(planted.DEFECTIVE, cause)]
    assert result.counts[ACCEPTED] == 3


@pytest.mark.slow
@pytest.mark.usefixtures("without_slow_imports")
def test_a_group_that_keeps_crashing_is_abandoned_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_MAX_PROCESSES", 1)
    result = running.run(planted.group(planted.crash), range(4), seed=0)
    assert [outcome.cause for outcome in result.failures] == [
        "the process died, exit code -6",
        "1 cases were not tried, since 1 processes had died",
    ]


@pytest.mark.slow
def test_a_case_gives_the_same_files_again(tmp_path: Path) -> None:
    for name in ("split-csv", "images-npy", "zip-own", "params-documents", "digits-idx"):
        group, last = GROUPS[name], GROUPS[name].num_cases - 1
        contents = []
        for place, seed in (("first", 0), ("again", 0), ("other", 1)):
            folder = tmp_path / name / place
            folder.mkdir(parents=True)
            group.write(folder, last, generator(group, last, seed))
            contents.append([path.read_bytes() for path in sorted(folder.rglob("*"))])
        assert contents[0] == contents[1] != contents[2]


@pytest.mark.parametrize(
    ("mutate", "content"),
    [
        (mutators.mutate, bytes(100)),
        (documents.mutate, b'{"a": [1, 2, 3], "b": {"c": "text"}}'),
        (tables.mutate, b"row,part\n0,train\n1,validation\n2,test\n"),
    ],
)
def test_mutations_change_nearly_every_input(mutate: Mutate, content: bytes) -> None:
    changed = {mutate(content, random.Random(seed)) for seed in range(300)}  # noqa: S311
    assert len(changed - {content}) > 150
