"""README, figures and committed results agree."""

import hashlib
import re
from pathlib import Path

import pytest
import yaml

from latentmaps.tools import number_tables

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])


def locked_hashes() -> dict[str, str]:
    lock = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))
    return {out["path"]: out["md5"] for s in lock["stages"].values() for out in s["outs"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("figure", "out"),
    [
        ("prior.png", "reports/draw_samples/prior.png"),
        ("test.png", "reports/draw_reconstructions/test.png"),
        ("traversals.png", "reports/draw_latent_space/traversals.png"),
        ("attributes.png", "reports/draw_latent_space/attributes.png"),
        ("Conv2D_3.png", "reports/draw_oips/Conv2D_3.png"),
        ("Conv2D_1.csv", "reports/draw_oips/Conv2D_1.csv"),
        ("Conv2D_2.csv", "reports/draw_oips/Conv2D_2.csv"),
        ("Conv2D_3.csv", "reports/draw_oips/Conv2D_3.csv"),
        ("train_vae.json", "reports/train_vae/numbers.json"),
        ("evaluate_vae.json", "reports/evaluate_vae/numbers.json"),
        ("train_cnn.json", "reports/train_cnn/numbers.json"),
    ],
)
def test_a_figure_is_the_file_of_dvc_lock(figure: str, out: str) -> None:
    content = (ROOT / "docs/figures" / figure).read_bytes()
    # DVC hashes with md5; `make figures` copies the files
    assert hashlib.md5(content).hexdigest() == locked_hashes()[out]  # noqa: S324


def test_every_figure_is_shown() -> None:
    pages = [README, *(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))]
    shown = set(re.findall(r"figures/([\w.]+)", "".join(pages)))
    assert shown == {path.name for path in (ROOT / "docs/figures").iterdir()}


@pytest.mark.parametrize("page", ["README.md", "docs/compare.md"])
def test_tables_have_the_numbers_of_the_committed_results(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- numbers: " in text
    assert number_tables.fill(text, ROOT) == text, "run make figures"


def test_the_readme_names_every_stage_and_target() -> None:
    for script in (ROOT / "stages").glob("*.py"):
        assert f"`{script.stem}`" in README
    for target in ("make repro", "make test", "make check", "make help"):
        assert target in README


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.stem)
def test_a_page_links_to_the_code_it_mentions(page: Path) -> None:
    links = re.findall(r"\]\((\.\./src/[^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []
