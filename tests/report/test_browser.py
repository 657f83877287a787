"""The page and DVC's charts in a real browser, without a network."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from tests import warm_python
from tests.browsing import Visit
from tests.report import page_reading
from tests.report.fake_numbers import (
    NUM_CHARTS,
    NUM_FILM_TILES,
    NUM_OIPS,
    NUM_PATTERNS,
    NUM_SHEETS,
)

from latentmaps.report import glossary
from latentmaps.tools import offline_plots

pytestmark = pytest.mark.slow
TABS = [*glossary.samplers(), "temperatures"]


def test_the_page_opens_without_errors_or_requests(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    assert visit.troubles == []
    assert visit.requests == [report.as_uri()]


def test_every_picture_is_loaded(browser: Browser, report: Path) -> None:
    widths = Visit(browser, report).page.evaluate(
        "Array.from(document.images, image => image.complete ? image.naturalWidth : 0)"
    )
    num_tiles = NUM_SHEETS * 17 + NUM_OIPS + NUM_PATTERNS + NUM_FILM_TILES
    assert len(widths) == num_tiles + NUM_CHARTS
    assert min(widths) > 0


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_to_the_side(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    page_reading.unfold(visit.page)
    assert visit.width_of_content() <= width


def test_a_picture_is_enlarged_in_its_own_box_and_without_a_script(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report, width=390, with_scripts=False)
    picture, label = (
        visit.page.locator(".frame > img").first,
        visit.page.locator(".is-chart > label").first,
    )
    own_width = int(picture.get_attribute("width") or 0)
    small = picture.bounding_box()
    label.click()
    large = picture.bounding_box()
    assert small is not None
    assert large is not None
    assert small["width"] < 390 < own_width == large["width"]
    assert visit.page.locator("main").bounding_box()["width"] < 390  # type: ignore[index]


def test_a_sheet_is_enlarged_to_its_own_size(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report, width=390)
    tile = visit.page.locator("#draw-samples-prior img").first
    small = tile.bounding_box()
    visit.page.locator("#draw-samples-prior > label").click()
    large = tile.bounding_box()
    assert small is not None
    assert large is not None
    assert small["width"] < large["width"] == int(tile.get_attribute("width") or 0)
    assert visit.width_of_content() <= 390


def test_one_tab_of_a_group_is_shown_at_a_time(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    sheets = {name: visit.page.locator(f"#draw-samples-{name}") for name in TABS}
    *_, before, last = glossary.samplers().values()

    def shown() -> list[str]:
        return [name for name, sheet in sheets.items() if sheet.is_visible()]

    assert shown() == ["prior"]
    visit.page.get_by_text(last.label, exact=True).first.click()
    assert shown() == [last.name]
    visit.page.keyboard.press("ArrowLeft")
    assert shown() == [before.name]


def test_a_link_to_a_figure_opens_its_tab(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    visit.page.goto(f"{report.as_uri()}#draw-latent-space-projection")
    expect(visit.page.locator("#draw-latent-space-projection")).to_be_in_viewport()
    visit.page.goto(f"{report.as_uri()}#draw-samples-gaussian")
    expect(visit.page.locator("#draw-samples-gaussian")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_contents_mark_what_is_being_read(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    visit.page.emulate_media(reduced_motion="reduce")
    marked = visit.page.locator(".contents [aria-current]")
    expect(marked).to_have_text("Faces")
    for target, words in {"layer-2": "Conv2D_2", "reconstructions": "Reconstructions"}.items():
        visit.page.evaluate(f"document.getElementById('{target}').scrollIntoView()")
        expect(marked).to_have_text(words)
        expect(marked).to_be_in_viewport()
    visit.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(marked).to_have_text("License")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_word_is_too_small_to_be_read(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    page_reading.unfold(visit.page)
    small = visit.page.evaluate(
        """() => Array.from(document.querySelectorAll('body *'))
        .filter(one => !one.closest('svg') && one.checkVisibility())
        .filter(one => parseFloat(getComputedStyle(one).fontSize) < 11)
        .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_dark_page_has_no_white_paper(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    visit.page.emulate_media(color_scheme="dark")
    chart = visit.page.locator("#draw-latent-space-z-points .frame")
    shot = np.asarray(Image.open(io.BytesIO(chart.screenshot())).convert("L"))
    assert np.median(shot) < 60
    maps = visit.page.locator("#draw-activation-maps-sheet .picture img").first
    assert "invert" in maps.evaluate("one => getComputedStyle(one).filter")
    face = visit.page.locator("#draw-samples-prior .picture img").first
    assert face.evaluate("one => getComputedStyle(one).filter") == "none"


def test_without_scripts_everything_is_there(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report, with_scripts=False)
    assert visit.troubles == []
    assert visit.page.locator("h1").is_visible()
    for tab in TABS:
        assert visit.page.locator(f"#draw-samples-{tab}").is_visible()
    assert not any(one.is_visible() for one in visit.page.locator(".tab-name").all())
    assert visit.page.locator(".curve svg").count() == 5
    visit.page.get_by_text("All parameters that affect the results").click()
    assert visit.page.get_by_text("train_vae.fact", exact=True).is_visible()


def _dvc_repository(folder: Path) -> None:
    commands = [["git", "init", "-q"], [str(warm_python.interpreter()), "-m", "dvc", "init", "-q"]]
    folder.mkdir()
    for command in commands:
        subprocess.run(command, cwd=folder, check=True)
    (folder / "history.csv").write_text("epoch,loss\n1,3.5\n2,2.5\n3,2.0\n", encoding="utf-8")
    (folder / "dvc.yaml").write_text(
        "plots:\n- history.csv: {x: epoch, y: loss}\n", encoding="utf-8"
    )


def test_dvc_draws_its_charts_without_a_network(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    repository = tmp_path / "repository"
    _dvc_repository(repository)
    offline_plots.write_template(repository / ".dvc/tmp/plots.html")
    dvc = [str(warm_python.interpreter()), "-m", "dvc"]
    setting = ["config", "--local", "plots.html_template", "tmp/plots.html"]
    subprocess.run([*dvc, *setting], cwd=repository, check=True)
    subprocess.run([*dvc, "plots", "show", "-o", "charts"], cwd=repository, check=True)

    charts = repository / "charts/index.html"
    visit = Visit(browser, charts)
    visit.page.wait_for_selector("canvas, svg.marks", timeout=20_000)
    assert visit.requests == [charts.as_uri()]
    drawn = visit.page.locator("canvas, svg.marks").first.bounding_box()
    assert drawn is not None
    assert min(drawn["width"], drawn["height"]) > 100
