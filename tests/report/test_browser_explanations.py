"""The explanations of the page in a real browser: pointer, keys, touch, screen reader."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browsing import Visit
from tests.report import page_reading

pytestmark = pytest.mark.slow

# one at the top, one in a table, one in a table that scrolls sideways, one in a figure
EXPLANATIONS = [
    "headline-psnr-db",
    "reconstruction-numbers-1-mse",
    "samplers-pixels-pca-nearest-training",
    "train-vae-kl-loss-kl-loss",
]


@pytest.mark.parametrize("place", EXPLANATIONS)
@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_click_opens_an_explanation_and_escape_closes_it(
    browser: Browser, report: Path, place: str, with_scripts: bool
) -> None:
    visit = Visit(browser, report, with_scripts=with_scripts)
    button, explanation = page_reading.explanation(visit.page, place)
    expect(explanation).to_be_hidden()
    button.click()
    expect(explanation).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(explanation).to_be_hidden()
    visit.page.wait_for_timeout(800)  # the pointer, which is on it still, must not open it again
    expect(explanation).to_be_hidden()
    assert visit.troubles == []


def test_a_second_explanation_closes_the_first(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    (first_button, first), (button, second) = (
        page_reading.explanation(visit.page, one) for one in EXPLANATIONS[:2]
    )
    first_button.click()
    button.click()
    expect(first).to_be_hidden()
    expect(second).to_be_visible()


def test_the_pointer_opens_an_explanation_and_takes_it_away(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    button, explanation = page_reading.explanation(visit.page, EXPLANATIONS[0])
    button.hover()
    expect(explanation).to_be_visible()
    explanation.hover()  # to read on, or to select
    visit.page.wait_for_timeout(500)
    expect(explanation).to_be_visible()
    visit.page.mouse.move(0, 0)
    expect(explanation).to_be_hidden()
    button.hover()
    expect(explanation).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(explanation).to_be_hidden()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_focus_and_keys_open_an_explanation(browser: Browser, report: Path, key: str) -> None:
    visit = Visit(browser, report)
    button, explanation = page_reading.explanation(visit.page, EXPLANATIONS[0])
    button.focus()
    expect(explanation).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(explanation).to_be_hidden()
    visit.page.keyboard.press(key)
    expect(explanation).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(explanation).to_be_hidden()
    expect(button).to_be_focused()


def test_a_tap_opens_an_explanation_and_a_tap_elsewhere_closes_it(
    browser: Browser, report: Path
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(report.as_uri())
    button, explanation = page_reading.explanation(page, EXPLANATIONS[0])
    button.tap()
    expect(explanation).to_be_visible()
    page.locator("h1").tap()
    expect(explanation).to_be_hidden()


def test_a_screen_reader_is_told_what_a_number_means(browser: Browser, report: Path) -> None:
    button, _ = page_reading.explanation(Visit(browser, report).page, "headline-psnr-db")
    expect(button).to_have_role("button")
    expect(button).to_have_accessible_name("Reconstruction")
    expect(button).to_have_accessible_description(re.compile("hard to tell from the original"))


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_no_explanation_sticks_out(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    page_reading.unfold(visit.page)
    boxes = visit.page.evaluate(
        """() => Array.from(document.querySelectorAll('[popovertarget]'), button => {
            button.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
            const popover = button.popoverTargetElement;
            popover.showPopover({source: button});
            const box = popover.getBoundingClientRect();
            return [box.left, box.right, box.top, box.bottom, document.documentElement.scrollWidth];
        })"""
    )
    assert len(boxes) > 60
    for left, right, top, bottom, width_of_content in boxes:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= 800
        assert width_of_content <= width
