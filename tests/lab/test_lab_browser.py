"""The page of an answer in a real browser, without a network."""

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browsing import Visit
from tests.report import page_reading

from latentmaps.lab import page
from latentmaps.lab.answer import Answer
from latentmaps.pages import html_page

pytestmark = pytest.mark.slow


def test_the_page_opens_without_an_error_or_a_request(browser: Browser, answer_page: Path) -> None:
    visit = Visit(browser, answer_page)
    assert visit.troubles == []
    assert visit.requests == [answer_page.as_uri()]
    widths = visit.page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert set(widths) == {28}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows_the_page(browser: Browser, answer_page: Path, width: int) -> None:
    visit = Visit(browser, answer_page, width=width)
    page_reading.unfold(visit.page)
    assert visit.width_of_content() <= width


def test_a_long_command_and_long_names_do_not_overflow(
    browser: Browser, answer: Answer, tmp_path: Path
) -> None:
    long = "latentmaps oip --start /" + "a" * 300
    unit = dataclasses.replace(answer.units[0], kinds=["b" * 200, "scales", "in range"])
    changed = dataclasses.replace(answer, command=long, units=[unit])
    html_page.write(page.render(changed), tmp_path / "long.html")
    visit = Visit(browser, tmp_path / "long.html", width=390)
    page_reading.unfold(visit.page)
    assert visit.width_of_content() <= 390


def test_every_picture_and_its_caption_are_in_one_column(
    browser: Browser, answer_page: Path
) -> None:
    visit = Visit(browser, answer_page, width=390)
    wrong = visit.page.evaluate(
        """Array.from(document.querySelectorAll('article li')).filter(li => {
        const box = li.getBoundingClientRect();
        return Array.from(li.children).some(child => {
            const inner = child.getBoundingClientRect();
            return inner.left < box.left - 1 || inner.right > box.right + 1;
        })}).length"""
    )
    assert wrong == 0


def test_a_link_leads_to_its_unit(browser: Browser, answer_page: Path) -> None:
    visit = Visit(browser, answer_page)
    visit.page.locator("nav a").nth(1).click()
    assert visit.page.url.endswith("#Conv2D_2-5")
    frames = visit.page.evaluate(
        """Array.from(document.querySelectorAll('article'))
        .filter(article => getComputedStyle(article).boxShadow !== 'none')
        .map(article => article.id)"""
    )
    assert frames == ["Conv2D_2-5"]


def test_the_tab_key_reaches_every_link(browser: Browser, answer_page: Path) -> None:
    visit = Visit(browser, answer_page)
    assert page_reading.tab_through(visit.page) == 1 + 2 + 2 + 2  # skip, links, headings, folds


def test_the_page_is_dark_in_the_dark_and_white_on_paper(
    browser: Browser, answer_page: Path
) -> None:
    visit = Visit(browser, answer_page)
    read = "getComputedStyle(document.body).backgroundColor"
    visit.page.emulate_media(color_scheme="dark")
    assert visit.page.evaluate(read) == "rgb(21, 24, 27)"
    visit.page.emulate_media(color_scheme="dark", media="print")
    assert visit.page.evaluate(read) == "rgb(255, 255, 255)"
    assert visit.page.locator("dl").is_visible()
