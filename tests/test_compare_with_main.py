"""The check of pull requests, run on two commits of a copy of the repository."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.repository_clone import ROOT, Clone

pytestmark = pytest.mark.slow

SCRIPT = ".ci/compare-with-main"


@dataclass(frozen=True)
class Compared:
    """The result of the script.

    Attributes:
        clone: the copy of the repository.
        folder: folder with the pages.
        printed: what the script printed.
        summary: the tables.
    """

    clone: Clone
    folder: Path
    printed: str
    summary: str


@pytest.fixture(scope="module")
def compared(tiny_run: Clone, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """A branch that changes fact, compared with a main branch that has a later commit.

    The branch also uses pictures from a folder, which must not appear on public pages. The cache
    contains the results of main, except those of train_cnn.
    """
    place = tmp_path_factory.mktemp("compared")
    shutil.copytree(tiny_run.folder / ".dvc/cache", place / "cache")
    runs = [path for path in (place / "cache/runs").glob("*/*/*") if path.is_file()]
    [training] = [path for path in runs if "stages/train_cnn.py" in path.read_text("utf-8")]
    shutil.rmtree(training.parent)
    clone = Clone(tmp_path_factory.mktemp("repository"))
    clone.environment |= {
        "LATENTMAPS_OVERRIDES": str(ROOT / "tests/tiny.txt"),
        "LATENTMAPS_COMPARE_CACHE": str(place / "cache"),
        "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
    }
    clone.run("git", "checkout", "--quiet", "-b", "weaker")
    params = clone.folder / "params.yaml"
    text = params.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^  fact: \S+", "  fact: 1.5", text)
    text, num_changed = re.subn(r"source: avatars\b", "source: folder", text)
    assert num_changed == 1
    params.write_text(text, encoding="utf-8")
    clone.commit("fact 1.5, pictures of a folder")
    clone.run("git", "checkout", "--quiet", "main")
    (clone.folder / "params.yaml").write_text("broken", encoding="utf-8")
    clone.commit("a later commit of main")
    clone.run("git", "checkout", "--quiet", "weaker")

    printed = clone.run(SCRIPT, "main", str(place / "comparison"))
    summary = (place / "summary.md").read_text(encoding="utf-8")
    return Compared(clone, place / "comparison", printed, summary)


def test_the_summary_names_both_commits(compared: Compared) -> None:
    base, head = (
        compared.clone.run("git", "rev-parse", "--short", name).strip()
        for name in ("main~1", "weaker")
    )
    assert compared.summary.startswith(f"## {head} against main ({base})\n")
    assert "requirements/" not in compared.summary


def test_the_summary_shows_what_changed_and_folds_the_rest(compared: Compared) -> None:
    changed, _, folded = compared.summary.partition("<details>")
    numbers, metrics = (rf"\| reports/\w+/{name}.json +\|" for name in ("numbers", "metrics"))
    assert re.search(rf"{numbers} fact +\| 5.0 +\| 1.5 +\| -3.5 +\|", changed)
    assert re.search(rf"{numbers} kl_nats +\| .* \| .* \| .* \|", changed)
    assert re.search(rf"{metrics} mmd_prior +\| .* \| .* \| .* \|", changed)
    assert re.search(rf"{metrics} test_accuracy +\|", folded)
    assert "reports/train_cnn/" not in changed
    parameters = folded.partition("### Parameters")[2]
    assert re.search(r"\| params.yaml +\| train_vae.fact +\| 5.0 +\| 1.5 +\|", parameters)
    assert parameters.count("\n| params.yaml ") == 1


def test_rows_are_sorted_by_file_and_name(compared: Compared) -> None:
    tables = re.findall(r"\|-.*\|\n((?:\|.*\|\n)+)", compared.summary)
    assert len(tables) == 5
    assert [table.splitlines() for table in tables] == [sorted(t.splitlines()) for t in tables]


def test_the_folder_has_the_comparison_and_both_pages(compared: Compared) -> None:
    page = (compared.folder / "compare.html").read_text(encoding="utf-8")
    assert "before" in page
    assert "after" in page
    pages = sorted((compared.folder / "compare_pages").glob("*/index.html"))
    assert len(pages) == 2
    for full_page in pages:
        assert str(full_page.relative_to(compared.folder)) in page
        assert full_page.stat().st_size > 100_000
        linked = set(re.findall(r'href="([^"#:]+\.html)"', full_page.read_text(encoding="utf-8")))
        assert len(linked) == 4  # two layers, the encoder and the explorer
        assert all((full_page.parent / name).stat().st_size > 1000 for name in linked)


def test_the_faces_are_avatars_regardless_of_the_branch(compared: Compared) -> None:
    page = (compared.folder / "compare.html").read_text(encoding="utf-8")
    assert "Do not share." not in page
    for full_page in (compared.folder / "compare_pages").glob("*/index.html"):
        text = full_page.read_text(encoding="utf-8")
        assert "<code>fetch_faces.source</code></th><td><code>avatars</code>" in text


def test_stages_that_do_not_depend_on_the_change_run_once(compared: Compared) -> None:
    before, after = compared.printed.split("== after: ")
    assert "Running stage 'train_cnn'" in before
    assert "Running stage 'train_vae'" in after
    assert "Running stage 'train_cnn'" not in after


def test_the_working_copy_is_unchanged(compared: Compared) -> None:
    assert compared.clone.run("git", "status", "--porcelain") == ""
    assert compared.clone.run("git", "branch", "--show-current") == "weaker\n"
    assert compared.clone.run("git", "branch", "--list", "before", "after") == ""
    assert not (compared.clone.folder / "reports/index.html").exists()
    assert not (compared.clone.folder / ".dvc/cache").exists()


def test_a_kept_cache_restores_main_and_the_summary_says_that_nothing_changed(
    compared: Compared, tmp_path: Path
) -> None:
    compared.clone.run("git", "checkout", "--quiet", "--detach", "main~1")
    summary = tmp_path / "summary.md"
    compared.clone.environment["GITHUB_STEP_SUMMARY"] = str(summary)
    printed = compared.clone.run(SCRIPT, "main", str(tmp_path / "same"))
    # fetch_digits is the only stage whose entry in dvc.lock the overrides do not change. If other
    # tests run in parallel, it sometimes runs again (0.3 s), for an unknown reason.
    assert set(re.findall(r"Running stage '([^']+)'", printed)) <= {"fetch_digits"}
    assert list((tmp_path / "same/compare_pages").glob("*/index.html"))
    changed, _, folded = summary.read_text(encoding="utf-8").partition("<details>")
    assert changed.count("No change.") == 2
    assert "No change." in folded.partition("### Parameters")[2]
    assert "val_total_loss" in folded


def test_a_folder_in_use_and_a_foreign_history_are_refused(
    compared: Compared, tmp_path: Path
) -> None:
    clone = compared.clone
    with pytest.raises(AssertionError, match=r"comparison: not empty, expected a new folder"):
        clone.run(SCRIPT, "main", str(compared.folder))
    clone.run("git", "checkout", "--quiet", "--orphan", "foreign")
    clone.commit("another start")
    with pytest.raises(AssertionError, match=r"main and HEAD: no common commit here"):
        clone.run(SCRIPT, "main", str(tmp_path / "unused"))
