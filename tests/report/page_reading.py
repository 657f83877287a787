"""Steps shared by the browser tests of pages: unfold, Tab through, explanations."""

from playwright.sync_api import Locator, Page, expect


def unfold(page: Page) -> None:
    """Open all folded content."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


# The number of elements that Tab should reach; in a group of radio buttons, it reaches only one.
_REACHABLE = """() => Array.from(
        document.querySelectorAll('a, button, input, summary, [tabindex="0"]'))
    .filter(item => item.checkVisibility() && !(item.type === 'radio' && !item.checked)).length"""
# Note each element that gets the focus: its index, and its text unless an outline shows the focus.
_NOTE_FOCUS = """() => {
    const indices = new Map(Array.from(document.querySelectorAll('*'), (item, i) => [item, i]));
    window.reached = [];
    document.addEventListener('focusin', ({ target }) => {
        const shown = target.matches('.zoom, .tab') ? target.nextElementSibling : target;
        const style = getComputedStyle(shown);
        const isShown = shown.checkVisibility() && style.outlineStyle === 'solid'
            && parseFloat(style.outlineWidth) >= 2;
        window.reached.push([indices.get(target), isShown ? '' : target.outerHTML.slice(0, 200)]);
    });
}"""


def tab_through(page: Page) -> int:
    """Press Tab until the end of the page and return the number of elements reached.

    Fail if Tab does not reach all elements in order, or if one of them does not show the focus.
    """
    expected = int(page.evaluate(_REACHABLE))
    page.evaluate(_NOTE_FOCUS)
    for _ in range(expected):
        page.keyboard.press("Tab")
    reached = page.evaluate("window.reached")
    assert [text for _, text in reached if text] == []
    indices = [index for index, _ in reached]
    assert len(indices) == expected
    assert indices == sorted(set(indices))
    return expected


def follow_skip_link(page: Page, words: str) -> None:
    """Press Tab, Enter and Tab; the first Tab must show the skip link with the given text."""
    page.keyboard.press("Tab")
    expect(page.get_by_text(words)).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")


def explanation(page: Page, place: str) -> tuple[Locator, Locator]:
    """Return the button and the explanation whose id is ``about-`` plus `place`."""
    popover = f"about-{place}"
    return page.locator(f"[popovertarget={popover}]"), page.locator(f"#{popover}")
