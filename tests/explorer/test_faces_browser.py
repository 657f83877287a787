"""Sliders, map, random faces and starting points in a real browser, compared with Python."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from tests import browsing
from tests.explorer import example_faces
from tests.explorer import hand as hands
from tests.explorer.hand import Hand
from tests.report import page_reading

from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.pictures import sample_sheets

pytestmark = pytest.mark.slow


def test_the_first_face_is_the_reconstruction_of_the_first_test_face(
    hand: Hand, faces_page: Path
) -> None:
    z = hands.LATENTS.test.encodings.z_mean[0]
    np.testing.assert_allclose(hand.z(), z, atol=hands.TOLERANCE)
    np.testing.assert_allclose(hand.picture().astype(int), hands.decode(hand.z()), atol=1)
    assert hand.caption() == "Reconstruction of test face 1"
    assert all(request == faces_page.as_uri() or "blob:" in request for request in hand.requests)


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("component-0", hands.component(0)),
        ("component-3", hands.component(3)),
        ("dimension-1", hands.dimension(1)),
        ("attribute-0", hands.attribute(0)),
        ("attribute-1", hands.attribute(1)),
    ],
)
def test_a_slider_moves_z_along_its_direction(
    hand: Hand, name: str, direction: hands.Array
) -> None:
    before, picture = hand.z(), hand.picture()
    slider = hand.page.locator(f"#faces-{name}")
    start = hand.read(name)
    hand.move(name, 1.5)
    expected = before + (1.5 - start) * direction
    np.testing.assert_allclose(hand.z(), expected, atol=0.01 * float(np.linalg.norm(direction)))
    assert slider.get_attribute("aria-valuetext") == "+1.50"
    assert slider.input_value() == "1.5"
    assert not np.array_equal(hand.picture(), picture)
    np.testing.assert_allclose(hand.picture().astype(int), hands.decode(hand.z()), atol=1)
    assert hand.says().endswith(": +1.50.")
    assert hand.caption() == "Reconstruction of test face 1, changed"


def test_a_slider_of_a_component_counts_standard_deviations_from_the_mean(hand: Hand) -> None:
    hand.click("mean")
    for index in range(5):
        slider = hand.page.locator(f"#faces-component-{index}")
        assert slider.get_attribute("aria-valuetext") == "0.00"
    np.testing.assert_allclose(hand.z(), hands.MEAN, atol=hands.TOLERANCE)
    hand.move("component-1", -2)
    moved = hands.MEAN - 2 * hands.component(1)
    np.testing.assert_allclose(hand.z(), moved, atol=hands.TOLERANCE)


def test_sliders_combine_and_show_the_position_of_z(hand: Hand) -> None:
    hand.move("component-0", 1.0)
    hand.move("component-2", -1.0)
    assert [hand.read(f"component-{index}") for index in (0, 2)] == [1.0, -1.0]
    hand.move("attribute-0", 2.0)
    assert hand.read("component-0") != 1.0
    hand.page.locator("#faces-tab-components").click()
    hand.page.locator("[data-zero=component]").click()
    np.testing.assert_allclose(hand.z(), hands.MEAN, atol=hands.TOLERANCE)


def test_an_attribute_holds_the_others_fixed_if_wanted(hand: Hand) -> None:
    before = hand.read("attribute-1")
    hand.page.locator("#faces-hold").check()
    hand.move("attribute-0", 1.4)
    assert hand.read("attribute-0") == 1.4
    assert hand.read("attribute-1") == before
    hand.page.locator("#faces-hold").uncheck()
    hand.move("attribute-0", 0.0)
    assert hand.read("attribute-1") != before


def test_the_slider_between_two_faces_walks_from_a_to_b(hand: Hand) -> None:
    a, b = hands.LATENTS.test.encodings.z_mean[:2].astype(np.float64)
    hand.click("tab-between")
    expect(hand.page.locator("#faces-off")).to_be_hidden()  # the first face is A
    hand.move("share-0", 0.25)
    arc = latent_geometry.interpolate_spherically(a, b, np.array([0.25]))[0]
    np.testing.assert_allclose(hand.z(), arc, atol=hands.TOLERANCE)
    hand.choose("Straight line")
    np.testing.assert_allclose(hand.z(), 0.75 * a + 0.25 * b, atol=hands.TOLERANCE)
    hand.click("go-b")
    np.testing.assert_allclose(hand.z(), b, atol=hands.TOLERANCE)
    hand.move("component-0", 2.9)
    expect(hand.page.locator("#faces-off")).to_be_visible()
    changed = hand.z()
    hand.click("set-a")
    np.testing.assert_allclose(hand.z(), changed)
    hand.move("share-0", 0.5)
    np.testing.assert_allclose(hand.z(), 0.5 * changed + 0.5 * b, atol=hands.TOLERANCE)


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


def test_the_look_changes_the_picture_and_not_z(hand: Hand) -> None:
    z, plain = hand.z(), hand.picture()
    page_reading.unfold(hand.page)
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


def test_the_map_shows_a_point_under_the_pointer_and_goes_where_it_is_clicked(hand: Hand) -> None:
    hand.click("tab-map")
    z, picture = hand.z(), hand.picture()
    expected = hands.MEAN + 1.5 * hands.component(0) - hands.component(1)
    hand.page.mouse.move(*hand.place(1.5, -1.0))
    assert hand.caption() == "A point on the map"
    np.testing.assert_allclose(hand.picture().astype(int), hands.decode(expected), atol=6)
    np.testing.assert_array_equal(hand.z(), z)
    hand.page.mouse.move(5, 5)
    np.testing.assert_array_equal(hand.picture(), picture)
    assert hand.caption() == "Reconstruction of test face 1"
    hand.page.mouse.click(*hand.place(1.5, -1.0))
    np.testing.assert_allclose(hand.z(), expected, atol=0.05)
    assert hand.says().startswith("A point on the map, at +1.5")


def test_a_click_on_the_map_gives_what_was_chosen(hand: Hand) -> None:
    hand.click("tab-map")
    hand.move("component-3", 2.0)
    hand.choose("this face, moved there")
    hand.page.mouse.click(*hand.place(-1.0, 0.5))
    assert hand.read("component-0") == pytest.approx(-1.0, abs=0.03)
    assert hand.read("component-1") == pytest.approx(0.5, abs=0.03)
    assert hand.read("component-3") == 2.0
    hand.choose("the nearest test face")
    mean = hands.MEAN
    offsets = hands.LATENTS.test.encodings.z_mean - mean
    x, y = (
        offsets @ hands.component(i) / (hands.component(i) @ hands.component(i)) for i in (0, 1)
    )
    hand.page.mouse.click(*hand.place(0.9, 0.2))
    nearest = int(np.argmin(np.hypot(x - 0.9, y - 0.2)))
    assert hand.caption() == f"Reconstruction of test face {nearest + 1}"


def test_arrow_keys_move_the_point_on_the_map(hand: Hand) -> None:
    hand.click("mean")
    hand.click("tab-map")
    hand.page.locator("#faces-map-canvas").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowLeft", "ArrowDown"):
        hand.page.keyboard.press(key)
    expected = hands.MEAN + 0.1 * hands.component(0) + 0.4 * hands.component(1)
    np.testing.assert_allclose(hand.z(), expected, atol=hands.TOLERANCE)
    assert hand.says() == "A point on the map, at +0.10, +0.40."


def test_arrow_keys_lead_from_test_face_to_test_face(hand: Hand) -> None:
    hand.click("tab-map")
    hand.choose("the nearest test face")
    canvas = hand.page.locator("#faces-map-canvas")
    place = "Faces.points.place(Faces.state.z)"
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowUp", 1, 1), ("ArrowLeft", 0, -1)):
        before = hand.page.evaluate(place)
        canvas.press(key)
        assert sign * (hand.page.evaluate(place)[axis] - before[axis]) > 0
        assert hand.caption().startswith("Reconstruction of test face ")
    for _ in range(20):  # there are 19
        canvas.press("ArrowRight")
    last = hand.caption()
    canvas.press("ArrowRight")
    assert hand.caption() == last


def test_only_a_press_of_the_main_button_moves_the_point_on_the_map(hand: Hand) -> None:
    hand.click("tab-map")
    z = hand.z()
    hand.page.mouse.move(*hand.place(1.0, 1.0))
    hand.page.mouse.down(button="right")
    hand.page.mouse.up(button="right")
    np.testing.assert_array_equal(hand.z(), z)
    hand.page.mouse.move(5, 5)
    hand.page.mouse.down()
    hand.page.mouse.move(*hand.place(1.0, 1.0))
    hand.page.mouse.up()
    np.testing.assert_array_equal(hand.z(), z)
    hand.page.evaluate(
        """document.getElementById('faces-map-canvas').dispatchEvent(
        new PointerEvent('pointermove', {pointerType: 'pen', clientX: 300, clientY: 300}))"""
    )
    np.testing.assert_array_equal(hand.z(), z)
    expect(hand.page.locator("#faces-undo")).to_be_disabled()


def test_a_point_that_is_dragged_off_the_map_stays_at_its_edge(hand: Hand) -> None:
    hand.click("tab-map")
    hand.page.mouse.move(*hand.place(0.0, 0.0))
    hand.page.mouse.down()
    hand.page.mouse.move(*hand.place(-hands.MAP_LIMIT - 1, 1.0))
    hand.page.mouse.up()
    place = hand.page.evaluate("Faces.points.place(Faces.state.z)")
    np.testing.assert_allclose(place, [-hands.MAP_LIMIT, 1.0], atol=0.03)
    hand.click("undo")
    expect(hand.page.locator("#faces-undo")).to_be_disabled()


def test_marks_of_the_map_take_the_color_of_an_attribute(hand: Hand) -> None:
    hand.click("tab-map")
    canvas = hand.page.locator("#faces-map-canvas")
    before = canvas.screenshot()
    hand.page.get_by_label("Color by").select_option("Smiling")
    assert canvas.screenshot() != before


def test_a_finger_draws_over_the_map(browser: Browser, faces_page: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(faces_page.as_uri())
    page.wait_for_selector('#faces-canvas[data-shown="true"]')
    page.locator("#faces-tab-map").tap()
    page.locator("#faces-map-canvas").tap()
    expect(page.locator("#faces-caption")).to_have_text("A point on the map")
    context.close()


def test_a_thumbnail_is_a_face_to_start_from(hand: Hand) -> None:
    hand.click("next")
    expect(hand.page.locator("#faces-count")).to_have_text("Test faces 9-16 of 19")
    hand.page.get_by_role("button", name="Test face 11", exact=True).click()
    np.testing.assert_allclose(
        hand.z(), hands.LATENTS.test.encodings.z_mean[10], atol=hands.TOLERANCE
    )
    pressed = hand.page.locator(".thumbs [aria-pressed=true]")
    expect(pressed).to_have_attribute("aria-label", "Test face 11")
    hand.move("component-0", 2.5)
    expect(pressed).to_have_count(0)
    hand.click("next")
    hand.click("next")
    expect(hand.page.locator("#faces-count")).to_have_text("Test faces 1-8 of 19")


def test_a_face_glides_to_the_next_one_where_motion_is_wanted(hand: Hand) -> None:
    hand.page.emulate_media(reduced_motion="no-preference")
    hand.click("mean")
    np.testing.assert_allclose(hand.z(), hands.MEAN, atol=hands.TOLERANCE)
    browsing.wait_until(hand.page, "!Faces.isPreview")
    np.testing.assert_allclose(hand.picture().astype(int), hands.decode(hand.z()), atol=1)
    hand.click("undo")
    np.testing.assert_allclose(hand.picture().astype(int), hands.decode(hand.z()), atol=1)
