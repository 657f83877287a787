"""The page of a layer in a real browser: sizes, print, contrast and keyboard."""

import dataclasses
import itertools
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from tests.browsing import Visit
from tests.oips import example_results
from tests.report import contrast, page_reading

from latentmaps.oips import page
from latentmaps.pages import html_page

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_free_oip_is_the_largest_picture_and_labels_do_not_break(
    browser: Browser, layer_page: Path, width: int
) -> None:
    visit = Visit(browser, layer_page, width=width)
    page_reading.unfold(visit.page)
    sizes = visit.page.evaluate(
        """Array.from(document.querySelectorAll('#Conv2D_3-0 :is(.oip, img)'),
        element => element.getBoundingClientRect().width)"""
    )
    assert sizes[0] == max(sizes)
    if width > 320:
        assert 140 <= sizes[0] <= 168
    broken = visit.page.evaluate(
        """Array.from(document.querySelectorAll('article li > span'))
        .filter(element => element.getClientRects().length > 1 || element.offsetHeight > 24)
        .map(element => element.textContent)"""
    )
    assert broken == []


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1024, 1280])
def test_long_numbers_under_digits_neither_touch_nor_split(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    found = example_results.example_results()
    faint = (found.strongest.activations * 0.01234).astype(np.float32)
    faint[0, 0] = 0.03456
    strongest = dataclasses.replace(found.strongest, activations=faint)
    path = tmp_path / "faint.html"
    html_page.write(page.render(dataclasses.replace(found, strongest=strongest)), path)
    visit = Visit(browser, path, width=width)
    boxes = visit.page.evaluate(
        """Array.from(document.querySelectorAll('#Conv2D_3-0 .digits span'), element => {
            const range = document.createRange();
            range.selectNodeContents(element);
            const box = range.getBoundingClientRect();
            return [box.left, box.right, box.top, box.height];
        })"""
    )
    assert len(boxes) == 6
    for first, second in itertools.pairwise(boxes):
        assert second[0] > first[1] or second[2] > first[2] + first[3]
    assert max(height for *_, height in boxes) < 36  # the digit, and below it the whole number


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_word_is_smaller_than_11_pixels(browser: Browser, layer_page: Path, width: int) -> None:
    visit = Visit(browser, layer_page, width=width)
    page_reading.unfold(visit.page)
    sizes = visit.page.evaluate(
        """Array.from(document.querySelectorAll('body *'))
        .filter(element => element.checkVisibility() && Array.from(element.childNodes)
            .some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        .map(element => parseFloat(getComputedStyle(element).fontSize)
            * (element.closest('svg') ? element.getScreenCTM().a : 1))"""
    )
    assert len(sizes) > 100
    assert min(sizes) >= 11


def test_a_layer_of_128_maps_takes_at_most_33_screens(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "long.html"
    text = page.render(example_results.example_results())
    # the first map, which has all its pictures, 125 times
    for start, end in (("<li><a href", "</li>"), ("<article", "</article>")):
        before, _, rest = text.partition(start)
        one, _, after = rest.partition(end)
        text = before + (start + one + end) * 125 + after
    html_page.write(text, path)
    visit = Visit(browser, path, with_scripts=False)
    assert visit.page.locator("article").count() == visit.page.locator("#tiles li").count() == 128
    assert visit.page.evaluate("document.documentElement.scrollHeight") <= 33 * 900


def test_print_has_collapsed_sections_but_no_controls(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    folded = visit.page.locator("#Conv2D_3-0 figure").first
    expect(folded).to_be_hidden()
    visit.page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(visit.page.locator(".guide li").first).to_be_visible()
    expect(visit.page.locator("#tiles li").first).to_be_visible()
    for name in ("#controls", ".skip"):
        expect(visit.page.locator(name)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_of_the_page_of_a_layer_has_enough_contrast(
    browser: Browser, layer_page: Path, scheme: Literal["light", "dark"]
) -> None:
    visit = Visit(browser, layer_page)
    page_reading.unfold(visit.page)
    visit.page.emulate_media(color_scheme=scheme)
    assert contrast.is_light(visit.page) == (scheme == "light")
    colors = contrast.read_colors(visit.page)
    assert len(colors) > 100
    assert contrast.too_faint(colors) == []


def test_the_dark_theme_dims_all_pictures_equally(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    read = """Array.from(document.querySelectorAll('.oip, img'),
        element => getComputedStyle(element).filter)"""
    assert set(visit.page.evaluate(read)) == {"none"}
    visit.page.emulate_media(color_scheme="dark")
    assert set(visit.page.evaluate(read)) == {"brightness(0.85)"}


@pytest.mark.parametrize("width", [320, 1280])
def test_the_tab_key_reaches_all_of_the_page_of_a_layer(
    browser: Browser, layer_page: Path, width: int
) -> None:
    visit = Visit(browser, layer_page, width=width)
    page_reading.unfold(visit.page)
    assert page_reading.tab_through(visit.page) > 15


def test_the_skip_link_leads_past_controls_and_overview(browser: Browser, layer_page: Path) -> None:
    visit = Visit(browser, layer_page)
    page_reading.follow_skip_link(visit.page, "Skip to the feature maps")
    assert visit.page.evaluate("document.activeElement.closest('article').id") == "Conv2D_3-0"
