"""The page of a layer in a real browser, without a network."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from tests.browsing import Visit
from tests.report import page_reading

pytestmark = pytest.mark.slow


SHOWN = "Array.from(document.querySelectorAll('article')).filter(a => !a.hidden).map(a => a.id)"
TILES = """Array.from(document.querySelectorAll('#tiles li')).filter(li => li.checkVisibility())
    .map(li => li.querySelector('a').hash.slice(1))"""


def _is_marked(visit: Visit, name: str) -> bool:
    """Report whether this row, and no other, has the frame of a link target."""
    frames = visit.page.evaluate(
        """Array.from(document.querySelectorAll('article'))
        .filter(element => getComputedStyle(element).boxShadow !== 'none')
        .map(element => element.id)"""
    )
    return bool(frames == [name])


def test_the_page_of_a_layer_opens_without_an_error_or_a_request(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page)
    assert visit.troubles == []
    assert visit.requests == [layer_page.as_uri()]
    widths = visit.page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert set(widths) == {18, 26}  # elementary patterns, and all others


def test_feature_maps_are_filtered_by_status(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    visit.page.select_option("#filter", "rescued")
    assert visit.page.evaluate(SHOWN) == ["Conv2D_3-2"]
    assert visit.page.locator("#shown").text_content() == "1 of 4 shown"
    visit.page.select_option("#filter", "")
    assert len(visit.page.evaluate(SHOWN)) == 4


def test_feature_maps_are_sorted_by_ratio_and_missing_ratios_come_last(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page)
    visit.page.select_option("#sort", "ratio")
    assert visit.page.evaluate(SHOWN)[:2] == ["Conv2D_3-0", "Conv2D_3-1"]  # highest first
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
    # a link to a hidden row shows it again
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
    assert heading.evaluate(script) == "Conv2D_3-1"  # nothing covers it


def test_the_page_of_a_layer_is_complete_without_scripts(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page, with_scripts=False)
    assert visit.troubles == []
    assert visit.page.locator("article:visible").count() == 4
    assert visit.page.locator("#controls").is_hidden()
    assert visit.page.locator("article figure svg").count() == 3 + 4  # curves, tuning curves
    assert visit.page.locator("#tiles a:visible").count() == 4
    visit.page.locator("#Conv2D_3-0 summary").click()
    assert visit.page.locator("#Conv2D_3-0 figure").first.is_visible()
    visit.page.locator("#tiles a").nth(2).click()
    assert _is_marked(visit, "Conv2D_3-2")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows_the_page_of_a_layer(
    browser: Browser, layer_page: Path, width: int
) -> None:
    visit = Visit(browser, layer_page, width=width)
    page_reading.unfold(visit.page)
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


def test_tiles_are_filtered_and_sorted_as_the_rows_are(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    assert visit.page.evaluate(TILES) == visit.page.evaluate(SHOWN)
    visit.page.select_option("#sort", "ratio")
    visit.page.uncheck("#descending")
    order = [f"Conv2D_3-{number}" for number in (1, 0, 2, 3)]
    assert visit.page.evaluate(TILES) == visit.page.evaluate(SHOWN) == order
    visit.page.select_option("#filter", "alive")
    assert visit.page.evaluate(TILES) == visit.page.evaluate(SHOWN) == order[:2]
    visit.page.select_option("#bounds", "2,4")
    assert visit.page.evaluate(TILES) == visit.page.evaluate(SHOWN) == ["Conv2D_3-0"]


def test_a_tile_shows_its_picture_and_leads_to_its_row(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    tile = visit.page.locator("#tiles li").nth(1)
    drawn = np.asarray(Image.open(io.BytesIO(tile.locator("svg").screenshot())).convert("L"))
    assert drawn.std() > 30  # noise, not an empty box
    tile.locator("a").click()
    assert visit.page.url.endswith("#Conv2D_3-1")
    assert _is_marked(visit, "Conv2D_3-1")


@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_link_from_another_page_marks_its_row(
    browser: Browser, layer_page: Path, with_scripts: bool
) -> None:
    visit = Visit(browser, layer_page, with_scripts=with_scripts)
    visit.page.goto(f"{layer_page.as_uri()}#Conv2D_3-2")
    visit.page.reload()
    assert _is_marked(visit, "Conv2D_3-2")


def test_a_number_leads_to_its_row_even_if_the_filter_hides_it(
    browser: Browser, layer_page: Path
) -> None:
    visit = Visit(browser, layer_page)
    visit.page.set_viewport_size({"width": 1280, "height": 400})
    visit.page.select_option("#filter", "dead")
    visit.page.get_by_label("Go to map").fill("1")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#Conv2D_3-1 h2")).to_be_in_viewport()
    assert _is_marked(visit, "Conv2D_3-1")
    assert visit.page.evaluate("document.activeElement.hash") == "#Conv2D_3-1"
    # the same number, entered again from elsewhere, leads there again
    visit.page.evaluate("scrollTo(0, 0)")
    visit.page.get_by_role("button", name="Go").click()
    expect(visit.page.locator("#Conv2D_3-1 h2")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("4", "There is no map 4: type a number from 0 to 3"),
        ("-1", "There is no map -1: type a number from 0 to 3"),
        ("1.5", "There is no map 1.5: type a number from 0 to 3"),
        ("", "Not a number: type a number from 0 to 3"),
    ],
)
def test_an_invalid_number_shows_a_message_until_a_valid_one_is_entered(
    browser: Browser, layer_page: Path, typed: str, words: str
) -> None:
    visit = Visit(browser, layer_page)
    field, refusal = visit.page.get_by_label("Go to map"), visit.page.locator("#refusal")
    field.fill(typed)
    field.press("Enter")
    expect(refusal).to_have_text(words)
    expect(refusal).to_have_attribute("aria-live", "polite")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "#" not in visit.page.url
    field.fill("0")
    field.press("Enter")
    expect(refusal).to_have_text("")
    expect(field).to_have_attribute("aria-invalid", "false")
