"""The feature maps of the digits part in a real browser: order, numbers, OIPs and links."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from tests.explorer import example_digits
from tests.explorer.digits_visit import BAR, Digits

from latentmaps.cnn.network.cnn_inference import TrainedCnn

pytestmark = pytest.mark.slow


def test_maps_come_in_the_order_that_is_chosen(digits: Digits) -> None:
    given = example_digits.bars()
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(given.test_images)["Conv2D_2"]
    means = maps.mean(axis=(1, 2))
    assert digits.maps() == [0, 1, 2, 3]
    digits.choose("order", "digits")
    shares = means[7] / np.maximum(means.max(axis=0), 1e-9)
    assert digits.maps() == np.argsort(-shares, kind="stable").tolist()
    digits.choose("order", "oip")
    activations = example_digits.layer_results().oips.in_range.activations
    shares = means[7] / np.where(activations > 0, activations, np.inf)
    assert digits.maps() == np.argsort(-shares, kind="stable").tolist()
    assert "relative to that for its OIP" in digits.words("percent")


def test_silent_and_dead_maps_are_marked(digits: Digits) -> None:
    tile = digits.page.locator(f".digit-map[data-unit='{example_digits.DEAD}']").last
    assert tile.locator("small").inner_text() == "silent"
    assert tile.locator(".oip-tile").inner_text() == "dead"
    assert tile.get_attribute("aria-label") == (
        "Conv2D_2, map 3, dead: no input was found that excites it: silent, 0 everywhere"
    )
    assert "; 1 silent: 0 everywhere" in digits.page.locator(".layer-line").last.inner_text()


def test_numbers_of_a_map_are_shown(digits: Digits) -> None:
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(
        example_digits.bars().test_images
    )["Conv2D_2"]
    means = maps.mean(axis=(1, 2))
    loud = int(means[7].argmax())
    tile = digits.page.locator(f".digit-map[data-unit='{loud}']").last
    tile.hover()
    detail = digits.page.locator(".layer-detail").last.inner_text()
    assert detail == tile.get_attribute("title")
    assert f"mean activation {float(f'{means[7, loud]:.2g}'):g}," in detail
    assert "of that for the strongest test digit" in detail


def test_oips_are_shown_free_in_range_or_not(digits: Digits) -> None:
    tile = digits.page.locator(".digit-maps").last.locator(".oip-tile").first
    in_range = tile.evaluate("one => one.style.backgroundImage")
    digits.choose("kind", "free")
    free = tile.evaluate("one => one.style.backgroundImage")
    assert in_range.startswith('url("data:image/png')
    assert free.startswith('url("data:image/png')
    assert in_range != free
    assert digits.page.locator("#digit-bars .oip-tile").first.is_visible()
    digits.choose("kind", "none")
    assert not tile.is_visible()
    assert digits.page.locator("#digit-bars .oip-tile").first.is_hidden()


def test_a_click_or_enter_on_a_map_leads_to_its_row_and_back(digits: Digits) -> None:
    digits.stroke(*BAR)
    drawn = digits.pixels()
    for press in (True, False):
        tile = digits.page.locator(".digit-map[data-unit='1']").last
        if press:
            tile.focus()
            digits.page.keyboard.press("Enter")
        else:
            tile.click()
        digits.page.wait_for_url(re.compile(r"draw_oips/Conv2D_2\.html#Conv2D_2-1$"))
        assert digits.page.locator("article:target").get_attribute("id") == "Conv2D_2-1"
        digits.page.go_back()
        digits.rest()
        np.testing.assert_array_equal(digits.pixels(), drawn)


def test_a_bar_leads_to_the_row_of_its_unit(digits: Digits) -> None:
    links = digits.page.locator("#digit-bars a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert links == [f"draw_oips/probabilities.html#probabilities-{digit}" for digit in range(10)]


def test_layers_without_oips_show_their_maps_alone(browser: Browser, tmp_path: Path) -> None:
    opened = Digits(browser, example_digits.write(tmp_path, layer_names=("dense",)))
    assert opened.page.locator(".digit-map[href], #digit-bars a[href]").count() == 0
    assert opened.page.locator(".oip-tile:visible").count() == 0
    assert opened.page.locator("#digit-kind-label").is_hidden()
    assert opened.page.locator(".digit-map canvas").count() == 7
    assert opened.troubles == []
    opened.page.context.close()


def test_arrow_keys_lead_from_map_to_map(digits: Digits) -> None:
    maps = digits.page.locator(".digit-maps").last
    assert maps.locator("[tabindex='0']").count() == 1
    maps.locator("[tabindex='0']").focus()
    digits.page.keyboard.press("ArrowRight")
    digits.page.keyboard.press("ArrowRight")
    digits.page.keyboard.press("ArrowLeft")
    focused = "document.activeElement.getAttribute('data-unit')"
    assert digits.page.evaluate(focused) == "1"
    digits.page.keyboard.press("End")
    assert digits.page.evaluate(focused) == "3"
    assert maps.locator("[tabindex='0']").count() == 1
