"""The film of the training on the page, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsing import Visit
from tests.report.fake_results import Example

from latentmaps.pages import html_page

pytestmark = pytest.mark.slow


def shown(page: Page) -> list[str]:
    frames = page.locator(".film-frame").all()
    return [frame.get_attribute("data-label") or "" for frame in frames if frame.is_visible()]


def stop_the_clock(page: Page) -> None:
    """Let time pass by ``run_for`` alone, however slow the machine is."""
    page.clock.install(time=0)
    page.clock.pause_at(1)


def test_one_epoch_is_shown_and_the_keys_walk_through_all(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    slider, label = visit.page.locator(".film-slider"), visit.page.locator(".film-epoch")
    assert shown(visit.page) == ["epoch 3"]
    slider.focus()
    for key, epoch in (("ArrowLeft", 2), ("Home", 1), ("ArrowRight", 2), ("End", 3)):
        visit.page.keyboard.press(key)
        assert shown(visit.page) == [f"epoch {epoch}"]
        expect(label).to_have_text(f"epoch {epoch}")
        expect(slider).to_have_attribute("aria-valuetext", f"epoch {epoch}")
    assert visit.troubles == []


def test_the_film_plays_to_its_end_and_can_be_halted(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    stop_the_clock(visit.page)
    play = visit.page.locator(".film-play")
    play.click()
    expect(play).to_have_text("Pause")
    assert shown(visit.page) == ["epoch 1"]
    visit.page.clock.run_for(450)
    assert shown(visit.page) == ["epoch 2"]
    play.press("Space")
    expect(play).to_have_text("Play")
    visit.page.clock.run_for(5000)
    assert shown(visit.page) == ["epoch 2"]
    play.click()
    visit.page.clock.run_for(5000)
    assert shown(visit.page) == ["epoch 3"]
    expect(play).to_have_text("Play")


def test_with_reduced_motion_the_film_is_slow(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    visit.page.emulate_media(reduced_motion="reduce")
    stop_the_clock(visit.page)
    visit.page.clock.run_for(5000)
    assert shown(visit.page) == ["epoch 3"]
    visit.page.locator(".film-play").click()
    visit.page.clock.run_for(1000)
    assert shown(visit.page) == ["epoch 1"]
    visit.page.clock.run_for(1000)
    assert shown(visit.page) == ["epoch 2"]


def test_without_scripts_and_on_paper_there_is_a_row_for_each_epoch(
    browser: Browser, report: Path
) -> None:
    every = ["epoch 1", "epoch 2", "epoch 3"]
    plain = Visit(browser, report, with_scripts=False).page
    assert shown(plain) == every
    assert not plain.locator(".film-play").is_visible()
    page = Visit(browser, report).page
    page.emulate_media(media="print")
    assert shown(page) == every
    assert not page.locator(".film-play").is_visible()


@pytest.mark.parametrize("num_faces", [1, 3])
def test_few_faces_and_one_epoch_make_a_film(
    browser: Browser, example: Example, tmp_path: Path, num_faces: int
) -> None:
    example.write_film(num_epochs=1, num_faces=num_faces)
    path = tmp_path / "few.html"
    html_page.write(example.render(), path)
    visit = Visit(browser, path, width=390)
    assert shown(visit.page) == ["epoch 1"]
    visit.page.locator(".film-play").click()
    assert shown(visit.page) == ["epoch 1"]
    assert visit.page.locator(".film-row").first.locator("img").count() == num_faces
    assert visit.width_of_content() <= 390
    assert visit.troubles == []
