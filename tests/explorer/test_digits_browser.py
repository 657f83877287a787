"""The digits part in a real browser: drawing and reading, compared with Keras."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsing import Visit, wait_until
from tests.explorer import example_digits
from tests.report import contrast

from latentmaps.cnn.network.cnn_inference import TrainedCnn

pytestmark = pytest.mark.slow

# points of a stroke, as fractions of the drawing area
BAR = [(0.3, 0.2), (0.45, 0.6), (0.4, 0.85)]
LEVEL = [(0.2, 0.5), (0.8, 0.5)]

_PIXELS = """() => {
    const context = new OffscreenCanvas(28, 28).getContext('2d', { willReadFrequently: true });
    context.drawImage(document.getElementById('digit-input'), 0, 0);
    return Array.from(context.getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0);
}"""
_RUN = """async pixels => {
    const { output, kept } = await networks.run(
        'cnn', strokes.standardize(Uint8Array.from(pixels)), ['Conv2D_1', 'Conv2D_2']);
    const arrays = Object.entries(kept).map(([name, maps]) => [name, Array.from(maps)]);
    return { probabilities: Array.from(output), ...Object.fromEntries(arrays) };
}"""


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_digits.write(tmp_path_factory.mktemp("explorer"))


class Digits(Visit):
    """The page, opened at a state of the digits part."""

    def __init__(self, browser: Browser, path: Path, state: str = "", **settings: Any) -> None:
        super().__init__(browser, path, fragment=f"#digits{state}", **settings)
        self.rest()

    def rest(self) -> None:
        """Wait until the CNN has read the drawing and the address is up to date."""
        expect(self.page.locator(".digit-map")).to_have_count(7)
        expect(self.page.locator("#digit-reading")).to_have_attribute("aria-busy", "false")
        wait_until(self.page, "addressState.pending === null")

    def stroke(self, *points: tuple[float, float]) -> None:
        self.page.locator("#digit-canvas").scroll_into_view_if_needed()
        box = self.page.locator("#digit-canvas").bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=8)
        self.page.mouse.up()
        self.rest()

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.rest()

    def choose(self, control: str, value: str) -> None:
        self.page.locator(f"#digit-{control}").select_option(value)
        self.rest()

    def pixels(self) -> np.ndarray:
        return np.array(self.page.evaluate(_PIXELS), np.uint8).reshape(28, 28)

    def bars(self) -> list[str]:
        return self.page.locator("#digit-bars .bar span").all_inner_texts()

    def words(self, name: str) -> str:
        return self.page.locator(f"#digit-{name}").inner_text()

    def maps(self, layer: int = 1) -> list[int]:
        """Return the numbers of the maps of a layer in their order on the page."""
        return [
            int(text)
            for text in self.page.locator(".digit-maps").nth(layer).locator("b").all_inner_texts()
        ]


@pytest.fixture
def visit(browser: Browser, explorer: Path) -> Iterator[Digits]:
    opened = Digits(browser, explorer)
    yield opened
    assert opened.troubles == []
    opened.page.context.close()


def test_the_page_shows_a_test_digit_until_something_is_drawn(
    visit: Digits, explorer: Path
) -> None:
    requests = [request for request in visit.requests if not request.startswith("blob:")]
    assert requests == [explorer.as_uri()]
    assert visit.words("reading").startswith("Test digit 7 shows a 7. The CNN reads a")
    np.testing.assert_array_equal(visit.pixels(), example_digits.bars().test_images[7])
    assert visit.page.url.endswith("#digits")
    visit.stroke(*BAR)
    assert visit.words("reading").startswith("The CNN reads a")
    assert visit.pixels()[7:9, 20:].max() == 0  # nothing of the test digit is left


def test_drawn_and_test_digits_are_read_as_keras_reads_them(visit: Digits) -> None:
    trained = TrainedCnn(example_digits.small_cnn())
    images = [visit.pixels()]
    visit.stroke(*BAR)
    images.append(visit.pixels())
    visit.stroke(*LEVEL)
    images.append(visit.pixels())
    assert len({image.tobytes() for image in images}) == 3
    for image in images:
        found = visit.page.evaluate(_RUN, image.ravel().tolist())
        expected = trained.all_feature_maps(image[np.newaxis])
        probabilities = trained.predict(image[np.newaxis])
        for name, values in [*expected.items(), ("probabilities", probabilities)]:
            np.testing.assert_allclose(found[name], values.ravel(), atol=1e-3)
    shown = [float(text) for text in visit.bars()]
    np.testing.assert_allclose(shown, 100 * probabilities[0], atol=0.051)
    best = int(probabilities.argmax())
    assert f"The CNN reads {'an 8' if best == 8 else f'a {best}'} with " in visit.words("reading")
    assert f"{100 * probabilities.max():.1f}%" in visit.words("reading")


def test_an_empty_drawing_is_not_read(visit: Digits) -> None:
    visit.click("Clear")
    assert visit.words("reading") == "The drawing is empty."
    assert set(visit.bars()) == {""}
    assert visit.page.locator("#digit-clear").is_disabled()


def test_a_map_is_drawn_by_the_scale_of_its_layer(visit: Digits) -> None:
    image = visit.pixels()
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(image[np.newaxis])["Conv2D_1"][0]
    drawn = visit.page.evaluate(
        """Array.from(document.querySelectorAll('.digit-maps')[0].querySelectorAll('canvas'), c =>
        Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data))"""
    )
    lightness = np.array(drawn).reshape(3, *maps.shape[:2], 4)[..., :3].sum(axis=-1)
    for unit in range(3):
        order = np.argsort(maps[..., unit], axis=None, kind="stable")
        sorted_lightness = lightness[unit].ravel()[order]
        assert (np.diff(sorted_lightness) >= -12).all()  # similar hues differ slightly
        assert (lightness[unit][maps[..., unit] == 0] == 4).all()  # the darkest color, 0 0 4


def test_erasing_undoing_and_clearing(visit: Digits) -> None:
    visit.stroke(*BAR)
    first, bars = visit.pixels(), visit.bars()
    visit.click("Eraser")
    assert visit.page.locator("#digit-eraser").get_attribute("aria-pressed") == "true"
    visit.stroke((0.3, 0.7), (0.6, 0.7))
    assert visit.pixels().sum() < first.sum()
    assert visit.bars() != bars
    visit.click("Eraser")
    visit.stroke(*LEVEL)
    visit.click("Undo")
    visit.page.keyboard.press("Control+z")
    visit.rest()
    np.testing.assert_array_equal(visit.pixels(), first)
    assert visit.bars() == bars
    visit.click("Clear")
    assert visit.pixels().max() == 0
    visit.click("Undo")
    np.testing.assert_array_equal(visit.pixels(), first)


def test_an_eraser_erases_the_digit_that_is_shown_at_first(visit: Digits) -> None:
    before = visit.pixels()
    visit.click("Eraser")
    visit.stroke((0.1, 0.5), (0.9, 0.5))
    assert 0 < visit.pixels().sum() < before.sum()
    assert ", with changes" in visit.words("reading")


def test_back_keeps_the_drawing_and_its_past(visit: Digits) -> None:
    visit.stroke(*BAR)
    drawn = visit.pixels()
    visit.page.evaluate("location.hash = 'nothing'")
    visit.page.go_back()
    visit.rest()
    np.testing.assert_array_equal(visit.pixels(), drawn)
    expect(visit.page.locator("#digit-undo")).to_be_enabled()


def test_thickness_is_that_of_new_strokes(visit: Digits) -> None:
    visit.stroke(*LEVEL)
    thin = visit.pixels()
    visit.click("Clear")
    visit.page.get_by_label("Thickness").fill("5")
    visit.rest()
    assert visit.page.locator("#digit-width-words").inner_text() == "5 px"
    np.testing.assert_array_equal(visit.pixels(), 0)
    visit.stroke(*LEVEL)
    columns = slice(10, 18)
    assert thin[:, columns].sum() / 255 == pytest.approx(8 * 2.5, rel=0.02)
    assert visit.pixels()[:, columns].sum() / 255 == pytest.approx(8 * 5, rel=0.02)


def test_a_drawing_is_fitted_as_in_mnist_only_if_wanted(visit: Digits) -> None:
    visit.stroke((0.1, 0.1), (0.25, 0.3), (0.1, 0.5))
    fitted = visit.pixels() / 255
    rows, columns = np.nonzero(fitted > 0.5)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
    places = np.arange(28) + 0.5
    assert (fitted.sum(axis=0) @ places) / fitted.sum() == pytest.approx(14.5, abs=0.1)
    assert (fitted.sum(axis=1) @ places) / fitted.sum() == pytest.approx(14.5, abs=0.1)
    visit.page.get_by_label("Scale and center as in MNIST").uncheck()
    visit.rest()
    rows, columns = np.nonzero(visit.pixels())
    assert rows.max() <= 16
    assert columns.max() <= 9
    assert "fit=no" in visit.page.url


def test_a_link_leads_to_the_same_drawing(browser: Browser, explorer: Path, visit: Digits) -> None:
    visit.stroke(*BAR)
    visit.click("Eraser")
    visit.stroke((0.3, 0.7), (0.6, 0.7))
    visit.choose("order", "digits")
    other = Digits(browser, explorer, visit.page.url.partition("#digits")[2])
    np.testing.assert_array_equal(other.pixels(), visit.pixels())
    assert other.bars() == visit.bars()
    assert other.page.locator("#digit-order").input_value() == "digits"
    # also by a link within the page
    url = other.page.url
    other.click("Clear")
    other.page.evaluate("url => { location.href = url }", url)
    other.rest()
    np.testing.assert_array_equal(other.pixels(), visit.pixels())
    other.page.context.close()


def test_the_link_to_the_part_keeps_the_drawing(visit: Digits) -> None:
    visit.stroke(*BAR)
    drawn, url = visit.pixels(), visit.page.url
    visit.page.get_by_role("link", name="Digits", exact=True).click()
    visit.rest()
    np.testing.assert_array_equal(visit.pixels(), drawn)
    assert visit.page.url == url


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("?digit=999", "This page has no test digit 999."),
        ("?drawing=AAAA", "The drawing in this address is damaged."),
        ("?drawing=%3Cb%3E", "The drawing in this address is damaged."),
        ("?drawing=FAAC____", "The drawing in this address is damaged."),
    ],
)
def test_an_invalid_address_shows_the_test_digit(
    browser: Browser, explorer: Path, state: str, message: str
) -> None:
    opened = Digits(browser, explorer, state)
    assert opened.words("message") == message
    assert opened.words("reading").startswith("Test digit 7 shows a 7.")
    assert opened.troubles == []
    opened.page.context.close()


def test_test_digits_can_be_taken_and_changed(visit: Digits) -> None:
    given = example_digits.bars()
    visit.page.locator("#digit-tests button").nth(2).click()
    visit.rest()
    taken = visit.page.locator("#digit-tests [aria-pressed=true]")
    name = taken.get_attribute("aria-label") or ""
    row = int(re.search(r"test digit (\d+)", name)[1])  # type: ignore[index]
    np.testing.assert_array_equal(visit.pixels(), given.test_images[row])
    assert f"digit={row}" in visit.page.url
    visit.stroke(*BAR)
    assert ", with changes" in visit.words("reading")
    unchanged = visit.pixels() >= given.test_images[row]
    assert unchanged.all()
    assert not (visit.pixels() == given.test_images[row]).all()
    visit.click("Another test digit")
    assert not re.search(rf"Test digit {row} ", visit.words("reading"))


def test_misread_digits_say_what_the_cnn_reads(visit: Digits) -> None:
    given = example_digits.bars()
    readings = TrainedCnn(example_digits.small_cnn()).predict(given.test_images).argmax(axis=1)
    visit.click("A misread test digit")
    found = re.search(
        r"Test digit (\d+) shows an? (\d)\. The CNN reads an? (\d)", visit.words("reading")
    )
    assert found is not None
    row, label, reading = map(int, found.groups())
    assert (label, reading) == (given.test_labels[row], readings[row])
    assert label != reading


def test_maps_come_in_the_order_that_is_chosen(visit: Digits) -> None:
    given = example_digits.bars()
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(given.test_images)["Conv2D_2"]
    means = maps.mean(axis=(1, 2))
    assert visit.maps() == [0, 1, 2, 3]
    visit.choose("order", "digits")
    shares = means[7] / np.maximum(means.max(axis=0), 1e-9)
    assert visit.maps() == np.argsort(-shares, kind="stable").tolist()
    visit.choose("order", "oip")
    activations = example_digits.layer_results().oips.in_range.activations
    shares = means[7] / np.where(activations > 0, activations, np.inf)
    assert visit.maps() == np.argsort(-shares, kind="stable").tolist()
    assert "relative to that for its OIP" in visit.words("percent")


def test_silent_and_dead_maps_are_marked(visit: Digits) -> None:
    tile = visit.page.locator(f".digit-map[data-unit='{example_digits.DEAD}']").last
    assert tile.locator("small").inner_text() == "silent"
    assert tile.locator(".oip-tile").inner_text() == "dead"
    assert tile.get_attribute("aria-label") == (
        "Conv2D_2, map 3, dead: no input was found that excites it: silent, 0 everywhere"
    )
    assert "; 1 silent: 0 everywhere" in visit.page.locator(".layer-line").last.inner_text()


def test_numbers_of_a_map_are_shown(visit: Digits) -> None:
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(
        example_digits.bars().test_images
    )["Conv2D_2"]
    means = maps.mean(axis=(1, 2))
    loud = int(means[7].argmax())
    tile = visit.page.locator(f".digit-map[data-unit='{loud}']").last
    tile.hover()
    detail = visit.page.locator(".layer-detail").last.inner_text()
    assert detail == tile.get_attribute("title")
    assert f"mean activation {float(f'{means[7, loud]:.2g}'):g}," in detail
    assert "of that for the strongest test digit" in detail


def test_oips_are_shown_free_in_range_or_not(visit: Digits) -> None:
    tile = visit.page.locator(".digit-maps").last.locator(".oip-tile").first
    in_range = tile.evaluate("one => one.style.backgroundImage")
    visit.choose("kind", "free")
    free = tile.evaluate("one => one.style.backgroundImage")
    assert in_range.startswith('url("data:image/png')
    assert free.startswith('url("data:image/png')
    assert in_range != free
    assert visit.page.locator("#digit-bars .oip-tile").first.is_visible()
    visit.choose("kind", "none")
    assert not tile.is_visible()
    assert visit.page.locator("#digit-bars .oip-tile").first.is_hidden()


def test_a_click_or_enter_on_a_map_leads_to_its_row_and_back(visit: Digits) -> None:
    visit.stroke(*BAR)
    drawn = visit.pixels()
    for press in (True, False):
        tile = visit.page.locator(".digit-map[data-unit='1']").last
        if press:
            tile.focus()
            visit.page.keyboard.press("Enter")
        else:
            tile.click()
        visit.page.wait_for_url(re.compile(r"draw_oips/Conv2D_2\.html#Conv2D_2-1$"))
        assert visit.page.locator("article:target").get_attribute("id") == "Conv2D_2-1"
        visit.page.go_back()
        visit.rest()
        np.testing.assert_array_equal(visit.pixels(), drawn)


def test_a_bar_leads_to_the_row_of_its_unit(visit: Digits) -> None:
    links = visit.page.locator("#digit-bars a").evaluate_all(
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


def test_arrow_keys_lead_from_map_to_map(visit: Digits) -> None:
    maps = visit.page.locator(".digit-maps").last
    assert maps.locator("[tabindex='0']").count() == 1
    maps.locator("[tabindex='0']").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowLeft")
    focused = "document.activeElement.getAttribute('data-unit')"
    assert visit.page.evaluate(focused) == "1"
    visit.page.keyboard.press("End")
    assert visit.page.evaluate(focused) == "3"
    assert maps.locator("[tabindex='0']").count() == 1


def test_all_controls_are_reached_by_tab_and_have_names(visit: Digits) -> None:
    name = "(one) => one === document.body ? 'end' : one.id || one.className || one.tagName"
    reached = [""]
    while reached[-1] != "end":
        visit.page.keyboard.press("Tab")
        reached.append(visit.page.evaluate(f"({name})(document.activeElement)"))
    for name in ("eraser", "clear", "width", "fit", "dice", "misread", "order", "kind"):
        assert f"digit-{name}" in reached
    # one of each layer
    assert len([name for name in reached if re.fullmatch("digit-map( silent)?", name)]) == 2
    snapshot = visit.page.locator("#digits").aria_snapshot()
    nameless = re.findall(
        r"- (?:button|link|checkbox|combobox|slider|img)(?:$|:| \[)", snapshot, re.MULTILINE
    )
    assert nameless == []
    assert re.search(r'link "Conv2D_2, map 0: ', snapshot)
    assert re.search(r'link "\d: [\d.]+%"', snapshot)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows(browser: Browser, explorer: Path, width: int) -> None:
    opened = Digits(browser, explorer, width=width)
    opened.stroke(*BAR)
    assert opened.width_of_content() <= width
    opened.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(visit: Digits, scheme: Any) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    assert contrast.is_light(visit.page) == (scheme == "light")
    assert contrast.too_faint(contrast.read_colors(visit.page)) == []


def test_a_finger_draws_and_does_not_scroll(browser: Browser, explorer: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True)
    page = context.new_page()
    page.goto(f"{explorer.as_uri()}#digits")
    expect(page.locator(".digit-map")).to_have_count(7)
    page.locator("#digit-canvas").scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    _swipe(page, (0.4, 0.9), (0.45, 0.2))
    page.wait_for_url("**drawing=*")
    assert page.evaluate("scrollY") == scrolled
    expect(page.locator("#digit-reading")).to_have_text(re.compile("^The CNN reads a"))
    context.close()


def _swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = page.locator("#digit-canvas").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)

    def send(kind: str, share: float | None) -> None:
        points = []
        if share is not None:
            x, y = (first + share * (last - first) for first, last in zip(start, end, strict=True))
            points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0.0)
    for step in range(1, 11):
        send("touchMove", step / 10)
    send("touchEnd", None)
