"""The faces' part of the page in a real browser: each control, against Python."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browsing import Visit
from tests.explorer import example_faces
from tests.report import contrast, reading

from latentmaps.images import pixels
from latentmaps.pages import html_page
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.vae.latent import latent_geometry, samplers
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import sample_sheets

pytestmark = pytest.mark.slow

KNOWN = example_faces.attributes(*example_faces.NAMES)
LATENTS = example_faces.latents(KNOWN)
SAVED = example_faces.saved()
TABS = ("attributes", "components", "map", "between", "dimensions")
# of coordinates: directions and starting points are rounded to whole numbers of 16 bits
TOLERANCE = 2e-3

Array = npt.NDArray[np.floating]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports") / "explorer.html"
    html_page.write(example_faces.render([example_faces.part(SAVED, LATENTS, KNOWN)]), path)
    return path


class Hand(Visit):
    """What a person does on the page, and sees."""

    def __init__(
        self, browser: Browser, path: Path, *, address: str = "", width: int = 1280
    ) -> None:
        super().__init__(browser, path, width=width)
        self.page.emulate_media(reduced_motion="reduce")
        self.wait()
        if address:
            self.page.goto("about:blank")
            self.page.goto(address)
        self.wait()

    def wait(self) -> None:
        self.page.wait_for_selector('#faces-canvas[data-shown="true"]')

    def z(self) -> Array:
        return np.array(self.page.evaluate("Array.from(Faces.state.z)"))

    def picture(self) -> npt.NDArray[np.uint8]:
        """Return what the canvas shows, (16, 16, 3)."""
        self.wait()
        values = self.page.evaluate(
            """() => { const one = document.getElementById('faces-canvas');
            const copy = new OffscreenCanvas(one.width, one.height).getContext('2d');
            copy.drawImage(one, 0, 0);
            const { data } = copy.getImageData(0, 0, one.width, one.height);
            return [one.height, one.width, ...data]; }"""
        )
        return np.array(values[2:], np.uint8).reshape(values[0], values[1], 4)[..., :3]

    def move(self, name: str, value: float) -> None:
        """Take a slider to a value and let it go."""
        self.page.evaluate(
            """([name, value]) => { const one = document.getElementById(`faces-${name}`);
            one.value = value;
            for (const type of ['input', 'change']) one.dispatchEvent(new Event(type)); }""",
            [name, value],
        )

    def click(self, name: str) -> None:
        self.page.locator(f"#faces-{name}").click()

    def choose(self, words: str) -> None:
        self.page.get_by_role("radio", name=words, exact=True).check()

    def says(self) -> str:
        return self.page.locator("#faces-said").inner_text()

    def caption(self) -> str:
        return self.page.locator("#faces-caption").inner_text()

    def link(self) -> str:
        """Return the address of the state; it waits until the page has put it there."""
        wanted = self.page.evaluate("Faces.toParams()")
        self.page.wait_for_url(f"**#faces?{wanted}")
        return self.page.url


@pytest.fixture
def hand(browser: Browser, path: Path) -> Iterator[Hand]:
    hand = Hand(browser, path)
    yield hand
    assert hand.troubles == []
    hand.page.context.close()


@pytest.fixture(scope="module")
def still(browser: Browser, path: Path) -> Iterator[Page]:
    """The page for what its functions return."""
    hand = Hand(browser, path)
    yield hand.page
    hand.page.context.close()


def decode(z: Array) -> npt.NDArray[np.uint8]:
    return pixels.to_uint8(TrainedVae(SAVED).decode(z[np.newaxis]))[0]


def test_the_first_face_is_the_reconstruction_of_the_first_test_face(
    hand: Hand, path: Path
) -> None:
    z = LATENTS.test.encodings.z_mean[0]
    np.testing.assert_allclose(hand.z(), z, atol=TOLERANCE)
    np.testing.assert_allclose(hand.picture().astype(int), decode(hand.z()), atol=1)
    assert hand.caption() == "Reconstruction of test face 1"
    assert all(request == path.as_uri() or "blob:" in request for request in hand.requests)


def component(index: int) -> Array:
    axes, variances = latent_geometry.axes_of_covariance(LATENTS.train.encodings.moments()[1])
    return axes[:, index] * np.sqrt(variances[index])


def dimension(index: int) -> Array:
    kl_nats = LATENTS.test.encodings.kl_per_dimension()
    return np.eye(len(kl_nats))[np.argsort(-kl_nats)[index]]


def attribute(index: int) -> Array:
    by_d_prime = sorted(LATENTS.attributes.each(), key=lambda one: -one.d_prime)
    return by_d_prime[index].vector


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("component-0", component(0)),
        ("component-3", component(3)),
        ("dimension-1", dimension(1)),
        ("attribute-0", attribute(0)),
        ("attribute-1", attribute(1)),
    ],
)
def test_a_slider_moves_z_along_its_direction(hand: Hand, name: str, direction: Array) -> None:
    before, picture = hand.z(), hand.picture()
    slider = hand.page.locator(f"#faces-{name}")
    start = float(slider.get_attribute("aria-valuetext").replace("\u2212", "-"))  # type: ignore[union-attr]
    hand.move(name, 1.5)
    expected = before + (1.5 - start) * direction
    np.testing.assert_allclose(hand.z(), expected, atol=0.01 * float(np.linalg.norm(direction)))
    assert slider.get_attribute("aria-valuetext") == "+1.50"
    assert slider.input_value() == "1.5"
    assert not np.array_equal(hand.picture(), picture)
    np.testing.assert_allclose(hand.picture().astype(int), decode(hand.z()), atol=1)
    assert hand.says().endswith(": +1.50.")
    assert hand.caption() == "Reconstruction of test face 1, changed"


def test_a_slider_of_a_component_counts_standard_deviations_from_the_mean(hand: Hand) -> None:
    hand.click("mean")
    for index in range(5):
        slider = hand.page.locator(f"#faces-component-{index}")
        assert slider.get_attribute("aria-valuetext") == "0.00"
    np.testing.assert_allclose(hand.z(), LATENTS.train.encodings.moments()[0], atol=TOLERANCE)
    hand.move("component-1", -2)
    moved = LATENTS.train.encodings.moments()[0] - 2 * component(1)
    np.testing.assert_allclose(hand.z(), moved, atol=TOLERANCE)


def read(hand: Hand, name: str) -> float:
    text = hand.page.locator(f"#faces-{name}").get_attribute("aria-valuetext")
    return float((text or "").replace("\u2212", "-"))


def test_sliders_combine_and_read_their_place_off_z(hand: Hand) -> None:
    hand.move("component-0", 1.0)
    hand.move("component-2", -1.0)
    assert [read(hand, f"component-{index}") for index in (0, 2)] == [1.0, -1.0]
    hand.move("attribute-0", 2.0)
    assert read(hand, "component-0") != 1.0
    hand.page.locator("#faces-tab-components").click()
    hand.page.locator("[data-zero=component]").click()
    np.testing.assert_allclose(hand.z(), LATENTS.train.encodings.moments()[0], atol=TOLERANCE)


def test_an_attribute_leaves_the_others_where_they_are_if_that_is_wanted(hand: Hand) -> None:
    before = read(hand, "attribute-1")
    hand.page.locator("#faces-hold").check()
    hand.move("attribute-0", 1.4)
    assert read(hand, "attribute-0") == 1.4
    assert read(hand, "attribute-1") == before
    hand.page.locator("#faces-hold").uncheck()
    hand.move("attribute-0", 0.0)
    assert read(hand, "attribute-1") != before


def test_the_way_between_two_faces_is_that_of_python(still: Page) -> None:
    starts, ends = np.random.default_rng(8).normal(size=(2, 5, 5))
    ends[3], ends[4] = 2.0 * starts[3], 0.0  # no one arc
    shares = np.array([0.0, 0.2, 0.5, 1.0])
    found = still.evaluate(
        """([starts, ends, shares, isArc]) => starts.map((start, i) =>
        shares.map((share) => Space.between(start, ends[i], share, isArc)))""",
        [starts.tolist(), ends.tolist(), shares.tolist(), True],
    )
    expected = latent_geometry.walk_spherically(starts, ends, shares)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_slider_between_two_faces_walks_from_a_to_b(hand: Hand) -> None:
    a, b = LATENTS.test.encodings.z_mean[:2].astype(np.float64)
    hand.click("tab-between")
    expect(hand.page.locator("#faces-off")).to_be_hidden()  # the first face is A
    hand.move("share-0", 0.25)
    arc = latent_geometry.walk_spherically(a, b, np.array([0.25]))[0]
    np.testing.assert_allclose(hand.z(), arc, atol=TOLERANCE)
    hand.choose("Straight line")
    np.testing.assert_allclose(hand.z(), 0.75 * a + 0.25 * b, atol=TOLERANCE)
    hand.click("go-b")
    np.testing.assert_allclose(hand.z(), b, atol=TOLERANCE)
    hand.move("component-0", 2.9)
    expect(hand.page.locator("#faces-off")).to_be_visible()
    changed = hand.z()
    hand.click("set-a")
    np.testing.assert_allclose(hand.z(), changed)
    hand.move("share-0", 0.5)
    np.testing.assert_allclose(hand.z(), 0.5 * changed + 0.5 * b, atol=TOLERANCE)


@pytest.mark.parametrize("name", samplers.SAMPLERS)
@pytest.mark.parametrize("temperature", [1.0, 0.4])
def test_the_dice_place_their_numbers_as_the_sampler_does(
    still: Page, name: str, temperature: float
) -> None:
    rolled, found = still.evaluate(
        """([name, temperature]) => {
        const rolled = Array.from({ length: 30 }, (_, seed) => Space.roll(seed, 5));
        const sampler = Faces.points.space.samplers[name];
        return [rolled.map(({ noise, choice }) => [...noise, choice]),
          rolled.map((one) => Array.from(Space.place(sampler, one, temperature)))]; }""",
        [name, temperature],
    )
    noise, choices = np.array(rolled)[:, :5], np.array(rolled)[:, 5]
    expected = LATENTS.samplers[name].place(noise, choices, temperature=temperature)
    np.testing.assert_allclose(found, expected, atol=0.05)  # centers are of 8 bits


def test_the_dice_are_normal_and_each_seed_is_another(still: Page) -> None:
    noise, choices = still.evaluate(
        """() => { const rolled = Array.from({ length: 3000 }, (_, seed) => Space.roll(seed, 5));
        return [rolled.map((one) => Array.from(one.noise)), rolled.map((one) => one.choice)]; }"""
    )
    noise, choices = np.array(noise), np.array(choices)
    np.testing.assert_allclose(noise.mean(axis=0), 0.0, atol=0.08)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(5), atol=0.1)
    assert np.abs(np.sort(choices) - np.linspace(0, 1, 3000)).max() < 0.03
    assert len(np.unique(noise[:, 0])) == 3000


def test_random_faces_follow_sampler_and_temperature(hand: Hand) -> None:
    hand.page.keyboard.press("r")
    first, seed = hand.z(), hand.page.evaluate("Faces.state.seed")
    assert hand.caption() == f"Random face {seed}, Prior, temperature 0.8"
    hand.move("temperature-0", 0.4)
    np.testing.assert_allclose(hand.z(), 0.5 * first, atol=1e-9)
    hand.choose("Gaussian")
    assert hand.caption() == f"Random face {seed}, Gaussian, temperature 0.4"
    assert not np.allclose(hand.z(), 0.5 * first)
    hand.move("component-0", 2.0)
    changed = hand.z()
    hand.move("temperature-0", 1.0)  # of the next dice: a changed face stays
    np.testing.assert_allclose(hand.z(), changed)
    hand.click("roll")
    assert not np.allclose(hand.z(), changed)


@pytest.mark.parametrize(
    ("radius", "percent", "factor"), [(1.5, 120, 1.15), (0.6, 300, 1.0), (4.0, 60, 0.7), (2, 0, 2)]
)
@pytest.mark.parametrize("shape", [(24, 17, 3), (28, 28, 1)])
def test_sharpening_and_contrast_are_those_of_the_sheets(
    still: Page, shape: tuple[int, int, int], radius: float, percent: int, factor: float
) -> None:
    image = np.random.default_rng(9).integers(0, 256, shape, np.uint8)
    look: dict[str, Any] = {"sharpen_radius": radius, "sharpen_percent": percent}
    params = DrawSamples(**vars(example_faces.LOOK) | look | {"contrast": factor})
    [expected] = sample_sheets.process(image[np.newaxis], params)
    found = still.evaluate(
        """([values, shape, look]) =>
        Array.from(Look.process(values.map((value) => value / 255), shape, look))""",
        [image.ravel().tolist(), shape, {"radius": radius, "percent": percent, "factor": factor}],
    )
    np.testing.assert_allclose(np.reshape(found, shape), expected.astype(int), atol=1)


def test_the_look_changes_the_picture_and_not_z(hand: Hand) -> None:
    z, plain = hand.z(), hand.picture()
    reading.unfold(hand.page)
    hand.click("look-sheets")
    [processed] = sample_sheets.process(plain[np.newaxis], example_faces.LOOK)
    np.testing.assert_allclose(hand.picture().astype(int), processed, atol=1)
    hand.move("percent-0", 300)
    assert not np.array_equal(hand.picture(), processed)
    hand.click("look-none")
    np.testing.assert_array_equal(hand.picture(), plain)
    np.testing.assert_array_equal(hand.z(), z)
    hand.page.locator("#faces-crisp").check()
    expect(hand.page.locator("#faces-canvas")).to_have_css("image-rendering", "pixelated")


def test_a_link_shows_the_same_face(hand: Hand, browser: Browser, path: Path) -> None:
    def change() -> None:
        hand.move("attribute-0", 1.7)

    def roll() -> None:
        hand.choose("Parzen")
        hand.move("temperature-0", 1.13)
        hand.page.keyboard.press("r")

    def walk() -> None:
        hand.click("thumbs button:nth-child(4)")
        hand.click("tab-between")
        hand.click("set-b")
        hand.choose("Straight line")
        hand.move("share-0", 0.37)

    def look() -> None:
        hand.move("percent-0", 150)
        hand.move("factor-0", 1.4)

    for act in (change, roll, walk, look):
        act()
        other = Hand(browser, path, address=hand.link())
        np.testing.assert_allclose(other.z(), hand.z(), atol=1 / 4096)
        np.testing.assert_allclose(other.picture().astype(int), hand.picture(), atol=1)
        expect(other.page.locator("#faces-undo")).to_be_disabled()
        other.page.context.close()


@pytest.mark.parametrize(
    "state",
    [
        *("face=t.20", "face=t.0", "face=z.abc", "face=z.%25", "face=", "share=2"),
        *("face=d.nobody.80.1", "face=d.toString.80.1", "face=d.prior.-80.1"),
        "a=t.x&way=odd&sharpen=-1&contrast=99&x=y",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_first_face(
    browser: Browser, path: Path, state: str
) -> None:
    hand = Hand(browser, path, address=f"{path.as_uri()}#faces?{state}")
    assert hand.caption() == "Reconstruction of test face 1"
    assert hand.troubles == []
    assert hand.page.evaluate("[Faces.state.percent, Faces.state.factor]") == [0, 1]
    hand.page.context.close()


def test_a_changed_address_is_followed_and_can_be_undone(hand: Hand) -> None:
    hand.page.evaluate("location.hash = 'faces?face=t.3'")
    expect(hand.page.locator("#faces-caption")).to_have_text("Reconstruction of test face 3")
    hand.click("undo")
    assert hand.caption() == "Reconstruction of test face 1"


def test_a_look_at_the_digits_leaves_the_face_as_it_was(hand: Hand) -> None:
    hand.move("component-0", 2.0)
    z, link = hand.z(), hand.link()
    hand.page.get_by_role("link", name="Digits").click()
    expect(hand.page.locator("#faces")).to_be_hidden()
    hand.page.keyboard.press("r")
    hand.page.get_by_role("link", name="Faces").click()
    np.testing.assert_array_equal(hand.z(), z)
    assert hand.link() == link


def test_the_page_says_what_of_the_faces_is_in_it(hand: Hand) -> None:
    hand.page.get_by_text("How this works").click()
    words = hand.page.locator("#faces li").filter(has_text="In this file").inner_text()
    assert "19 of 19 test faces and 120 of 120 Parzen windows." in " ".join(words.split())


def test_everything_can_be_undone_and_done_again(hand: Hand) -> None:
    hand.wait()
    seen = [hand.z()]
    acts: list[Callable[[], None]] = [
        lambda: hand.move("component-0", 2.0),
        lambda: hand.move("dimension-2", -1.0),
        lambda: hand.page.keyboard.press("r"),
        lambda: hand.click("mean"),
    ]
    for act in acts:
        act()
        seen.append(hand.z())
    for z in seen[-2::-1]:
        hand.page.keyboard.press("Control+z")
        np.testing.assert_array_equal(hand.z(), z)
    expect(hand.page.locator("#faces-undo")).to_be_disabled()
    assert hand.says() == "Undone: Reconstruction of test face 1."
    for z in seen[1:]:
        hand.page.keyboard.press("Control+Shift+Z")
        np.testing.assert_array_equal(hand.z(), z)
    expect(hand.page.locator("#faces-redo")).to_be_disabled()
    hand.click("reset")
    np.testing.assert_array_equal(hand.z(), seen[0])
    hand.click("undo")
    np.testing.assert_array_equal(hand.z(), seen[-1])
    assert np.array_equal(decode(hand.z()), hand.picture())


def test_a_slider_that_keys_move_is_one_step_to_undo(hand: Hand) -> None:
    z = hand.z()
    hand.click("tab-components")
    hand.page.locator("#faces-component-0").focus()
    for _ in range(5):
        hand.page.keyboard.press("ArrowRight")
    assert not np.allclose(hand.z(), z)
    hand.page.keyboard.press("Control+z")
    np.testing.assert_array_equal(hand.z(), z)
    expect(hand.page.locator("#faces-undo")).to_be_disabled()


def place(hand: Hand, x: float, y: float) -> tuple[float, float]:
    """Return where standard deviations lie on the screen."""
    hand.page.locator("#faces-map-canvas").scroll_into_view_if_needed()
    box = hand.page.locator("#faces-map-canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (1 + x / 3.2) / 2, box["y"] + box["height"] * (1 - y / 3.2) / 2


def test_the_map_shows_a_point_under_the_pointer_and_goes_where_it_is_clicked(hand: Hand) -> None:
    hand.click("tab-map")
    z, picture = hand.z(), hand.picture()
    expected = LATENTS.train.encodings.moments()[0] + 1.5 * component(0) - component(1)
    hand.page.mouse.move(*place(hand, 1.5, -1.0))
    assert hand.caption() == "A place of the map"
    np.testing.assert_allclose(hand.picture().astype(int), decode(expected), atol=6)
    np.testing.assert_array_equal(hand.z(), z)
    hand.page.mouse.move(5, 5)
    np.testing.assert_array_equal(hand.picture(), picture)
    assert hand.caption() == "Reconstruction of test face 1"
    hand.page.mouse.click(*place(hand, 1.5, -1.0))
    np.testing.assert_allclose(hand.z(), expected, atol=0.05)
    assert hand.says().startswith("A place of the map, at +1.5")


def test_a_place_of_the_map_is_what_is_chosen(hand: Hand) -> None:
    hand.click("tab-map")
    hand.move("component-3", 2.0)
    hand.choose("this face, moved there")
    hand.page.mouse.click(*place(hand, -1.0, 0.5))
    assert read(hand, "component-0") == pytest.approx(-1.0, abs=0.03)
    assert read(hand, "component-1") == pytest.approx(0.5, abs=0.03)
    assert read(hand, "component-3") == 2.0
    hand.choose("the nearest test face")
    mean = LATENTS.train.encodings.moments()[0]
    offsets = LATENTS.test.encodings.z_mean - mean
    x, y = (offsets @ component(i) / (component(i) @ component(i)) for i in (0, 1))
    hand.page.mouse.click(*place(hand, 0.9, 0.2))
    nearest = int(np.argmin(np.hypot(x - 0.9, y - 0.2)))
    assert hand.caption() == f"Reconstruction of test face {nearest + 1}"


def test_arrow_keys_move_the_point_on_the_map(hand: Hand) -> None:
    hand.click("mean")
    hand.click("tab-map")
    hand.page.locator("#faces-map-canvas").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowLeft", "ArrowDown"):
        hand.page.keyboard.press(key)
    expected = LATENTS.train.encodings.moments()[0] + 0.1 * component(0) + 0.4 * component(1)
    np.testing.assert_allclose(hand.z(), expected, atol=TOLERANCE)
    assert hand.says() == "A place of the map, at +0.10, +0.40."


def test_marks_of_the_map_take_the_color_of_an_attribute(hand: Hand) -> None:
    hand.click("tab-map")
    canvas = hand.page.locator("#faces-map-canvas")
    before = canvas.screenshot()
    hand.page.get_by_label("Color by").select_option("Smiling")
    assert canvas.screenshot() != before


def test_a_finger_draws_over_the_map(browser: Browser, path: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector('#faces-canvas[data-shown="true"]')
    page.locator("#faces-tab-map").tap()
    page.locator("#faces-map-canvas").tap()
    expect(page.locator("#faces-caption")).to_have_text("A place of the map")
    context.close()


def test_a_thumbnail_is_a_face_to_start_from(hand: Hand) -> None:
    hand.click("next")
    expect(hand.page.locator("#faces-count")).to_have_text("Test faces 9-16 of 19")
    hand.page.get_by_role("button", name="Test face 11", exact=True).click()
    np.testing.assert_allclose(hand.z(), LATENTS.test.encodings.z_mean[10], atol=TOLERANCE)
    pressed = hand.page.locator(".thumbs [aria-pressed=true]")
    expect(pressed).to_have_attribute("aria-label", "Test face 11")
    hand.move("component-0", 2.5)
    expect(pressed).to_have_count(0)
    hand.click("next")
    hand.click("next")
    expect(hand.page.locator("#faces-count")).to_have_text("Test faces 1-8 of 19")


def test_the_picture_is_saved_as_png_in_the_chosen_size(hand: Hand, tmp_path: Path) -> None:
    for scale in (1, 8):
        hand.page.get_by_label("Size of the PNG").select_option(str(scale))
        with hand.page.expect_download() as download:
            hand.click("save")
        assert download.value.suggested_filename == "latentmaps-face.png"
        download.value.save_as(tmp_path / "face.png")
        with Image.open(tmp_path / "face.png") as saved:
            assert (saved.size, saved.format) == ((16 * scale, 16 * scale), "PNG")
            if scale == 1:
                np.testing.assert_array_equal(np.asarray(saved.convert("RGB")), hand.picture())


def test_the_link_is_copied_or_shown_to_be_copied(hand: Hand) -> None:
    hand.move("attribute-0", 1.0)
    hand.page.evaluate(
        "() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }"
    )
    hand.click("link")
    expect(hand.page.locator("#faces-link")).to_have_text("Copied")
    assert hand.page.evaluate("window.copied") == hand.link()
    hand.page.evaluate(
        "() => { navigator.clipboard.writeText = async () => { throw new Error('no'); }; }"
    )
    hand.click("link")
    expect(hand.page.get_by_label("Copy this address:")).to_have_value(hand.link())


def test_tabs_are_chosen_by_arrow_keys(hand: Hand) -> None:
    hand.click("tab-attributes")
    for key, name in (("ArrowRight", "components"), ("End", "dimensions"), ("ArrowRight", TABS[0])):
        hand.page.keyboard.press(key)
        expect(hand.page.locator(f"#faces-{name}")).to_be_visible()
        expect(hand.page.locator(f"#faces-tab-{name}")).to_be_focused()
    assert hand.page.locator("[role=tabpanel]:visible").count() == 1


def test_a_letter_that_is_typed_rolls_no_dice(hand: Hand) -> None:
    z = hand.z()
    hand.page.locator("#faces-scale").focus()
    hand.page.keyboard.press("r")
    hand.page.keyboard.press("Alt+r")
    np.testing.assert_array_equal(hand.z(), z)


def names(page: Page) -> list[tuple[str, str]]:
    """Return every control that is shown, and what a screen reader calls it."""
    return page.evaluate(
        """() => Array.from(document.querySelectorAll(
          '#faces :is(button, input, select, canvas[role], [role=tabpanel])'))
        .filter((one) => one.checkVisibility())
        .map((one) => [one.outerHTML.slice(0, 90), (one.getAttribute('aria-label')
          || one.getAttribute('aria-labelledby') || one.labels?.[0]?.textContent
          || (one.matches('button') && one.textContent) || '').trim()])"""
    )


def test_every_control_has_a_name(hand: Hand) -> None:
    reading.unfold(hand.page)
    for tab in TABS:
        hand.click(f"tab-{tab}")
        found = names(hand.page)
        assert len(found) > 25
        assert [element for element, name in found if not name] == []


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
def test_nothing_sticks_out(browser: Browser, path: Path, width: int) -> None:
    hand = Hand(browser, path, width=width)
    reading.unfold(hand.page)
    hand.page.keyboard.press("r")
    for tab in TABS:
        hand.click(f"tab-{tab}")
        assert hand.width_of_content() <= width
    hand.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out(hand: Hand, scheme: Any) -> None:
    hand.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    reading.unfold(hand.page)
    hand.click("mean")
    hand.click("undo")
    assert contrast.is_light(hand.page) == (scheme == "light")
    for tab in TABS:
        hand.click(f"tab-{tab}")
        disabled = {"Undo", "Redo"}
        faint = contrast.too_faint(contrast.read_colours(hand.page))
        assert [(text, ink) for text, ink in faint if text not in disabled] == []


def test_the_map_is_drawn_in_the_colors_of_the_dark(hand: Hand) -> None:
    hand.click("tab-map")
    canvas = hand.page.locator("#faces-map-canvas")
    light = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L"))
    hand.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    hand.page.wait_for_timeout(100)
    dark = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L"))
    assert np.median(dark) < 60 < 200 < np.median(light)


def test_a_face_glides_to_the_next_one_where_motion_is_wanted(hand: Hand) -> None:
    hand.page.emulate_media(reduced_motion="no-preference")
    hand.click("mean")
    np.testing.assert_allclose(hand.z(), LATENTS.train.encodings.moments()[0], atol=TOLERANCE)
    hand.page.wait_for_timeout(600)
    np.testing.assert_allclose(hand.picture().astype(int), decode(hand.z()), atol=1)
    hand.click("undo")
    np.testing.assert_allclose(hand.picture().astype(int), decode(hand.z()), atol=1)


def render(browser: Browser, folder: Path, *, latent_dim: int, are_digits: bool) -> Hand:
    """Open the page of gray pictures without attributes."""
    none = KNOWN.iloc[:, :0]
    saved = example_faces.saved(latent_dim=latent_dim, num_channels=1)
    latents = example_faces.latents(none, latent_dim=latent_dim)
    part = example_faces.part(saved, latents, none, are_digits=are_digits)
    path = folder / "explorer.html"
    html_page.write(example_faces.render([part], are_digits=are_digits), path)
    return Hand(browser, path)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_small_latent_spaces_and_pictures_without_attributes_can_be_explored(
    browser: Browser, tmp_path: Path, latent_dim: int
) -> None:
    hand = render(browser, tmp_path, latent_dim=latent_dim, are_digits=False)
    assert hand.page.locator("#faces-tab-attributes").count() == 0
    expect(hand.page.locator("#faces-components")).to_be_visible()
    hand.move("component-0", 2.0)
    hand.click("tab-map")
    hand.page.mouse.click(*place(hand, -1.0, 0.5))
    assert read(hand, "component-0") == pytest.approx(-1.0, abs=0.03)
    if latent_dim == 2:
        assert read(hand, "component-1") == pytest.approx(0.5, abs=0.03)
    for sampler in ("Prior", "Gaussian", "Parzen"):
        hand.choose(sampler)
        hand.click("roll")
    assert len(np.unique(hand.picture(), axis=2).shape) == 3
    assert hand.troubles == []
    hand.page.context.close()


def test_of_digits_the_page_speaks_of_images(browser: Browser, tmp_path: Path) -> None:
    hand = render(browser, tmp_path, latent_dim=2, are_digits=True)
    reading.unfold(hand.page)
    hand.click("mean")
    assert hand.caption() == "Mean image"
    for tab in TABS[1:]:
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
