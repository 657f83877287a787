"""Whether the text of a page stands out from what is behind it, as WCAG measures it."""

import re

from playwright.sync_api import Page

# text, its colour, and the colours behind it, from the nearest
Colours = list[tuple[str, str, list[str]]]

_ENOUGH = 4.5

# Gives text, colour, size and weight, and the colours behind it, of all that holds text.
_COLOURS = """() => {
    const found = [];
    for (const element of document.querySelectorAll('body, body *')) {
        const words = Array.from(element.childNodes)
            .filter(node => node.nodeType === Node.TEXT_NODE)
            .map(node => node.data.trim()).join("");
        if (!words || !element.checkVisibility() || element.closest('svg')) continue;
        const style = getComputedStyle(element);
        const behind = [];
        for (let one = element; one; one = one.parentElement)
            behind.push(getComputedStyle(one).backgroundColor);
        found.push([words.slice(0, 40), style.color, behind]);
    }
    return found;
}"""


def _rgba(colour: str) -> tuple[float, ...]:
    numbers = [float(number) for number in re.findall(r"[0-9.]+", colour)]
    return (*numbers[:3], numbers[3] if len(numbers) > 3 else 1.0)


def _luminance(colour: str) -> float:
    """Gives the relative luminance: WCAG 2.2, section "relative luminance"."""
    shares = [value / 255 for value in _rgba(colour)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(ink: str, behind: list[str]) -> float:
    paper = next(colour for colour in behind if _rgba(colour)[3] == 1.0)
    darker, lighter = sorted((_luminance(ink), _luminance(paper)))
    return (lighter + 0.05) / (darker + 0.05)


def read_colours(page: Page) -> Colours:
    """Gives the colours of all that holds text and is shown."""
    return [(text, ink, behind) for text, ink, behind in page.evaluate(_COLOURS)]


def too_faint(colours: Colours) -> list[tuple[str, str]]:
    """Gives text and colour of what does not stand out: WCAG 2.2, 1.4.3."""
    return [(text, ink) for text, ink, behind in colours if _contrast(ink, behind) < _ENOUGH]


def is_light(page: Page) -> bool:
    """Tells whether the page is nearer to white than to black."""
    return _luminance(page.evaluate("getComputedStyle(document.body).backgroundColor")) > 0.5
