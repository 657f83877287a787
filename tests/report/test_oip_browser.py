"""The page of a layer in a real browser, without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browsing import Visit
from tests.oips import example_found

from latentmaps.report import oip_page

pytestmark = pytest.mark.slow


@pytest.fixture
def layer_page(tmp_path: Path) -> Path:
    path = tmp_path / "Conv2D_3.html"
    oip_page.write(oip_page.render(example_found.example_found()), path)
    return path


SHOWN = "Array.from(document.querySelectorAll('article')).filter(a => !a.hidden).map(a => a.id)"


def test_the_page_of_a_layer_opens_without_a_complaint_or_a_request(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page)
    assert visit.troubles == []
    assert visit.requests == [layer_page.as_uri()]
    widths = visit.page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert set(widths) == {28}


def test_feature_maps_are_filtered_by_status(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    visit.page.select_option("#filter", "rescued")
    assert visit.page.evaluate(SHOWN) == ["Conv2D_3-2"]
    assert visit.page.locator("#shown").text_content() == "1 of 4 shown"
    visit.page.select_option("#filter", "")
    assert len(visit.page.evaluate(SHOWN)) == 4


def test_feature_maps_are_sorted_by_ratio_and_what_has_none_comes_last(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page)
    visit.page.select_option("#sort", "ratio")
    assert visit.page.evaluate(SHOWN)[:2] == ["Conv2D_3-0", "Conv2D_3-1"]  # the highest first
    visit.page.uncheck("#descending")
    order = ["Conv2D_3-1", "Conv2D_3-0", "Conv2D_3-2", "Conv2D_3-3"]
    assert visit.page.evaluate(SHOWN) == order
    visit.page.select_option("#sort", "index")
    assert visit.page.evaluate(SHOWN) == sorted(order)


def test_feature_maps_are_sorted_by_status(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    visit.page.select_option("#sort", "rank")
    order = ["Conv2D_3-0", "Conv2D_3-1", "Conv2D_3-2", "Conv2D_3-3"]
    assert visit.page.evaluate(SHOWN) == order  # alive, alive, rescued, dead
    visit.page.check("#descending")
    assert visit.page.evaluate(SHOWN)[:2] == ["Conv2D_3-3", "Conv2D_3-2"]


@pytest.mark.parametrize(
    ("bounds", "shown"),
    [("0,1", ["1"]), ("1,2", []), ("2,4", ["0"]), ("4,", []), ("none", ["2", "3"])],
)
def test_feature_maps_are_filtered_by_ratio(
    browser: Browser, layer_page: Path, bounds: str, shown: list[str]
) -> None:
    visit = Visit(browser, layer_page)
    visit.page.select_option("#bounds", bounds)
    assert visit.page.evaluate(SHOWN) == [f"Conv2D_3-{number}" for number in shown]
    # a link to a row that is hidden shows it again
    visit.page.evaluate("location.hash = '#Conv2D_3-0'")
    visit.page.wait_for_function("!document.getElementById('Conv2D_3-0').hidden")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_leads_to_the_heading_of_its_feature_map(
    browser: Browser, layer_page: Path, width: int
) -> None:
    visit = Visit(browser, layer_page, width=width)
    visit.page.select_option("#filter", "dead")
    visit.page.evaluate("location.hash = '#Conv2D_3-1'")
    visit.page.wait_for_function("!document.getElementById('Conv2D_3-1').hidden")
    heading = visit.page.locator("#Conv2D_3-1 h2")
    script = "h => { const b = h.getBoundingClientRect(); return document.elementFromPoint("
    script += "b.left + 40, b.top + b.height / 2)?.closest('article')?.id }"
    assert heading.evaluate(script) == "Conv2D_3-1"  # nothing lies over it


def test_the_page_of_a_layer_is_complete_without_scripts(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page, with_scripts=False)
    assert visit.troubles == []
    assert visit.page.locator("article:visible").count() == 4
    assert visit.page.locator("#controls").is_hidden()
    assert visit.page.locator("article svg").count() == 3


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_of_the_page_of_a_layer(
    browser: Browser, layer_page: Path, width: int
) -> None:
    visit = Visit(browser, layer_page, width=width)
    visit.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert visit.width_of_content() <= width


def test_the_page_of_a_layer_is_dark_in_the_dark_and_white_on_paper(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page)
    read = "getComputedStyle(document.body).backgroundColor"
    visit.page.emulate_media(color_scheme="dark")
    assert visit.page.evaluate(read) == "rgb(21, 24, 27)"
    visit.page.emulate_media(color_scheme="dark", media="print")
    assert visit.page.evaluate(read) == "rgb(255, 255, 255)"
    assert visit.page.locator("#controls").is_hidden()
