"""The files that the command writes next to the comparison page, on a real DVC repository."""

import re
from pathlib import Path

import pytest
from tests.compare.example_repository import ExampleRepository
from tests.compare.test_repository import text_of

pytestmark = pytest.mark.slow


def test_the_full_pages_are_linked_and_copied(swept: ExampleRepository) -> None:
    swept.compare("--output", "linked.html")
    links = re.findall(r'href="(linked_pages/[^"]+)"', swept.page("linked.html"))
    titles = [(swept.folder / link).read_text(encoding="utf-8") for link in links]
    assert [re.findall(r"fact (\S+?)<", title)[0] for title in titles] == [
        "0.5",
        "1.5",
        "3",
        "5",
        "10",
    ]


def test_explorer_and_pages_of_layers_are_where_the_full_page_links_to(
    swept: ExampleRepository,
) -> None:
    swept.compare("--output", "deep.html")
    pages = sorted((swept.folder / "deep_pages").glob("*/index.html"))
    assert len(pages) == 5
    for full in pages:
        for name in re.findall(r'href="([^"]+)"', full.read_text(encoding="utf-8")):
            linked = full.parent / name
            assert f"<title>{Path(name).stem}</title>" in linked.read_text(encoding="utf-8")
            [back] = re.findall(r'href="([^"]+)"', linked.read_text(encoding="utf-8"))
            assert (linked.parent / back).resolve() == full.resolve()


def test_a_page_of_a_layer_missing_from_the_cache_is_named_and_not_a_dead_link(
    copied: ExampleRepository, named: dict[float, str]
) -> None:
    [cached] = [
        file
        for file in (copied.folder / ".dvc/cache/files").rglob("*")
        if file.is_file() and b"<title>Conv2D_2" in file.read_bytes()
    ]
    cached.unlink()
    copied.compare(named[3.0], "--output", "one.html")
    reason = "Conv2D_2.html of draw_oips@Conv2D_2 is not in the DVC cache of this machine"
    assert reason in text_of(copied.page("one.html"))
    [folder] = (copied.folder / "one_pages").iterdir()
    said = text_of((folder / "draw_oips/Conv2D_2.html").read_text(encoding="utf-8"))
    assert "This page is missing" in said
    assert 'href="../index.html"' in (folder / "draw_oips/Conv2D_2.html").read_text("utf-8")


def test_without_pages_there_is_one_file(swept: ExampleRepository) -> None:
    swept.compare("--output", "alone.html", "--no-pages")
    assert not (swept.folder / "alone_pages").exists()
    assert "alone_pages" not in swept.page("alone.html")


def test_pages_that_may_show_people_come_with_a_warning_if_git_does_not_ignore_them(
    copied: ExampleRepository,
) -> None:
    (copied.folder / ".gitignore").write_text("/mine.html\n/mine_pages/\n", encoding="utf-8")
    copied.commit("ignore what is mine")
    copied.run("dvc", "exp", "run", "--name", "real", "-S", "fetch_faces.source=celeba")
    said = copied.compare("real", "--output", "talk/sweep.html")
    [warning] = [line for line in said.splitlines() if "warning" in line]
    assert warning.startswith(
        "latentmaps compare: warning: talk/sweep.html and talk/sweep_pages may show real people"
    )
    assert "warning" not in copied.compare("real", "--output", "mine.html")
    said = copied.compare("real", "--output", "talk/sweep.html", "--no-pages")
    assert "warning: talk/sweep.html may show real people" in said
