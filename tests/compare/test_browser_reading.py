"""The comparison page for different readers: dark mode, keyboard, phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browsing import Visit
from tests.compare.example_experiments import make_experiment, make_sweep
from tests.compare.example_sweeps import trade_off
from tests.report import contrast, page_reading

from latentmaps.compare import page_files
from latentmaps.compare.experiment import Experiment, Problem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with all kinds of text: faces of persons, warnings, and a failed experiment."""
    folder = tmp_path_factory.mktemp("warned")
    full = folder / "cached-page"
    full.write_text("<!DOCTYPE html><title>full</title>", encoding="utf-8")
    other = {"train_vae.epochs": 30, "fetch_faces.source": "celeba", "base.seed": 7}
    half = vars(make_experiment("a-rather-long-name-of-an-experiment", 7.0, **other))
    experiments = [
        *(make_experiment(swept.name, swept.kl_weight, page=full) for swept in make_sweep()),
        Experiment(**(half | {"strips": {}, "problems": [Problem("no strips", "dvc repro")]})),
        Experiment("lost", state="failed", problems=[Problem("failed", "dvc queue logs lost")]),
    ]
    return page_files.write(experiments, folder / "compare.html", has_pages=True)[0]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a sweep with seeds, which has an answer, means and collapsed rows."""
    folder = tmp_path_factory.mktemp("answered")
    return page_files.write(trade_off(), folder / "compare.html", has_pages=False)[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_verdicts_and_means_have_enough_contrast(
    browser: Browser, answered: Path, scheme: Any
) -> None:
    visit = Visit(browser, answered)
    page_reading.unfold(visit.page)
    visit.page.emulate_media(color_scheme=scheme)
    assert visit.troubles == []
    assert contrast.too_faint(contrast.read_colors(visit.page)) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_answer_does_not_overflow(browser: Browser, answered: Path, width: int) -> None:
    visit = Visit(browser, answered, width=width)
    page_reading.unfold(visit.page)
    assert visit.width_of_content() <= width


def test_the_answer_and_its_table_are_on_the_first_screen(browser: Browser, answered: Path) -> None:
    visit = Visit(browser, answered)
    box = visit.page.locator(".trials").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 800


def test_keys_skip_collapsed_seeds_and_links_open_them(browser: Browser, answered: Path) -> None:
    visit = Visit(browser, answered)
    assert visit.page.locator(".experiment:visible").count() == 4
    visit.page.locator("#row-1 .of-prior .enlarge").click()
    visit.page.keyboard.press("ArrowDown")
    title = visit.page.get_by_role("dialog").locator(".title")
    assert title.inner_text().startswith("fact 1, seed 1")
    visit.page.keyboard.press("Escape")
    page_reading.unfold(visit.page)
    visit.page.evaluate("document.querySelectorAll('.seeds').forEach(item => item.open = false)")
    visit.page.locator("#scores-training a[href='#row-2']").click()
    assert visit.page.locator("#row-2").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(browser: Browser, warned: Path, scheme: Any) -> None:
    visit = Visit(browser, warned)
    page_reading.unfold(visit.page)
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.locator("#show-all").check()
    visit.page.locator("#numbers .sort").nth(3).click()
    visit.page.locator("#numbers .term").first.click()
    visit.page.mouse.move(0, 0)
    assert contrast.is_light(visit.page) == (scheme == "light")
    colors = contrast.read_colors(visit.page)
    assert len(colors) > 1000
    assert contrast.too_faint(colors) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marked_text_has_enough_contrast_under_the_pointer(
    browser: Browser, warned: Path, scheme: Any
) -> None:
    visit = Visit(browser, warned)
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.locator("#numbers mark.head").first.hover()
    assert contrast.too_faint(contrast.read_colors(visit.page)) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_tab_key_reaches_everything_with_a_visible_focus(
    browser: Browser, warned: Path, width: int
) -> None:
    visit = Visit(browser, warned, width=width)
    page_reading.unfold(visit.page)
    assert page_reading.tab_through(visit.page) > 200


def test_no_heading_is_hidden_by_the_sticky_faces(browser: Browser, warned: Path) -> None:
    visit = Visit(browser, warned, width=1280)
    visit.page.emulate_media(reduced_motion="reduce")
    for place in ("row-3", "numbers", "glossary"):
        visit.page.goto(f"{warned.as_uri()}#{place}")
        heading = visit.page.locator(f"#{place}-title").bounding_box()
        faces = visit.page.locator(".originals").bounding_box()
        assert heading is not None
        assert faces is not None
        assert heading["y"] >= max(0, faces["y"] + faces["height"])


def test_arrow_keys_choose_the_sampler(browser: Browser, warned: Path) -> None:
    visit = Visit(browser, warned)
    visit.page.get_by_label("Prior", exact=True).focus()
    visit.page.keyboard.press("ArrowRight")
    expect(visit.page.get_by_label("Gaussian", exact=True)).to_be_checked()
    expect(visit.page.locator(".of-gaussian img").first).to_be_visible()
    expect(visit.page.locator(".of-prior img").first).to_be_hidden()


def test_the_skip_link_skips_the_head(browser: Browser, warned: Path) -> None:
    visit = Visit(browser, warned)
    page_reading.follow_skip_link(visit.page, "Skip to content")
    assert visit.page.evaluate("document.activeElement.closest('main') !== null")


def test_a_phone_scrolls_tables_and_strips_but_not_the_page(browser: Browser, warned: Path) -> None:
    visit = Visit(browser, warned, width=390)
    page_reading.unfold(visit.page)
    visit.page.locator("#show-all").check()
    assert visit.width_of_content() <= 390
    box = visit.page.locator("#numbers .table-box").first
    name = box.locator("tbody th").first
    before = name.bounding_box()
    box.evaluate("element => element.scrollLeft = 300")
    assert box.evaluate("element => element.scrollLeft") == 300
    assert name.bounding_box() == before  # the name of the experiment stays in view
