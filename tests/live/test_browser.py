"""The live page in a real browser: it reloads while the training runs."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from tests.browsing import Visit

from latentmaps.live import page
from latentmaps.live.page import About, Moment

pytestmark = pytest.mark.slow

ABOUT = About(kl_weight=5.0, seed=1, num_train=2400, epochs=11, may_stop=False, source="avatars")
COLUMNS = ("total_loss", "reconstruction_loss", "kl_loss", "kl_nats")


def write(folder: Path, epoch: int, *, state: str = "running", age_s: float = 0.0) -> Path:
    """Write the page after an epoch."""
    moment = Moment(
        state=state,
        words=f"Epoch {epoch} of 11 is done.",
        epoch=epoch,
        refresh_s=1,
        quiet_s=120,
        written_s=time.time() - age_s,
        clock="12:00:00",
    )
    names = [f"{part}{name}" for part in ("", "val_") for name in COLUMNS]
    history = [{"epoch": e, **dict.fromkeys(names, 900.0 / e)} for e in range(1, epoch + 1)]
    tiles = np.random.default_rng(1).integers(0, 256, (16, 24, 24, 3), np.uint8)
    urls = [page.data_url(tile) for tile in tiles]
    frames = dict.fromkeys(range(1, epoch + 1), urls)
    path = folder / "index.html"
    html = page.render(ABOUT, moment, history, urls[:8], frames)
    temporary = folder / "new.html"
    temporary.write_text(html, encoding="utf-8")
    temporary.replace(path)
    return path


@pytest.fixture
def visited(browser: Browser, tmp_path: Path) -> Iterator[tuple[Visit, Path]]:
    visit = Visit(browser, write(tmp_path, 8))
    yield visit, tmp_path
    visit.page.context.close()


def test_the_page_follows_the_training_at_the_same_place(visited: tuple[Visit, Path]) -> None:
    visit, folder = visited
    visit.page.evaluate("scrollTo({top: 300, behavior: 'instant'})")
    write(folder, 9)
    expect(visit.page.locator(".status")).to_have_text("Epoch 9 of 11 is done.", timeout=10_000)
    # the text may appear before the scroll position is restored
    visit.page.wait_for_function("scrollY === 300", timeout=10_000)
    write(folder, 11, state="over")
    expect(visit.page.locator(".status")).to_have_text("Epoch 11 of 11 is done.", timeout=10_000)
    requests = len(visit.requests)
    visit.page.wait_for_timeout(2500)
    assert len(visit.requests) == requests  # it no longer reloads
    assert visit.troubles == []


def test_a_page_without_news_says_so(browser: Browser, tmp_path: Path) -> None:
    fresh = Visit(browser, write(tmp_path, 2)).page
    assert not fresh.locator("#quiet").is_visible()
    old = Visit(browser, write(tmp_path, 2, age_s=600)).page
    expect(old.locator("#quiet")).to_have_text(
        "No update for 10 min: the training may have been killed."
    )


def test_without_scripts_the_page_follows_too(browser: Browser, tmp_path: Path) -> None:
    visit = Visit(browser, write(tmp_path, 2), with_scripts=False)
    write(tmp_path, 3)
    expect(visit.page.locator(".status")).to_have_text("Epoch 3 of 11 is done.", timeout=10_000)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("epoch", [0, 3])
def test_nothing_sticks_out_and_every_picture_is_loaded(
    browser: Browser, tmp_path: Path, width: int, epoch: int
) -> None:
    visit = Visit(browser, write(tmp_path, epoch, state="over"), width=width)
    assert visit.width_of_content() <= width
    widths = visit.page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert widths == [24] * (8 + epoch * 16)
    assert visit.requests == [(tmp_path / "index.html").as_uri()]
    assert visit.troubles == []
