"""The frame of the page in a real browser: parts, address, worker, missing features."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsing import Visit, wait_until
from tests.explorer import example

from latentmaps.explorer import page
from latentmaps.pages import html_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with stubs of its parts."""
    path = tmp_path_factory.mktemp("reports") / "explorer.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_page, "environment", example.stub_environment)
        html_page.write(page.render(example.parts(), shows_people=False, are_digits=False), path)
    return path


@pytest.fixture
def visit(browser: Browser, path: Path) -> Iterator[Visit]:
    visit = Visit(browser, path)
    yield visit
    visit.page.context.close()


def opened(browser: Browser, address: str, *, script: str = "") -> Page:
    context = browser.new_context()
    context.add_init_script(script)
    opened = context.new_page()
    opened.goto(address)
    return opened


def has_weights(page: Page, name: str) -> bool:
    return bool(page.evaluate(f"document.getElementById('{name}-weights').textContent !== ''"))


def test_the_page_opens_without_errors_and_loads_nothing(visit: Visit, path: Path) -> None:
    expect(visit.page.locator("#face")).not_to_have_text("none")
    expect(visit.page.locator("#without-script")).to_be_hidden()
    assert visit.troubles == []
    assert visit.requests[0] == path.as_uri()
    assert all(request.startswith("blob:") for request in visit.requests[1:])
    expect(visit.page.locator("#problem")).to_be_hidden()


def test_a_network_runs_in_the_worker_as_in_keras(visit: Visit) -> None:
    expect(visit.page.locator("#face")).not_to_have_text("none")
    found = [float(word) for word in visit.page.locator("#face").inner_text().split()]
    pixels = np.asarray(example.plain_decoder()(example.Z[np.newaxis])).ravel()[:3]
    np.testing.assert_allclose(found, pixels, rtol=0, atol=0.5 / 255)
    assert visit.page.locator("#face").get_attribute("data-shape") == "16,16,3"


def test_a_network_is_unpacked_when_its_part_is_opened_first(visit: Visit) -> None:
    expect(visit.page.locator("#face")).not_to_have_text("none")
    assert [has_weights(visit.page, name) for name in ("decoder", "cnn")] == [False, True]
    visit.page.get_by_role("link", name="Digits").click()
    expect(visit.page.locator("#digit")).to_contain_text("0.")
    assert not has_weights(visit.page, "cnn")
    expect(visit.page.locator("#faces")).to_be_hidden()
    expect(visit.page.get_by_role("link", name="Digits")).to_have_attribute("aria-current", "page")
    visit.page.go_back()
    expect(visit.page.locator("#digits")).to_be_hidden()
    assert visit.troubles == []


def test_the_address_opens_a_part(browser: Browser, path: Path) -> None:
    page = opened(browser, f"{path.as_uri()}#digits?digit=3")
    expect(page.locator("#digit")).to_contain_text("0.")
    expect(page.locator("#faces")).to_be_hidden()
    assert has_weights(page, "decoder")
    assert page.evaluate("addressState.read('digits').get('digit')") == "3"
    page.set_viewport_size({"width": 390, "height": 100})
    page.evaluate("location.hash = 'faces'")
    page.evaluate("location.hash = 'digits?digit=3'")
    page.evaluate("location.hash = 'digits'")
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("addressState.read('faces').get('digit')") is None


def test_the_state_goes_into_the_address_without_a_new_entry(visit: Visit) -> None:
    before = visit.page.evaluate("history.length")
    visit.page.evaluate(
        "['x', '1 ? 2&'].map(v => addressState.write('faces', new URLSearchParams({v})))"
    )
    visit.page.wait_for_url("**/explorer.html#faces?v=1+%3F+2%26")
    assert visit.page.evaluate("addressState.read('faces').get('v')") == "1 ? 2&"
    assert visit.page.evaluate("history.length") == before
    visit.page.evaluate("addressState.write('faces', new URLSearchParams())")
    visit.page.wait_for_url("**/explorer.html#faces")


def test_a_state_of_a_part_that_was_left_does_not_bring_it_back(visit: Visit) -> None:
    visit.page.evaluate(
        "addressState.write('faces', new URLSearchParams({v: 1})); location.hash = 'digits'"
    )
    wait_until(visit.page, "addressState.pending === null")
    assert visit.page.url.endswith("#digits")


def test_back_leads_to_the_state_that_a_link_left_and_the_part_keeps_it(visit: Visit) -> None:
    expect(visit.page.locator("#face")).not_to_have_text("none")
    visit.page.evaluate(
        "addressState.write('faces', new URLSearchParams({smile: 3}));"
        "document.querySelector('nav a[href=\"#digits\"]').click()"
    )
    expect(visit.page.locator("#digit")).to_contain_text("0.")
    visit.page.go_back()
    expect(visit.page.locator("#digits")).to_be_hidden()
    assert visit.page.url.endswith("#faces?smile=3")
    expect(visit.page.locator("#face")).to_have_attribute("data-smile", "null")


def test_a_part_is_notified_of_a_changed_address(visit: Visit) -> None:
    expect(visit.page.locator("#face")).not_to_have_text("none")
    visit.page.evaluate("location.hash = 'faces?smile=2'")
    expect(visit.page.locator("#face")).to_have_attribute("data-smile", "2")


def test_only_the_last_of_pending_calls_is_run(visit: Visit) -> None:
    done = visit.page.evaluate(
        """async () => {
          const done = [];
          const work = latest(async (value) => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            done.push(value);
            if (value === 9) throw new Error("nine");
          });
          const first = work(1);
          work(2); await Promise.resolve(); work(3);
          await first;
          await work(9).catch((error) => done.push(error.message));
          await work(4);
          return done;
        }"""
    )
    assert done == [1, 3, 9, "nine", 4]


def test_the_skip_link_leads_past_the_header_and_leaves_the_part(visit: Visit) -> None:
    visit.page.evaluate("location.hash = 'digits'")
    visit.page.locator(".skip").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"
    expect(visit.page.locator("#digits")).to_be_visible()
    assert visit.page.url.endswith("#digits")


def test_data_cannot_end_their_script_element(visit: Visit) -> None:
    assert visit.page.evaluate("readData('faces').odd") == "</script><b>&"


def test_an_error_of_the_worker_is_shown(visit: Visit) -> None:
    visit.page.evaluate("void networks.run('decoder', new Float32Array(2))")
    expect(visit.page.get_by_role("alert")).to_have_text(
        "Something went wrong: input: found 2 numbers, expected 5."
    )


@pytest.mark.parametrize("lacking", ["DecompressionStream", "Worker", "Object.hasOwn"])
def test_an_old_browser_gets_a_clear_message(browser: Browser, path: Path, lacking: str) -> None:
    page = opened(browser, path.as_uri(), script=f"delete {lacking};")
    shown = page.get_by_role("alert")
    expect(shown).to_contain_text(f"too old to run the networks on this page: it lacks {lacking}.")
    expect(shown).to_contain_text("Firefox 113")
    expect(page.locator("#face")).to_have_text("none")
    page.get_by_role("link", name="Digits").click()
    expect(shown).to_contain_text("too old")


def test_without_scripts_a_message_explains_the_empty_page(browser: Browser, path: Path) -> None:
    visit = Visit(browser, path, with_scripts=False)
    expect(visit.page.get_by_text("This page needs JavaScript.")).to_be_visible()
    expect(visit.page.locator("#faces")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_overflows(browser: Browser, path: Path, width: int) -> None:
    visit = Visit(browser, path, width=width)
    expect(visit.page.locator("#face")).not_to_have_text("none")
    assert visit.width_of_content() <= width
