"""The page and DVC's charts in a real browser, without a network.

Chromium is not part of the Python packages: without it these tests are skipped, unless
LATENTMAPS_REQUIRE_BROWSER=1 says that they must run. LATENTMAPS_CHROMIUM may name the program.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright
from tests.oips import example_found

from latentmaps.report import offline_plots, oip_page, page

pytestmark = pytest.mark.slow

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these Chromium looks for updates and the like, which is no request of the page.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _find_chromium() -> str:
    named = os.environ.get("LATENTMAPS_CHROMIUM")
    found = [path for name in ([named] if named else PROGRAMS) if (path := shutil.which(name))]
    if found:
        return found[0]
    reason = (
        f"NO BROWSER TEST WAS RUN: found none of {named or ', '.join(PROGRAMS)}; install Chromium "
        "(Debian: apt-get install chromium) or name it in LATENTMAPS_CHROMIUM"
    )
    if os.environ.get("LATENTMAPS_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_find_chromium(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def report(rendered: str, tmp_path: Path) -> Path:
    path = tmp_path / "index.html"
    page.write(rendered, path)
    return path


class Visit:
    """A page that was opened, and what went wrong meanwhile."""

    def __init__(
        self, browser: Browser, path: Path, *, width: int = 1280, with_scripts: bool = True
    ) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=with_scripts
        )
        self.page: Page = context.new_page()
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("requestfailed", lambda request: self.troubles.append(request.url))
        self.page.on("request", self._note)
        self.page.goto(path.as_uri())

    def _note(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.requests.append(request.url)

    def width_of_content(self) -> int:
        """Gives the width of all that can be scrolled to, pixels."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


def test_the_page_opens_without_a_complaint_or_a_request(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    assert visit.troubles == []
    assert visit.requests == [report.as_uri()]


def test_every_picture_is_loaded(browser: Browser, report: Path) -> None:
    widths = Visit(browser, report).page.evaluate(
        "Array.from(document.images, image => image.complete ? image.naturalWidth : 0)"
    )
    assert len(widths) == 9
    assert min(widths) > 0


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_to_the_side(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    visit.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert visit.width_of_content() <= width


def test_a_picture_is_enlarged_in_its_own_box_and_without_a_script(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report, width=390, with_scripts=False)
    picture, label = (
        visit.page.locator(".frame img").first,
        visit.page.locator("figure label").first,
    )
    own_width = int(picture.get_attribute("width") or 0)
    small = picture.bounding_box()
    label.click()
    large = picture.bounding_box()
    assert small is not None
    assert large is not None
    assert small["width"] < 390 < own_width == large["width"]
    assert visit.page.locator("main").bounding_box()["width"] < 390  # type: ignore[index]


def test_without_scripts_everything_is_there(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report, with_scripts=False)
    assert visit.troubles == []
    assert visit.page.locator("h1").is_visible()
    assert visit.page.locator("figure img").count() == 9
    assert visit.page.locator(".curve svg").count() == 5
    visit.page.locator("summary").last.click()
    assert visit.page.get_by_text("train_vae.fact", exact=True).is_visible()


def test_text_stands_out_from_a_dark_page(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    brightness = "(text => text.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + +b, 0))"
    read = f"[style => {brightness}(style.color), style => {brightness}(style.backgroundColor)]"
    script = f"{read}.map(of => of(getComputedStyle(document.body)))"
    visit.page.emulate_media(color_scheme="light")
    ink, paper = visit.page.evaluate(script)
    assert ink < 200 < 600 < paper
    visit.page.emulate_media(color_scheme="dark")
    ink, paper = visit.page.evaluate(script)
    assert paper < 200 < 600 < ink


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


def _dvc_repository(folder: Path) -> None:
    commands = [["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]]
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
    dvc = [sys.executable, "-m", "dvc"]
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
