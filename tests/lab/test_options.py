"""The options of ``latentmaps oip``: what they change, and which values are refused."""

from pathlib import Path
from typing import Any

import pytest

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.lab import options, settings
from latentmaps.lab.start_specs import ImageStart
from latentmaps.oips.objectives import OBJECTIVES

DEFAULTS = settings.defaults((28, 28, 1))


def test_without_options_nothing_changes() -> None:
    assert options.change(DEFAULTS, {"steps": None, "never_stop": False, "layer": "x"}) == DEFAULTS
    assert options.starts([], None, DEFAULTS, {}) is None


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"scales": "3,7x14,28"}, "length_scales", (3, (7, 14), 28)),
        ({"scales": "3,7x14,28"}, "length_weights", (0.5, 0.5, 0.5)),
        ({"weights": "0.5,0,0.5,1"}, "length_weights", (0.5, 0.0, 0.5, 1.0)),
        ({"steps": "1000000"}, "num_steps", 1_000_000),
        ({"step_size": "0.05"}, "step_size", 0.05),
        ({"smoothness": "0.3"}, "smoothness", 0.3),
        ({"jitter": "2"}, "jitter", 2),
        ({"seed": "0"}, "seed", 0),
        ({"starts": "16"}, "num_starts", 16),
        ({"color_map": "viridis"}, "color_map", "viridis"),
        ({"strategy": "enrich"}, "strategy", "enrich"),
        ({"never_stop": True}, "convergence_threshold", 0.0),
        ({"no_precursor": True}, "precursor", False),
        ({"no_head_start": True}, "head_start", False),
    ],
)
def test_an_option_sets_a_field(given: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(options.change(DEFAULTS, given), field) == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scales": "3,x"}, "^--scales: found '3,x', expected grid sizes in points, such as"),
        ({"scales": "0,7"}, "^--scales: found 0, expected greater than or equal to 1; change it"),
        ({"scales": "3", "strategy": "enrich"}, "^--scales: found one length scale"),
        ({"scales": "7,3,14", "strategy": "enrich"}, "^--scales from coarse to fine"),
        ({"scales": "3,7", "weights": "1"}, "^--weights: one for each of the 2 --scales, found 1"),
        ({"weights": "0,0,0,0"}, "^--weights: at least one above 0, found only 0"),
        ({"weights": "1,,1,1"}, "^--weights: found '', expected a number"),
        ({"weights": "nan,1,1,1"}, "^--weights: found 'nan', expected a number"),
        ({"steps": "1000001"}, "^--steps: found 1000001, expected less than or equal to 1000000"),
        ({"steps": "9" * 5000}, "^--steps: found '999.*expected a whole number"),
        ({"steps": "1e3"}, "^--steps: found '1e3', expected a whole number; correct it"),
        ({"step_size": "0"}, "^--step-size: found 0.0, expected greater than 0"),
        ({"jitter": "15"}, "^--jitter: found 15, expected less than or equal to 14"),
        ({"smoothness": "-1"}, "^--smoothness: found -1.0, expected greater than or equal to 0"),
        ({"seed": "-1"}, "^--seed: found -1, expected greater than or equal to 0"),
        ({"starts": "65"}, "^--starts: found 65, expected less than or equal to 64"),
        ({"strategy": "up"}, "^--strategy: found 'up', expected superposition or enrich"),
        ({"color_map": "jet"}, "^--color-map: found 'jet', expected 'gray' or 'viridis'"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_option(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        options.change(DEFAULTS, given)


@pytest.mark.parametrize(
    ("text", "found"),
    [(None, None), ("free", "free"), ("data", "data"), ("0,1", (0.0, 1.0)), ("-1,3", (-1.0, 3.0))],
)
def test_a_range_is_a_word_or_two_numbers(text: str | None, found: Any) -> None:
    assert options.pixel_range(text) == found


@pytest.mark.parametrize("text", ["", "fre", "1", "1,0", "0,0", "0,inf", "0,nan", "0,1,2", "a,b"])
def test_any_other_range_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"^--range: found .*, expected free, data, or the values"):
        options.pixel_range(text)


def test_units_are_whole_numbers_each_once() -> None:
    assert options.units(["17", "3", "17"]) == [17, 3]
    with pytest.raises(DataError, match=r"^unit: found '1\.5', expected a whole number"):
        options.units(["1.5"])


def test_every_objective_can_be_named_and_no_other() -> None:
    assert [options.objective(name) for name in OBJECTIVES] == list(OBJECTIVES)
    assert options.objective(None) is None
    with pytest.raises(DataError, match=r"^--objective: found 'min', expected mean, max, position"):
        options.objective("min")


def test_color_images_accept_no_color_map() -> None:
    options.require_color_map("viridis", 1)
    options.require_color_map("gray", 3)
    with pytest.raises(DataError, match=r"^--color-map: found 'viridis', expected none, because"):
        options.require_color_map("viridis", 3)


def test_named_scales_without_a_start_imply_starts_of_the_kind_scales() -> None:
    params = options.change(DEFAULTS, {"scales": "3,7", "starts": "3"})
    assert options.starts([], None, params, {"scales": "3,7", "starts": "3"}) == ["scales"] * 3
    assert options.starts([], None, DEFAULTS, {"weights": "1,0,0,0"}) == ["scales"] * 4


def test_starts_sets_the_number_of_random_starts_of_each_kind(bars: Digits) -> None:
    assert options.starts(["noise", "coarse"], None, DEFAULTS, {}) == ["noise", "coarse"]
    params = options.change(DEFAULTS, {"starts": "2"})
    found = options.starts(["digit:4", "noise"], bars, params, {"starts": "2"})
    assert found is not None
    assert isinstance(found[0], ImageStart)
    assert found[1:] == ["noise", "noise"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("fourrier", "^--start: found 'fourrier', expected scales, .* there is no such file"),
        (
            "digit:4",
            "^--start digit:4: found no digits, expected a file given by --digits",
        ),
    ],
)
def test_an_unknown_start_is_refused(word: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        options.starts([word], None, DEFAULTS, {})


def test_a_file_that_is_not_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "my4.png"
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"^--start .*my4\.png: found no readable picture"):
        options.starts([str(path)], None, DEFAULTS, {})
