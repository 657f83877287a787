"""What the browser tests of the page do more than once."""

from playwright.sync_api import Locator, Page


def unfold(page: Page) -> None:
    """Opens all that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def explanation(page: Page, place: str) -> tuple[Locator, Locator]:
    """Gives the button and the explanation with the id ``about-`` and `place`."""
    popover = f"about-{place}"
    return page.locator(f"[popovertarget={popover}]"), page.locator(f"#{popover}")
