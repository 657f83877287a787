from pathlib import Path

import numpy as np
import pytest

from latentmaps.cnn.training import classification

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.6, 0.2, 0.2]], np.float32)
LABELS = np.array([0, 2, 0], np.uint8)


def test_accuracy_is_the_share_of_correct_rows() -> None:
    assert classification.accuracy(PROBABILITIES, LABELS) == pytest.approx(2 / 3)


def test_the_numbers_are_the_three_of_the_test_part() -> None:
    found = classification.numbers(PROBABILITIES, LABELS)
    assert list(found) == ["test_accuracy", "test_cross_entropy", "test_accuracy_per_digit"]
    assert found["test_accuracy"] == pytest.approx(2 / 3)
    assert found["test_accuracy_per_digit"] == {0: 1.0, 2: 0.0}


def test_accuracy_per_class_has_the_classes_that_occur() -> None:
    assert classification.accuracy_per_class(PROBABILITIES, LABELS) == {0: 1.0, 2: 0.0}


def test_cross_entropy_is_the_mean_surprise_about_the_label() -> None:
    expected = -(np.log(0.7) + np.log(0.4) + np.log(0.6)) / 3
    assert classification.cross_entropy(PROBABILITIES, LABELS) == pytest.approx(expected)


def test_cross_entropy_stays_finite_when_the_label_has_no_probability() -> None:
    certain = np.array([[1.0, 0.0]], np.float32)
    loss = classification.cross_entropy(certain, np.array([1], np.uint8))
    assert loss == pytest.approx(-np.log(1e-7))


def test_predictions_name_row_label_and_probability(tmp_path: Path) -> None:
    classification.write_predictions(PROBABILITIES, LABELS, tmp_path / "predictions.csv")
    assert (tmp_path / "predictions.csv").read_text(encoding="utf-8").splitlines() == [
        "row,label,prediction,probability",
        "0,0,0,0.7000",
        "1,2,1,0.5000",
        "2,0,0,0.6000",
    ]
