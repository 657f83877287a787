"""The files written: the comparison page and the full pages with all pages they link to."""

import re
import urllib.parse
from pathlib import Path

import pytest
from tests.compare.example_experiments import make_experiment, make_sweep

from latentmaps.compare import page_files
from latentmaps.compare.experiment import Experiment
from latentmaps.errors import DataError


def links(page: Path) -> list[str]:
    """Return the links to full pages."""
    return re.findall(r'<p class="full"><a href="([^"]*)"', page.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_full_pages_are_copied_and_linked(tmp_path: Path) -> None:
    full = tmp_path / "full.html"
    full.write_text("full", encoding="utf-8")
    experiments = [make_experiment("a/b", 3.0, page=full), make_experiment("c", 5.0)]
    written = page_files.write(experiments, tmp_path / "out/sweep.html", has_pages=True)
    assert written == [
        tmp_path / "out/sweep.html",
        tmp_path / "out/sweep_pages/a-b/index.html",
    ]
    assert written[1].read_text(encoding="utf-8") == "full"
    assert links(written[0]) == ["sweep_pages/a-b/index.html"]
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == [
        "a-b", "index.html", "sweep.html", "sweep_pages",
    ]  # fmt: skip


@pytest.mark.slow
def test_pages_that_a_full_page_links_to_are_copied_as_well(tmp_path: Path) -> None:
    full, layer = tmp_path / "full", tmp_path / "layer"
    full.write_text("full", encoding="utf-8")
    layer.write_text("layer", encoding="utf-8")
    linked = {"draw_oips/Conv2D_1.html": layer, "draw_oips/Conv2D_2.html": None}
    experiment = make_experiment("a", 3.0, page=full, linked_pages=linked)
    written = page_files.write([experiment], tmp_path / "out/sweep.html", has_pages=True)
    folder = tmp_path / "out/sweep_pages/a"
    assert written == [tmp_path / "out/sweep.html", folder / "index.html"]
    assert (folder / "draw_oips/Conv2D_1.html").read_text(encoding="utf-8") == "layer"
    missing = (folder / "draw_oips/Conv2D_2.html").read_text(encoding="utf-8")
    assert "This page is missing" in missing
    assert 'href="../index.html"' in missing


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sweep #2.html", "50 %.html", "a:b.html", "what?.html"])
def test_links_work_for_any_name_of_the_output(tmp_path: Path, name: str) -> None:
    full = tmp_path / "full.html"
    full.write_text("full", encoding="utf-8")
    experiment = make_experiment("a", 3.0, page=full)
    output, copy = page_files.write([experiment], tmp_path / "out" / name, has_pages=True)
    [link] = links(output)
    found = urllib.parse.urlsplit(urllib.parse.urljoin(output.as_uri(), link))
    assert Path(urllib.parse.unquote(found.path)) == copy
    assert (found.scheme, found.query, found.fragment) == ("file", "", "")


def test_a_page_that_cannot_be_made_leaves_the_previous_one(tmp_path: Path) -> None:
    output = tmp_path / "compare.html"
    output.write_text("previous", encoding="utf-8")
    with pytest.raises(DataError):
        page_files.write([Experiment("lost")], output, has_pages=True)
    lost = make_experiment("a", 3.0, page=tmp_path / "nowhere.html")
    with pytest.raises(FileNotFoundError):
        page_files.write([lost], output, has_pages=True)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["compare.html"]
    assert output.read_text(encoding="utf-8") == "previous"


@pytest.mark.parametrize("name", ["folder.html", "compare", "params.yaml"])
def test_an_output_that_is_not_an_html_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(DataError, match="expected the name of an HTML file"):
        page_files.write(make_sweep(), tmp_path / name, has_pages=False)


@pytest.mark.slow
def test_folders_have_unique_names_on_any_file_system(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.write_text("full", encoding="utf-8")
    experiments = [
        make_experiment("a", 1.0, page=full),
        make_experiment("A", 2.0, page=full, revision="1234567"),
        make_experiment("..", 3.0, page=full, revision="89abcde"),
        make_experiment("none", 4.0),
    ]
    _, *pages = page_files.write(experiments, tmp_path / "sweep.html", has_pages=True)
    assert [path.parent.name for path in pages] == ["a", "A-1234567", "89abcde"]
