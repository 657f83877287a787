"""Words for what the VAE has learned: faces, or images where they are digits.

The words of sheets and pages speak of faces, which is what most people come for. Of a VAE that has
learned digits they speak of images instead; everything else in these sentences stays true.
"""

import re

_FACE = re.compile(r"\b([Aa] )?([Ff])ace(s?)\b")
# what is read by nobody, or names a file, and what is read
_MARKUP = re.compile(r"(<(script|style|code)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_SPOKEN_ATTRIBUTE = re.compile(r'\b(alt|aria-label|title)="([^"]*)"')


def say_images(text: str) -> str:
    """Return a text with the word image in the place of face."""

    def replace(found: re.Match[str]) -> str:
        article = f"{found[1][0]}n " if found[1] else ""
        return f"{article}{'I' if found[2] == 'F' else 'i'}mage{found[3]}"

    return _FACE.sub(replace, text)


def say_images_on_page(html: str) -> str:
    """Return a page whose words speak of images; code, addresses and names within it stay."""
    parts = _MARKUP.split(html)
    # text, a piece of markup, the name of its element or None, text, ...
    texts = [say_images(text) for text in parts[::3]]
    markup = [_speak(piece) for piece in parts[1::3]]
    return "".join(text + piece for text, piece in zip(texts, [*markup, ""], strict=True))


def _speak(piece: str) -> str:
    if piece.startswith(("<script", "<style", "<code")):
        return piece
    return _SPOKEN_ATTRIBUTE.sub(lambda found: f'{found[1]}="{say_images(found[2])}"', piece)
