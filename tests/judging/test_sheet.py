import numpy as np

from latentmaps.judging import sheet
from latentmaps.judging.readings import Reading


def draw(digits: list[int], confidences: list[float]) -> dict[str, list[str]]:
    images = np.arange(len(digits), dtype=np.uint8)[:, None, None, None] + np.zeros(
        (1, 28, 28, 1), np.uint8
    )
    reading = Reading(images, np.array(digits), np.array(confidences, np.float32))
    drawn = sheet.draw(reading, min_confidence=0.95, words="z ~ N(0, I)", origin="fact 1")
    layout: dict[str, list[str]] = drawn.numbers["layout"]
    return layout


def test_a_row_has_the_first_digits_and_after_a_gap_the_least_confident_ones() -> None:
    layout = draw([3] * 6, [0.99, 0.4, 0.96, 0.6, 0.7, 0.8])
    row = layout["tile_labels"][3 * 13 : 4 * 13]
    assert row[:2] == ["99 %", "96 %"]
    assert row[2:9] == [""] * 7
    assert row[9:] == ["40 %", "60 %", "70 %", "80 %"]


def test_doubtful_readings_have_a_frame_and_others_none() -> None:
    borders = draw([0] * 5, [0.99, 0.98, 0.97, 0.5, 0.96])["borders"]
    assert [bool(border) for border in borders[:13]] == [False] * 9 + [True, False, False, False]


def test_the_label_of_a_row_counts_and_an_unread_digit_has_a_blank_row() -> None:
    layout = draw([1, 1, 1], [0.99, 0.5, 0.97])
    assert layout["row_labels"][1] == "read as 1: 3, 2 with confidence"
    assert layout["row_labels"][0] == "read as 0: 0, 0 with confidence"
    assert all(layout["is_blank"][:13])


def test_only_certainty_is_shown_as_100_percent() -> None:
    assert "100 %" not in draw([4], [0.9999])["tile_labels"]
    assert "100 %" in draw([4], [1.0])["tile_labels"]
