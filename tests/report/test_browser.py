"""The page and DVC's charts in a real browser, without a network.

Chromium is not part of the Python packages: without it these tests are skipped, unless
LATENTMAPS_REQUIRE_BROWSER=1 says that they must run. LATENTMAPS_CHROMIUM may name the program.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect, sync_playwright

from latentmaps.report import offline_plots, page

if TYPE_CHECKING:
    from tests.report.conftest import Example

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
        self,
        browser: Browser,
        path: Path,
        *,
        width: int = 1280,
        with_scripts: bool = True,
        has_touch: bool = False,
    ) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=with_scripts,
            has_touch=has_touch,
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

    def unfold(self) -> None:
        """Opens all that is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def explanation(self, place: str) -> tuple[Locator, Locator]:
        """Gives the button and the explanation with the id ``about-`` and `place`."""
        popover = f"about-{place}"
        return self.page.locator(f"[popovertarget={popover}]"), self.page.locator(f"#{popover}")


def test_the_page_opens_without_a_complaint_or_a_request(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    assert visit.troubles == []
    assert visit.requests == [report.as_uri()]


def test_every_picture_is_loaded(browser: Browser, report: Path) -> None:
    widths = Visit(browser, report).page.evaluate(
        "Array.from(document.images, image => image.complete ? image.naturalWidth : 0)"
    )
    assert len(widths) == 17
    assert min(widths) > 0


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_to_the_side(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    visit.unfold()
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
    assert visit.page.locator("figure img").count() == 17
    assert visit.page.locator(".curve svg").count() == 5
    visit.page.locator("summary").last.click()
    assert visit.page.get_by_text("train_vae.fact", exact=True).is_visible()


# One on top, one in a table, one in a table that scrolls sideways, one in a figure.
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
    button, explanation = visit.explanation(place)
    expect(explanation).to_be_hidden()
    button.click()
    expect(explanation).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(explanation).to_be_hidden()
    assert visit.troubles == []


def test_a_second_explanation_closes_the_first(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    (first_button, first), (button, second) = (visit.explanation(one) for one in EXPLANATIONS[:2])
    first_button.click()
    button.click()
    expect(first).to_be_hidden()
    expect(second).to_be_visible()


def test_the_pointer_opens_an_explanation_and_takes_it_away(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    button, explanation = visit.explanation(EXPLANATIONS[0])
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
def test_a_key_opens_an_explanation(browser: Browser, report: Path, key: str) -> None:
    visit = Visit(browser, report)
    button, explanation = visit.explanation(EXPLANATIONS[0])
    button.focus()
    visit.page.keyboard.press(key)
    expect(explanation).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(explanation).to_be_hidden()
    expect(button).to_be_focused()


def test_a_tap_opens_an_explanation_and_a_tap_elsewhere_closes_it(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report, width=390, has_touch=True)
    button, explanation = visit.explanation(EXPLANATIONS[0])
    button.tap()
    expect(explanation).to_be_visible()
    visit.page.locator("h1").tap()
    expect(explanation).to_be_hidden()


def test_a_screen_reader_is_told_what_a_number_means(browser: Browser, report: Path) -> None:
    button, _ = Visit(browser, report).explanation("headline-psnr-db")
    expect(button).to_have_role("button")
    expect(button).to_have_accessible_name("Likeness")
    expect(button).to_have_accessible_description(re.compile("hard to tell from the copy"))


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_no_explanation_sticks_out(browser: Browser, report: Path, width: int) -> None:
    visit = Visit(browser, report, width=width)
    visit.unfold()
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


def test_paper_has_the_glossary_and_what_is_folded_but_nothing_to_press(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report)
    folded = visit.page.locator(".processed img").first
    expect(folded).to_be_hidden()
    visit.page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(visit.page.locator("table.parameters")).to_be_visible()
    expect(visit.page.get_by_role("navigation")).to_have_count(0)
    for name in (".skip", ".zoom", "figure label", ".about", ".hint"):
        assert not any(one.is_visible() for one in visit.page.locator(name).all()), name
    expect(visit.page.locator("#glossary dd").first).to_be_visible()
    expect(visit.page.locator(".redraw").first).to_be_visible()


def test_on_paper_no_figure_is_cut_and_nothing_scrolls(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report, width=680)  # of A4 without the margins
    visit.page.emulate_media(media="print")
    cut = visit.page.evaluate(
        """() => Array.from(document.querySelectorAll('figure'), figure => {
            return getComputedStyle(figure).breakInside + ' ' + (figure.offsetHeight < 1000);
        })"""
    )
    assert set(cut) == {"avoid true"}
    for name in (".table-box", ".frame", ".command"):
        too_wide = visit.page.locator(name).evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.outerHTML)"
        )
        assert too_wide == []


# Gives text, colour, size and weight, and the colours behind it, of all that holds text.
_READ_COLOURS = """() => {
    const found = [];
    for (const element of document.querySelectorAll('body, body *')) {
        const words = Array.from(element.childNodes)
            .filter(node => node.nodeType === Node.TEXT_NODE)
            .map(node => node.data.trim()).join("");
        if (!words || !element.checkVisibility() || element.closest('svg')) continue;
        const style = getComputedStyle(element);
        const behind = [];
        for (let one = element; one; one = one.parentElement)
            behind.push(getComputedStyle(one).backgroundColor);
        found.push([words.slice(0, 40), style.color, behind]);
    }
    return found;
}"""


def _rgba(colour: str) -> tuple[float, ...]:
    numbers = [float(number) for number in re.findall(r"[0-9.]+", colour)]
    return (*numbers[:3], numbers[3] if len(numbers) > 3 else 1.0)


def _luminance(colour: str) -> float:
    """Gives the relative luminance: WCAG 2.2, section "relative luminance"."""
    shares = [value / 255 for value in _rgba(colour)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(ink: str, behind: list[str]) -> float:
    paper = next(colour for colour in behind if _rgba(colour)[3] == 1.0)
    darker, lighter = sorted((_luminance(ink), _luminance(paper)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out(browser: Browser, example: "Example", scheme: Any) -> None:
    example.change("receipt.json", source="celeba")  # for the notice
    path = example.folder / "index.html"
    page.write(example.render(), path)
    visit = Visit(browser, path)
    visit.unfold()
    visit.page.emulate_media(color_scheme=scheme)
    visit.explanation(EXPLANATIONS[0])[0].click()
    visit.page.mouse.move(0, 0)
    colours = visit.page.evaluate(_READ_COLOURS)
    paper = _luminance(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (paper > 0.5) == (scheme == "light")
    assert len(colours) > 300
    assert [(text, ink) for text, ink, behind in colours if _contrast(ink, behind) < 4.5] == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_tab_key_reaches_everything_and_shows_where_it_is(
    browser: Browser, report: Path, width: int
) -> None:
    visit = Visit(browser, report, width=width)
    visit.unfold()
    expected = visit.page.evaluate(
        """() => Array.from(document.querySelectorAll('a, button, input, summary, [tabindex="0"]'))
            .filter(one => one.checkVisibility()).length"""
    )
    assert expected > 100
    describe = """() => {
        const one = document.activeElement;
        const shown = one.matches('.zoom') ? one.nextElementSibling : one;
        const style = getComputedStyle(shown);
        const number = Array.from(document.querySelectorAll('*')).indexOf(one);
        return [number, style.outlineStyle, parseFloat(style.outlineWidth)];
    }"""
    reached = set()
    for _ in range(expected):
        visit.page.keyboard.press("Tab")
        number, outline, outline_width = visit.page.evaluate(describe)
        reached.add(number)
        assert (outline, outline_width >= 2) == ("solid", True)
    assert len(reached) == expected


def test_the_skip_link_leads_past_the_navigation(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_text("Skip to the content")).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_navigation_stays_and_hides_no_heading(
    browser: Browser, report: Path, width: int
) -> None:
    visit = Visit(browser, report, width=width, with_scripts=True)
    visit.page.emulate_media(reduced_motion="reduce")
    for name in ("faces-curves", "glossary", "samples"):
        link = visit.page.locator(f".contents a[href='#{name}']")
        link.click()
        expect(link).to_be_in_viewport()
        contents, heading = (
            visit.page.locator(one).bounding_box() for one in (".contents", f"#{name}")
        )
        assert contents is not None
        assert heading is not None
        assert 0 <= heading["y"] < 400
        assert heading["y"] >= contents["height"] or heading["x"] >= contents["width"]


def test_motion_is_left_out_where_it_is_unwelcome(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report)
    read = "getComputedStyle(document.documentElement).scrollBehavior"
    assert visit.page.evaluate(read) == "smooth"
    visit.page.emulate_media(reduced_motion="reduce")
    assert visit.page.evaluate(read) == "auto"


def test_without_colours_the_best_value_and_white_paper_remain(
    browser: Browser, report: Path
) -> None:
    visit = Visit(browser, report)
    visit.page.emulate_media(forced_colors="active", color_scheme="dark")
    best = visit.page.locator(".samplers .best").first
    expect(best).to_contain_text("best")
    assert best.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    paper = visit.page.locator(".frame").first
    assert paper.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"


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
