"""Optima of the final images, and the relative change of a step."""

import dataclasses

import numpy as np
import pytest

from latentmaps.lab.answer import Answer
from latentmaps.lab.unit_oips import group_optima, shifted_correlation

NOISE = np.random.default_rng(0).normal(size=(3, 9, 8, 2)).astype(np.float32)


def test_a_shifted_picture_correlates_fully_and_another_does_not() -> None:
    moved = np.roll(NOISE[0], (3, -2), axis=(0, 1))
    assert shifted_correlation(NOISE[0], 3 * moved + 1) == pytest.approx(1, abs=1e-6)
    assert shifted_correlation(NOISE[0], NOISE[1]) < 0.6
    assert shifted_correlation(NOISE[0], np.ones_like(NOISE[0])) == 0


def test_the_correlation_is_the_highest_of_all_shifts() -> None:
    first, second = NOISE[0], NOISE[1]
    correlations = [
        np.corrcoef(first.ravel(), np.roll(second, shift, axis=(0, 1)).ravel())[0, 1]
        for shift in np.ndindex(9, 8)
    ]
    assert shifted_correlation(first, second) == pytest.approx(max(correlations), abs=1e-6)


def test_ends_are_grouped_from_the_highest_down() -> None:
    moved = np.roll(NOISE[1], 4, axis=0)
    images = np.stack([NOISE[0], NOISE[1], moved, NOISE[0] + 0.1 * NOISE[2]])
    assert group_optima(images, np.array([1, 3, 2, 4], np.float32)).tolist() == [0, 1, 1, 0]


def test_the_relative_change_is_that_of_the_step_before(answer: Answer) -> None:
    unit = dataclasses.replace(
        answer.units[0], curves=np.array([[2.0, 3.0, 4.0, np.nan]], np.float32)
    )
    assert np.isnan(unit.relative_change(0, 0))
    assert unit.relative_change(0, 1) == pytest.approx(1 / 3)
    assert unit.relative_change(0, 2) == pytest.approx(0.25)
    assert np.isnan(unit.relative_change(0, 3))


def test_the_oip_is_the_end_of_the_winner(answer: Answer) -> None:
    for unit in answer.units:
        np.testing.assert_array_equal(unit.oip, unit.images[unit.winner])
        assert unit.activation == unit.activations[unit.winner]
        assert not unit.is_silent
