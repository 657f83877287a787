"""Links, undo and saving of faces in a real browser."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from tests import browsing
from tests.explorer import hand as hands
from tests.explorer.hand import Hand

pytestmark = pytest.mark.slow


def test_a_link_shows_the_same_face(hand: Hand, browser: Browser, faces_page: Path) -> None:
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
        other = Hand(browser, faces_page, fragment=hand.link().removeprefix(faces_page.as_uri()))
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
def test_an_invalid_address_shows_the_first_face(
    browser: Browser, faces_page: Path, state: str
) -> None:
    hand = Hand(browser, faces_page, fragment=f"#faces?{state}")
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


def test_back_from_the_digits_adds_nothing_to_undo(browser: Browser, faces_page: Path) -> None:
    hand = Hand(browser, faces_page, fragment="#faces?face=t.3")
    hand.page.get_by_role("link", name="Digits").click()
    hand.page.go_back()
    expect(hand.page.locator("#faces")).to_be_visible()
    assert hand.caption() == "Reconstruction of test face 3"
    expect(hand.page.locator("#faces-undo")).to_be_disabled()
    assert hand.troubles == []
    hand.page.context.close()


def test_everything_can_be_undone_and_redone(hand: Hand) -> None:
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
    assert np.array_equal(hands.decode(hand.z()), hand.picture())


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


def test_the_picture_is_saved_as_it_will_be_when_it_comes_to_rest(
    hand: Hand, tmp_path: Path
) -> None:
    hand.page.emulate_media(reduced_motion="no-preference")
    hand.page.get_by_label("Size of the PNG").select_option("1")
    with hand.page.expect_download() as download:
        hand.page.evaluate(
            "['mean', 'save'].map((name) => document.getElementById(`faces-${name}`).click())"
        )
    download.value.save_as(tmp_path / "face.png")
    browsing.wait_until(hand.page, "!Faces.isPreview")
    with Image.open(tmp_path / "face.png") as saved:
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
