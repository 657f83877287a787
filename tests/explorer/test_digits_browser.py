"""The digits part in a real browser: drawing and reading, compared with Keras."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.explorer import example_digits
from tests.explorer.digits_visit import BAR, LEVEL, Digits
from tests.report import contrast

from latentmaps.cnn.network.cnn_inference import TrainedCnn

pytestmark = pytest.mark.slow

_RUN = """async pixels => {
    const { output, kept } = await networks.run(
        'cnn', strokes.standardize(Uint8Array.from(pixels)), ['Conv2D_1', 'Conv2D_2']);
    const arrays = Object.entries(kept).map(([name, maps]) => [name, Array.from(maps)]);
    return { probabilities: Array.from(output), ...Object.fromEntries(arrays) };
}"""


def test_the_page_shows_a_test_digit_until_something_is_drawn(
    digits: Digits, digits_page: Path
) -> None:
    requests = [request for request in digits.requests if not request.startswith("blob:")]
    assert requests == [digits_page.as_uri()]
    assert digits.words("reading").startswith("Test digit 7 shows a 7. The CNN reads a")
    np.testing.assert_array_equal(digits.pixels(), example_digits.bars().test_images[7])
    assert digits.page.url.endswith("#digits")
    digits.stroke(*BAR)
    assert digits.words("reading").startswith("The CNN reads a")
    assert digits.pixels()[7:9, 20:].max() == 0  # nothing of the test digit is left


def test_drawn_and_test_digits_are_read_as_keras_reads_them(digits: Digits) -> None:
    trained = TrainedCnn(example_digits.small_cnn())
    images = [digits.pixels()]
    digits.stroke(*BAR)
    images.append(digits.pixels())
    digits.stroke(*LEVEL)
    images.append(digits.pixels())
    assert len({image.tobytes() for image in images}) == 3
    for image in images:
        found = digits.page.evaluate(_RUN, image.ravel().tolist())
        expected = trained.all_feature_maps(image[np.newaxis])
        probabilities = trained.predict(image[np.newaxis])
        for name, values in [*expected.items(), ("probabilities", probabilities)]:
            np.testing.assert_allclose(found[name], values.ravel(), atol=1e-3)
    shown = [float(text) for text in digits.bars()]
    np.testing.assert_allclose(shown, 100 * probabilities[0], atol=0.051)
    best = int(probabilities.argmax())
    assert f"The CNN reads {'an 8' if best == 8 else f'a {best}'} with " in digits.words("reading")
    assert f"{100 * probabilities.max():.1f}%" in digits.words("reading")


def test_an_empty_drawing_is_not_read(digits: Digits) -> None:
    digits.click("Clear")
    assert digits.words("reading") == "The drawing is empty."
    assert set(digits.bars()) == {""}
    assert digits.page.locator("#digit-clear").is_disabled()


def test_a_map_is_drawn_by_the_scale_of_its_layer(digits: Digits) -> None:
    image = digits.pixels()
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(image[np.newaxis])["Conv2D_1"][0]
    drawn = digits.page.evaluate(
        """Array.from(document.querySelectorAll('.digit-maps')[0].querySelectorAll('canvas'), c =>
        Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data))"""
    )
    lightness = np.array(drawn).reshape(3, *maps.shape[:2], 4)[..., :3].sum(axis=-1)
    for unit in range(3):
        order = np.argsort(maps[..., unit], axis=None, kind="stable")
        sorted_lightness = lightness[unit].ravel()[order]
        assert (np.diff(sorted_lightness) >= -12).all()  # similar hues differ slightly
        assert (lightness[unit][maps[..., unit] == 0] == 4).all()  # the darkest color, 0 0 4


def test_erasing_undoing_and_clearing(digits: Digits) -> None:
    digits.stroke(*BAR)
    first, bars = digits.pixels(), digits.bars()
    digits.click("Eraser")
    assert digits.page.locator("#digit-eraser").get_attribute("aria-pressed") == "true"
    digits.stroke((0.3, 0.7), (0.6, 0.7))
    assert digits.pixels().sum() < first.sum()
    assert digits.bars() != bars
    digits.click("Eraser")
    digits.stroke(*LEVEL)
    digits.click("Undo")
    digits.page.keyboard.press("Control+z")
    digits.rest()
    np.testing.assert_array_equal(digits.pixels(), first)
    assert digits.bars() == bars
    digits.click("Clear")
    assert digits.pixels().max() == 0
    digits.click("Undo")
    np.testing.assert_array_equal(digits.pixels(), first)


def test_an_eraser_erases_the_digit_that_is_shown_at_first(digits: Digits) -> None:
    before = digits.pixels()
    digits.click("Eraser")
    digits.stroke((0.1, 0.5), (0.9, 0.5))
    assert 0 < digits.pixels().sum() < before.sum()
    assert ", with changes" in digits.words("reading")


def test_back_keeps_the_drawing_and_its_past(digits: Digits) -> None:
    digits.stroke(*BAR)
    drawn = digits.pixels()
    digits.page.evaluate("location.hash = 'nothing'")
    digits.page.go_back()
    digits.rest()
    np.testing.assert_array_equal(digits.pixels(), drawn)
    expect(digits.page.locator("#digit-undo")).to_be_enabled()


def test_thickness_is_that_of_new_strokes(digits: Digits) -> None:
    digits.stroke(*LEVEL)
    thin = digits.pixels()
    digits.click("Clear")
    digits.page.get_by_label("Thickness").fill("5")
    digits.rest()
    assert digits.page.locator("#digit-width-words").inner_text() == "5 px"
    np.testing.assert_array_equal(digits.pixels(), 0)
    digits.stroke(*LEVEL)
    columns = slice(10, 18)
    assert thin[:, columns].sum() / 255 == pytest.approx(8 * 2.5, rel=0.02)
    assert digits.pixels()[:, columns].sum() / 255 == pytest.approx(8 * 5, rel=0.02)


def test_a_drawing_is_fitted_as_in_mnist_only_if_wanted(digits: Digits) -> None:
    digits.stroke((0.1, 0.1), (0.25, 0.3), (0.1, 0.5))
    fitted = digits.pixels() / 255
    rows, columns = np.nonzero(fitted > 0.5)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
    places = np.arange(28) + 0.5
    assert (fitted.sum(axis=0) @ places) / fitted.sum() == pytest.approx(14.5, abs=0.1)
    assert (fitted.sum(axis=1) @ places) / fitted.sum() == pytest.approx(14.5, abs=0.1)
    digits.page.get_by_label("Scale and center as in MNIST").uncheck()
    digits.rest()
    rows, columns = np.nonzero(digits.pixels())
    assert rows.max() <= 16
    assert columns.max() <= 9
    assert "fit=no" in digits.page.url


def test_a_link_leads_to_the_same_drawing(
    browser: Browser, digits_page: Path, digits: Digits
) -> None:
    digits.stroke(*BAR)
    digits.click("Eraser")
    digits.stroke((0.3, 0.7), (0.6, 0.7))
    digits.choose("order", "digits")
    other = Digits(browser, digits_page, digits.page.url.partition("#digits")[2])
    np.testing.assert_array_equal(other.pixels(), digits.pixels())
    assert other.bars() == digits.bars()
    assert other.page.locator("#digit-order").input_value() == "digits"
    # also by a link within the page
    url = other.page.url
    other.click("Clear")
    other.page.evaluate("url => { location.href = url }", url)
    other.rest()
    np.testing.assert_array_equal(other.pixels(), digits.pixels())
    other.page.context.close()


def test_the_link_to_the_part_keeps_the_drawing(digits: Digits) -> None:
    digits.stroke(*BAR)
    drawn, url = digits.pixels(), digits.page.url
    digits.page.get_by_role("link", name="Digits", exact=True).click()
    digits.rest()
    np.testing.assert_array_equal(digits.pixels(), drawn)
    assert digits.page.url == url


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
    browser: Browser, digits_page: Path, state: str, message: str
) -> None:
    opened = Digits(browser, digits_page, state)
    assert opened.words("message") == message
    assert opened.words("reading").startswith("Test digit 7 shows a 7.")
    assert opened.troubles == []
    opened.page.context.close()


def test_test_digits_can_be_taken_and_changed(digits: Digits) -> None:
    given = example_digits.bars()
    digits.page.locator("#digit-tests button").nth(2).click()
    digits.rest()
    taken = digits.page.locator("#digit-tests [aria-pressed=true]")
    name = taken.get_attribute("aria-label") or ""
    row = int(re.search(r"test digit (\d+)", name)[1])  # type: ignore[index]
    np.testing.assert_array_equal(digits.pixels(), given.test_images[row])
    assert f"digit={row}" in digits.page.url
    digits.stroke(*BAR)
    assert ", with changes" in digits.words("reading")
    unchanged = digits.pixels() >= given.test_images[row]
    assert unchanged.all()
    assert not (digits.pixels() == given.test_images[row]).all()
    digits.click("Another test digit")
    assert not re.search(rf"Test digit {row} ", digits.words("reading"))


def test_misread_digits_say_what_the_cnn_reads(digits: Digits) -> None:
    given = example_digits.bars()
    readings = TrainedCnn(example_digits.small_cnn()).predict(given.test_images).argmax(axis=1)
    digits.click("A misread test digit")
    found = re.search(
        r"Test digit (\d+) shows an? (\d)\. The CNN reads an? (\d)", digits.words("reading")
    )
    assert found is not None
    row, label, reading = map(int, found.groups())
    assert (label, reading) == (given.test_labels[row], readings[row])
    assert label != reading


def test_all_controls_are_reached_by_tab_and_have_names(digits: Digits) -> None:
    name = "(one) => one === document.body ? 'end' : one.id || one.className || one.tagName"
    reached = [""]
    while reached[-1] != "end":
        digits.page.keyboard.press("Tab")
        reached.append(digits.page.evaluate(f"({name})(document.activeElement)"))
    for name in ("eraser", "clear", "width", "fit", "dice", "misread", "order", "kind"):
        assert f"digit-{name}" in reached
    # one of each layer
    assert len([name for name in reached if re.fullmatch("digit-map( silent)?", name)]) == 2
    snapshot = digits.page.locator("#digits").aria_snapshot()
    nameless = re.findall(
        r"- (?:button|link|checkbox|combobox|slider|img)(?:$|:| \[)", snapshot, re.MULTILINE
    )
    assert nameless == []
    assert re.search(r'link "Conv2D_2, map 0: ', snapshot)
    assert re.search(r'link "\d: [\d.]+%"', snapshot)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows(browser: Browser, digits_page: Path, width: int) -> None:
    opened = Digits(browser, digits_page, width=width)
    opened.stroke(*BAR)
    assert opened.width_of_content() <= width
    opened.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(digits: Digits, scheme: Any) -> None:
    digits.page.emulate_media(color_scheme=scheme)
    assert contrast.is_light(digits.page) == (scheme == "light")
    assert contrast.too_faint(contrast.read_colors(digits.page)) == []


def test_a_finger_draws_and_does_not_scroll(browser: Browser, digits_page: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True)
    page = context.new_page()
    page.goto(f"{digits_page.as_uri()}#digits")
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
