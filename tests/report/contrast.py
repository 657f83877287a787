"""Check the contrast between the text of a page and its background by the rules of WCAG."""

import re

from playwright.sync_api import Page

# text, its color, and the background colors behind it, nearest first
Colors = list[tuple[str, str, list[str]]]

_ENOUGH = 4.5

# Text, color and background colors of every visible element that contains text.
_COLORS = """() => {
    const found = [];
    for (const element of document.querySelectorAll('body, body *')) {
        const words = Array.from(element.childNodes)
            .filter(node => node.nodeType === Node.TEXT_NODE)
            .map(node => node.data.trim()).join("");
        if (!words || !element.checkVisibility() || element.closest('svg')) continue;
        const style = getComputedStyle(element);
        const behind = [];
        for (let parent = element; parent; parent = parent.parentElement)
            behind.push(getComputedStyle(parent).backgroundColor);
        found.push([words.slice(0, 40), style.color, behind]);
    }
    return found;
}"""


def _rgba(color: str) -> tuple[float, ...]:
    numbers = [float(number) for number in re.findall(r"[0-9.]+", color)]
    return (*numbers[:3], numbers[3] if len(numbers) > 3 else 1.0)


def _luminance(color: str) -> float:
    """Return the relative luminance as defined in WCAG 2.2."""
    shares = [value / 255 for value in _rgba(color)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(ink: str, behind: list[str]) -> float:
    paper = next(color for color in behind if _rgba(color)[3] == 1.0)
    darker, lighter = sorted((_luminance(ink), _luminance(paper)))
    return (lighter + 0.05) / (darker + 0.05)


def read_colors(page: Page) -> Colors:
    """Return the colors of every visible element that contains text."""
    return [(text, ink, behind) for text, ink, behind in page.evaluate(_COLORS)]


def too_faint(colors: Colors) -> list[tuple[str, str]]:
    """Return text and color of elements with too little contrast: WCAG 2.2, 1.4.3."""
    return [(text, ink) for text, ink, behind in colors if _contrast(ink, behind) < _ENOUGH]


def is_light(page: Page) -> bool:
    """Report whether the background of the page is closer to white than to black."""
    return _luminance(page.evaluate("getComputedStyle(document.body).backgroundColor")) > 0.5
