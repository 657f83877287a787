"""Text on a sheet, measured and wrapped so that nothing is cut off.

The font is bundled with Pillow, so a sheet looks the same on every machine. It covers little more
than ASCII; other characters are spelled out (sigma, x, -) instead of becoming empty boxes.
"""

import functools
import unicodedata

from PIL import Image, ImageDraw, ImageFont

_ASCII_SPELLINGS = str.maketrans(
    {
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00d7": "x",
        "\u2264": "<=",
        "\u2265": ">=",
        "\u2248": "~",
        "\u2192": "->",
        "\u03b2": "beta",
        "\u03bc": "mu",
        "\u03c3": "sigma",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
    }
)


class Font:
    """The font at one size.

    Attributes:
        line_height: distance from one line to the next, in pixels.
    """

    def __init__(self, size: int) -> None:
        self._font = _load(size)
        self.line_height = round(1.35 * size)

    def width(self, text: str) -> int:
        """Return the width of the widest line of a text, in pixels."""
        return max(round(self._font.getlength(spell(line)) + 0.5) for line in text.split("\n"))

    def height(self, text: str) -> int:
        """Return the height of all lines of a text, in pixels; 0 for an empty text."""
        return self.line_height * len(text.split("\n")) if text else 0

    def wrap(self, text: str, width: int) -> str:
        """Break a text into lines that are at most `width` pixels wide."""
        return "\n".join(self._wrap_line(line, width) for line in text.split("\n"))

    def _wrap_line(self, line: str, width: int) -> str:
        lines = [""]
        for word in line.split():
            together = f"{lines[-1]} {word}".strip()
            if self.width(together) <= width:
                lines[-1] = together
            else:
                broken = self._break_word(word, width)
                lines = [*lines, *broken] if lines[-1] else broken
        return "\n".join(lines)

    def _break_word(self, word: str, width: int) -> list[str]:
        pieces = [""]
        for character in word:
            if pieces[-1] and self.width(pieces[-1] + character) > width:
                pieces.append("")
            pieces[-1] += character
        return pieces

    def draw(
        self, image: Image.Image, corner: tuple[int, int], text: str, color: str, align: float = 0
    ) -> None:
        """Draw lines of text on an image.

        Args:
            image: image to draw on; it is modified.
            corner: x and y of the top of the text; `align` determines which point x refers to.
            text: lines, separated by line breaks.
            color: color of the letters.
            align: 0 if x is the left edge of each line, 0.5 for its center, 1 for its right edge.
        """
        left, top = corner
        for number, line in enumerate(text.split("\n")):
            place = (left - align * self.width(line), top + number * self.line_height)
            ImageDraw.Draw(image).text(place, spell(line), fill=color, font=self._font)


@functools.cache
def _load(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError(  # noqa: TRY004 - the fault is in Pillow, not in a type
            "Pillow: found a build without FreeType, expected one that draws text of any size; "
            "reinstall Pillow from PyPI"
        )
    # The Raqm engine exists only on some machines, and it places letters differently.
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)


def spell(text: str) -> str:
    """Replace characters that the font lacks."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII_SPELLINGS))
    without_accents = "".join(c for c in plain if not unicodedata.combining(c))
    return without_accents.encode("ascii", "replace").decode("ascii")
