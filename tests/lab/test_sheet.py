"""The contact sheet of an answer."""

import dataclasses

from latentmaps.lab import sheet
from latentmaps.lab.answer import Answer


def test_a_row_for_each_start_and_the_digits(answer: Answer) -> None:
    layout = sheet.draw(answer).numbers["layout"]
    assert len(layout["row_labels"]) == 2 * (3 + 1)
    assert layout["row_labels"][3] == "map 3: strongest test digits"
    assert layout["row_labels"][2].startswith("map 3, start 3: head start, the OIP with pixels in")
    assert layout["column_labels"] == ["start", "step 1", "step 3", "step 6", "end"]
    num_columns = len(layout["column_labels"])
    last = layout["borders"][num_columns - 1 :: num_columns]
    assert [bool(border) for border in last[:3]] == [
        start == answer.units[0].winner for start in range(3)
    ]


def test_only_the_start_image_of_a_silent_start_is_drawn(silent_answer: Answer) -> None:
    layout = sheet.draw(silent_answer).numbers["layout"]
    num_columns = len(layout["column_labels"])
    assert layout["is_blank"][:num_columns] == [False, *[True] * (num_columns - 1)]
    assert layout["tile_labels"][num_columns - 1] == "silent"
    assert layout["row_labels"][0].endswith("; silent")


def test_patches_are_shown_without_digits(answer: Answer) -> None:
    units = [dataclasses.replace(unit, objective_name="position") for unit in answer.units]
    layout = sheet.draw(dataclasses.replace(answer, units=units)).numbers["layout"]
    assert len(layout["row_labels"]) == 6
