"""Replace the word "face" with "image" in text about a VAE that has learned digits.

Sheets and pages are written for faces, the usual case. Everything else in their sentences also
applies to digits.
"""

import re

_FACE = re.compile(r"\b([Aa] )?([Ff])ace(s?)\b")
# markup, scripts, styles and code, in which nothing is replaced, except in spoken attributes
_MARKUP = re.compile(r"(<(script|style|code)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_SPOKEN_ATTRIBUTE = re.compile(r'\b(alt|aria-label|title)="([^"]*)"')


def say_images(text: str) -> str:
    """Replace every form of the word "face" with "image" in a text."""

    def replace(found: re.Match[str]) -> str:
        article = f"{found[1][0]}n " if found[1] else ""
        return f"{article}{'I' if found[2] == 'F' else 'i'}mage{found[3]}"

    return _FACE.sub(replace, text)


def say_images_on_page(html: str) -> str:
    """Replace "face" with "image" in the visible and spoken text of a page, not in its code."""
    parts = _MARKUP.split(html)
    # split: text, markup, name of its element or None, text, ...
    texts = [say_images(text) for text in parts[::3]]
    markup = [_speak(piece) for piece in parts[1::3]]
    return "".join(text + piece for text, piece in zip(texts, [*markup, ""], strict=True))


def _speak(piece: str) -> str:
    if piece.startswith(("<script", "<style", "<code")):
        return piece
    return _SPOKEN_ATTRIBUTE.sub(lambda found: f'{found[1]}="{say_images(found[2])}"', piece)
