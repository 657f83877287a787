"""Steps shared by the browser tests of pages: unfold, Tab through, explanations."""

from playwright.sync_api import Locator, Page, expect


def unfold(page: Page) -> None:
    """Open all folded content."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


# The number of elements that Tab should reach; of a group of radio buttons it reaches only one.
_REACHABLE = """() => Array.from(
        document.querySelectorAll('a, button, input, summary, [tabindex="0"]'))
    .filter(item => item.checkVisibility() && !(item.type === 'radio' && !item.checked)).length"""
# The index of the focused element, and whether an outline shows the focus.
_IN_FOCUS = """() => {
    const focused = document.activeElement;
    const shown = focused.matches('.zoom, .tab') ? focused.nextElementSibling : focused;
    const style = getComputedStyle(shown);
    const number = Array.from(document.querySelectorAll('*')).indexOf(focused);
    const isShown = shown.checkVisibility() && style.outlineStyle === 'solid';
    return [number, isShown && parseFloat(style.outlineWidth) >= 2];
}"""


def tab_through(page: Page) -> int:
    """Press Tab until the end of the page and return the number of elements reached.

    Fails if Tab does not reach all elements in order, or if one does not show the focus.
    """
    expected = int(page.evaluate(_REACHABLE))
    reached = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        number, is_shown = page.evaluate(_IN_FOCUS)
        reached.append(number)
        assert is_shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    assert len(set(reached)) == expected
    assert reached == sorted(reached)
    return expected


def follow_skip_link(page: Page, words: str) -> None:
    """Press Tab, Enter on the skip link with this text, which must be visible, and Tab again."""
    page.keyboard.press("Tab")
    expect(page.get_by_text(words)).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")


def explanation(page: Page, place: str) -> tuple[Locator, Locator]:
    """Return the button and the explanation whose id is ``about-`` plus `place`."""
    popover = f"about-{place}"
    return page.locator(f"[popovertarget={popover}]"), page.locator(f"#{popover}")
