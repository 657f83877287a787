import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from latentmaps import staging
from latentmaps.errors import LatentmapsError
from latentmaps.staging import Staging

# opens the temporary folders of the files given as arguments, and waits to be killed
HOLDING = """
import sys
from pathlib import Path
from latentmaps.staging import Staging

staging = Staging({name: Path(name) for name in sys.argv[1:]})
staging.open()
for path in staging.temporary.values():
    path.write_text("half")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path, root: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that writes a.txt and b.txt."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "a.txt"), str(tmp_path / "b.txt")],
        env={"PYTHONPATH": str(root / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


HELD = [
    ".a.txt.partial",
    ".a.txt.partial/a.txt",
    ".a.txt.partial/running.lock",
    ".a.txt.partial/running.txt",
    ".b.txt.partial",
    ".b.txt.partial/b.txt",
    ".b.txt.partial/running.lock",
    ".b.txt.partial/running.txt",
]


@pytest.mark.usefixtures("other")
def test_the_second_of_two_runs_is_refused_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_PATIENCE_S", 0.1)
    second = Staging({"c": tmp_path / "c.txt", "b": tmp_path / "b.txt"})
    with pytest.raises(LatentmapsError, match=r"b\.txt: another run is writing it, .* wait until"):
        second.open()
    assert names(tmp_path) == HELD


@pytest.mark.usefixtures("other")
def test_outputs_of_an_active_run_are_not_leftovers(tmp_path: Path) -> None:
    staging.remove_leftovers([tmp_path])
    assert names(tmp_path) == HELD


def test_leftovers_of_a_killed_run_are_removed(
    tmp_path: Path, other: "subprocess.Popen[str]"
) -> None:
    other.kill()
    other.wait()
    assert names(tmp_path) == HELD
    (tmp_path / "c.txt").touch()
    staging.remove_leftovers([tmp_path, tmp_path / "c.txt", tmp_path / "missing"])
    assert names(tmp_path) == ["c.txt"]


def test_all_folders_of_a_killed_run_are_removed_together(
    tmp_path: Path, other: "subprocess.Popen[str]"
) -> None:
    other.kill()
    other.wait()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".a.txt.partial").rename(elsewhere / ".a.txt.partial")
    staging.remove_leftovers([elsewhere])
    assert names(tmp_path) == ["elsewhere"]


def test_a_run_that_was_killed_immediately_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.partial").mkdir()
    (tmp_path / ".a.txt.partial/running.lock").touch()
    staging.remove_leftovers([tmp_path])
    assert names(tmp_path) == []


def test_a_new_run_replaces_a_killed_run(tmp_path: Path, other: "subprocess.Popen[str]") -> None:
    other.kill()
    other.wait()
    again = Staging({"a": tmp_path / "a.txt"})
    again.open()
    assert not again.temporary["a"].exists()
    again.temporary["a"].write_text("whole", encoding="utf-8")
    again.publish()
    again.close()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "whole"
    assert names(tmp_path) == [*HELD[4:], "a.txt"]


def test_a_folder_of_another_program_is_not_a_leftover(tmp_path: Path) -> None:
    (tmp_path / ".other.partial").mkdir()
    (tmp_path / ".other.partial/file").touch()
    staging.remove_leftovers([tmp_path])
    assert names(tmp_path) == [".other.partial", ".other.partial/file"]


def test_machines_that_work_together_do_not_block_each_other(tmp_path: Path) -> None:
    first, second = (Staging({"a": tmp_path / "a.txt"}, rank=rank) for rank in (0, 1))
    first.open()
    second.open()
    second.close()
    assert names(tmp_path) == [HELD[0], *HELD[2:4]]
    first.close()
    assert names(tmp_path) == []


def test_a_claim_yields_a_staging_and_publishes_on_request(tmp_path: Path) -> None:
    with staging.opened({"a": tmp_path / "new/deep/a.txt"}) as claim:
        claim.temporary["a"].write_text("whole", encoding="utf-8")
        claim.publish()
    assert names(tmp_path) == ["new", "new/deep", "new/deep/a.txt"]


def _fail(folder: Path) -> None:
    with staging.opened({"a": folder / "old/new/a.txt", "b": folder / "b.txt"}) as claim:
        claim.temporary["a"].write_text("half", encoding="utf-8")
        raise ZeroDivisionError


def test_a_failed_claim_leaves_no_file_and_no_folder(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with pytest.raises(ZeroDivisionError):
        _fail(tmp_path)
    assert names(tmp_path) == ["old"]
