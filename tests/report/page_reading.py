"""What the browser tests of the page do more than once."""

from playwright.sync_api import Locator, Page, expect


def unfold(page: Page) -> None:
    """Opens all that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


# What the Tab key should reach; of radio buttons of one name it reaches one, and arrows the others.
_REACHABLE = """() => Array.from(
        document.querySelectorAll('a, button, input, summary, [tabindex="0"]'))
    .filter(one => one.checkVisibility() && !(one.type === 'radio' && !one.checked)).length"""
# Gives the number of the element in focus, and whether an outline shows that it is in focus.
_IN_FOCUS = """() => {
    const one = document.activeElement;
    const shown = one.matches('.zoom, .tab') ? one.nextElementSibling : one;
    const style = getComputedStyle(shown);
    const number = Array.from(document.querySelectorAll('*')).indexOf(one);
    const isShown = shown.checkVisibility() && style.outlineStyle === 'solid';
    return [number, isShown && parseFloat(style.outlineWidth) >= 2];
}"""


def tab_through(page: Page) -> int:
    """Presses the Tab key until the end of the page; gives how many elements it reached.

    Fails when it does not reach all of them, in their order, or one does not show that it is in
    focus.
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
    """Press Tab, Enter on the skip link of these words, which comes into sight, and Tab again."""
    page.keyboard.press("Tab")
    expect(page.get_by_text(words)).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")


def explanation(page: Page, place: str) -> tuple[Locator, Locator]:
    """Gives the button and the explanation with the id ``about-`` and `place`."""
    popover = f"about-{place}"
    return page.locator(f"[popovertarget={popover}]"), page.locator(f"#{popover}")
