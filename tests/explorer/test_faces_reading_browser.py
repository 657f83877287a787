"""Readability and accessibility of the faces part, for faces and for digits."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.explorer import hand as hands
from tests.explorer.hand import Hand
from tests.report import contrast, page_reading

pytestmark = pytest.mark.slow


def test_the_page_says_which_faces_it_contains(hand: Hand) -> None:
    hand.page.get_by_text("How this works").click()
    words = hand.page.locator("#faces li").filter(has_text="This file contains").inner_text()
    assert "19 of 19 test faces and 120 of 120 Parzen windows." in " ".join(words.split())


def test_tabs_are_chosen_by_arrow_keys(hand: Hand) -> None:
    hand.click("tab-attributes")
    for key, name in (
        ("ArrowRight", "components"),
        ("End", "dimensions"),
        ("ArrowRight", hands.TABS[0]),
    ):
        hand.page.keyboard.press(key)
        expect(hand.page.locator(f"#faces-{name}")).to_be_visible()
        expect(hand.page.locator(f"#faces-tab-{name}")).to_be_focused()
    assert hand.page.locator("[role=tabpanel]:visible").count() == 1


def test_typing_a_letter_does_not_make_a_random_face(hand: Hand) -> None:
    z = hand.z()
    hand.page.locator("#faces-scale").focus()
    hand.page.keyboard.press("r")
    hand.page.keyboard.press("Alt+r")
    np.testing.assert_array_equal(hand.z(), z)


def names(page: Page) -> list[tuple[str, str]]:
    """Return every visible control and its accessible name."""
    return page.evaluate(
        """() => Array.from(document.querySelectorAll(
          '#faces :is(button, input, select, canvas[role], [role=tabpanel])'))
        .filter((one) => one.checkVisibility())
        .map((one) => [one.outerHTML.slice(0, 90), (one.getAttribute('aria-label')
          || one.getAttribute('aria-labelledby') || one.labels?.[0]?.textContent
          || (one.matches('button') && one.textContent) || '').trim()])"""
    )


def test_every_control_has_a_name(hand: Hand) -> None:
    page_reading.unfold(hand.page)
    for tab in hands.TABS:
        hand.click(f"tab-{tab}")
        found = names(hand.page)
        assert len(found) > 25
        assert [element for element, name in found if not name] == []


def test_a_slider_alone_says_its_number(hand: Hand) -> None:
    """Otherwise all numbers that change with a slider would be announced at once."""
    assert hand.page.locator("#faces output").count() > 10
    assert hand.page.locator('#faces output:not([aria-live="off"])').count() == 0


def test_the_tab_key_reaches_every_control(hand: Hand) -> None:
    hand.page.evaluate("document.body.focus()")
    reached = set()
    for _ in range(60):
        hand.page.keyboard.press("Tab")
        reached.add(hand.page.evaluate("document.activeElement.id"))
    for name in ("save", "scale", "link", "next", "mean", "roll", "temperature-0", "attribute-1"):
        assert f"faces-{name}" in reached
    assert "faces-tab-attributes" in reached


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows(browser: Browser, faces_page: Path, width: int) -> None:
    hand = Hand(browser, faces_page, width=width)
    page_reading.unfold(hand.page)
    hand.page.keyboard.press("r")
    for tab in hands.TABS:
        hand.click(f"tab-{tab}")
        assert hand.width_of_content() <= width
    hand.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(hand: Hand, scheme: Any) -> None:
    hand.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page_reading.unfold(hand.page)
    hand.click("mean")
    hand.click("undo")
    assert contrast.is_light(hand.page) == (scheme == "light")
    for tab in hands.TABS:
        hand.click(f"tab-{tab}")
        disabled = {"Undo", "Redo"}
        faint = contrast.too_faint(contrast.read_colors(hand.page))
        assert [(text, ink) for text, ink in faint if text not in disabled] == []


def test_the_map_uses_the_colors_of_the_dark_theme(hand: Hand) -> None:
    hand.click("tab-map")
    canvas = hand.page.locator("#faces-map-canvas")
    light = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L"))
    hand.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    hand.page.evaluate("new Promise((drawn) => requestAnimationFrame(drawn))")
    dark = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L"))
    assert np.median(dark) < 60 < 200 < np.median(light)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_small_latent_spaces_and_pictures_without_attributes_can_be_explored(
    browser: Browser, tmp_path: Path, latent_dim: int
) -> None:
    hand = Hand(browser, hands.write_gray_page(tmp_path, latent_dim=latent_dim, are_digits=False))
    assert hand.page.locator("#faces-tab-attributes").count() == 0
    expect(hand.page.locator("#faces-components")).to_be_visible()
    hand.move("component-0", 2.0)
    hand.click("tab-map")
    hand.page.mouse.click(*hand.place(-1.0, 0.5))
    assert hand.read("component-0") == pytest.approx(-1.0, abs=0.03)
    if latent_dim == 2:
        assert hand.read("component-1") == pytest.approx(0.5, abs=0.03)
    for sampler in ("Prior", "Gaussian", "Parzen"):
        hand.choose(sampler)
        hand.click("roll")
    assert len(np.unique(hand.picture(), axis=2).shape) == 3
    assert hand.troubles == []
    hand.page.context.close()


def test_a_page_of_digits_speaks_of_images(browser: Browser, tmp_path: Path) -> None:
    hand = Hand(browser, hands.write_gray_page(tmp_path, latent_dim=2, are_digits=True))
    page_reading.unfold(hand.page)
    hand.click("mean")
    assert hand.caption() == "Mean image"
    for tab in hands.TABS[1:]:
        hand.click(f"tab-{tab}")
        text = hand.page.locator("#faces").inner_text()
        spoken = hand.page.evaluate(
            """Array.from(document.querySelectorAll('#faces [aria-label], #faces [title]'),
            (one) => [one.ariaLabel, one.title]).flat().join(' ')"""
        )
        assert "image" in text
        for word in f"{text} {spoken}".lower().split():
            assert word.strip(".,:;") not in ("face", "faces")
    expect(hand.page.locator("#faces-canvas")).to_have_css("image-rendering", "pixelated")
    hand.page.context.close()
