"""The page in a real browser, as different people read it: on paper, by keys, in the dark."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browsing import Visit, wait_until
from tests.report import contrast, page_reading

from latentmaps.pages import html_page

if TYPE_CHECKING:
    from tests.report.fake_results import Example


pytestmark = pytest.mark.slow


def test_paper_has_the_glossary_and_what_is_folded_but_nothing_to_press(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report)
    folded = visit.page.locator(".processed img").first
    expect(folded).to_be_hidden()
    visit.page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(visit.page.locator("table.parameters")).to_be_visible()
    expect(visit.page.get_by_role("navigation")).to_have_count(0)
    for name in (".skip", ".zoom", "figure label", ".about", ".hint", ".tab", ".tab-name"):
        assert not any(one.is_visible() for one in visit.page.locator(name).all()), name
    expect(visit.page.locator("#glossary dd").first).to_be_visible()
    expect(visit.page.locator(".redraw").first).to_be_visible()


def test_on_paper_no_figure_is_cut_and_nothing_scrolls(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report, width=680)  # of A4 without the margins
    visit.page.emulate_media(media="print")
    cut = visit.page.evaluate(
        """() => Array.from(document.querySelectorAll('figure'), figure => {
            return getComputedStyle(figure).breakInside + ' ' + (figure.offsetHeight < 1000);
        })"""
    )
    assert set(cut) == {"avoid true"}
    for name in (".table-box", ".frame", ".command"):
        too_wide = visit.page.locator(name).evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.outerHTML)"
        )
        assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out(browser: Browser, example: "Example", scheme: Any) -> None:
    example.change("receipt.json", source="celeba")  # for the notice
    path = example.folder / "index.html"
    html_page.write(example.render(), path)
    visit = Visit(browser, path)
    page_reading.unfold(visit.page)
    visit.page.emulate_media(color_scheme=scheme)
    page_reading.explanation(visit.page, "headline-psnr-db")[0].click()
    visit.page.mouse.move(0, 0)
    assert contrast.is_light(visit.page) == (scheme == "light")
    colors = contrast.read_colors(visit.page)
    assert len(colors) > 300
    assert contrast.too_faint(colors) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_tab_key_reaches_everything_and_shows_where_it_is(
    browser: Browser, report: Path, width: int
) -> None:
    visit = Visit(browser, report, width=width)
    page_reading.unfold(visit.page)
    assert page_reading.tab_through(visit.page) > 100


def test_the_skip_link_leads_past_the_navigation(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    page_reading.follow_skip_link(visit.page, "Skip to content")
    assert visit.page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_navigation_stays_and_hides_no_heading(
    browser: Browser, report: Path, width: int
) -> None:
    visit = Visit(browser, report, width=width, reduced_motion="reduce")
    for name in ("faces-curves", "glossary", "samples"):
        link = visit.page.locator(f".contents a[href='#{name}']")
        # Not with the mouse: Playwright scrolls to the link first, the strip of links moves too,
        # and the button may be released over another link.
        link.press("Enter")
        # the page may scroll after the key has been pressed
        top = f"document.getElementById('{name}').getBoundingClientRect().top"
        wait_until(visit.page, f"0 <= {top} && {top} < 400")
        expect(link).to_be_in_viewport()
        contents, heading = (
            visit.page.locator(one).bounding_box() for one in (".contents", f"#{name}")
        )
        assert contents is not None
        assert heading is not None
        assert 0 <= heading["y"] < 400
        assert heading["y"] >= contents["height"] or heading["x"] >= contents["width"]


def test_motion_is_left_out_if_it_is_not_wanted(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    read = "getComputedStyle(document.documentElement).scrollBehavior"
    assert visit.page.evaluate(read) == "smooth"
    visit.page.emulate_media(reduced_motion="reduce")
    assert visit.page.evaluate(read) == "auto"


def test_without_colors_the_best_value_and_white_paper_remain(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report)
    visit.page.emulate_media(forced_colors="active", color_scheme="dark")
    best = visit.page.locator(".samplers .best").first
    expect(best).to_contain_text("best")
    assert best.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    frames = visit.page.locator("#digits .linked-tiles .picture").first
    assert frames.evaluate("one => getComputedStyle(one).outlineColor") == "rgb(0, 158, 115)"
    plain = visit.page.locator("#draw-samples-prior .picture").first
    assert plain.evaluate("one => getComputedStyle(one).outlineStyle") == "none"
    paper = visit.page.locator(".is-chart .frame").first
    assert paper.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
