import re

import pytest

from latentmaps.live import curves

LINES = {"training": [30.0, 20.0, 10.0], "validation": [25.0, 22.0, 12.0]}


def test_a_falling_curve_is_drawn_from_top_left_to_bottom_right() -> None:
    svg = curves.draw("Loss & more", [1, 2, 3], LINES, last_epoch=3)
    training, validation = (
        [tuple(map(float, point.split(","))) for point in points.split()]
        for points in re.findall(r'<polyline points="([^"]*)"', svg)
    )
    assert len(training) == len(validation) == 3
    assert [x for x, _ in training] == sorted({x for x, _ in training})
    assert [y for _, y in training] == sorted({y for _, y in training})  # downwards
    assert validation[0][1] > training[0][1]
    assert "Loss &amp; more after epoch 3: training 10, validation 12" in svg


def test_one_epoch_and_a_constant_number_are_drawn() -> None:
    for values in ([5.0], [5.0, 5.0], [0.0], [1e20], [-1e20, -1e20], [7e3, 7e3 + 1e-12]):
        epochs = list(range(1, len(values) + 1))
        svg = curves.draw("KL", epochs, {"training": values}, last_epoch=11)
        assert "nan" not in svg
        assert svg.count('class="grid"') > 1
        assert svg.count("<circle") == len(values)


def test_a_long_curve_has_no_markers() -> None:
    epochs = list(range(1, 201))
    svg = curves.draw("KL", epochs, {"training": [1.0 / e for e in epochs]}, last_epoch=200)
    assert "<circle" not in svg


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (5363.2, 6326.9), (1.0, 200.0), (-3e-4, 2e-4), (1e6, 1e6 + 1)]
)
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    found = curves.ticks(low, high)
    assert 2 <= len(found) <= 6
    assert low <= found[0] < found[-1] <= high
