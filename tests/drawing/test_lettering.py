"""Text is wrapped, measured and placed correctly."""

import pytest
from PIL import Image

from latentmaps.drawing.lettering import Font, spell

FONT = Font(14)


def test_no_line_is_wider_than_asked_for() -> None:
    lines = FONT.wrap("many short words make a long text " * 5, 120).split("\n")
    assert len(lines) > 5
    assert all(FONT.width(line) <= 120 for line in lines)


def test_wrapping_keeps_every_word_in_order() -> None:
    text = "one two three four five six seven eight nine ten"
    assert FONT.wrap(text, 60).split() == text.split()


def test_a_word_wider_than_the_line_is_broken() -> None:
    lines = FONT.wrap("an " + "x" * 60, 100).split("\n")
    assert all(FONT.width(line) <= 100 for line in lines)
    assert "".join(lines).count("x") == 60


def test_a_line_break_in_the_text_stays() -> None:
    assert FONT.wrap("above\nbelow", 500) == "above\nbelow"


def test_height_counts_lines_and_no_text_needs_none() -> None:
    assert FONT.height("a\nb") == 2 * FONT.line_height
    assert FONT.height("") == 0


def test_characters_that_the_font_lacks_are_spelled_out() -> None:
    assert spell("28×28, −3 σ – β ≥ 1, é") == "28x28, -3 sigma - beta >= 1, e"  # noqa: RUF001


def test_an_unknown_character_becomes_a_question_mark_not_an_empty_box() -> None:
    assert spell("\u4e2d") == "?"


@pytest.mark.parametrize(("align", "expected"), [(0.0, "right"), (1.0, "left")])
def test_text_is_on_the_requested_side_of_the_corner(align: float, expected: str) -> None:
    image = Image.new("L", (200, 40), 255)
    FONT.draw(image, (100, 5), "word", "black", align=align)
    left, _, right, _ = image.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    assert (left >= 99) if expected == "right" else (right <= 101)
