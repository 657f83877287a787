"""An answer, its settings and its array file."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from latentmaps.lab import answer as answer_module
from latentmaps.lab.answer import Answer
from latentmaps.lab.subjects import Subject
from latentmaps.oips import cnn_layers, real_digits


@pytest.mark.slow
def test_the_file_holds_the_arrays_of_all_starts(answer: Answer, tmp_path: Path) -> None:
    answer_module.save(answer, tmp_path / "a.npz")
    answer_module.save(answer, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        assert arrays["units"].tolist() == [3, 5]
        assert arrays["ends"].shape == arrays["starts"].shape == (2, 3, 28, 28, 1)
        assert arrays["curves"].shape == (2, 3, 13)
        assert arrays["snapshots"].shape == (2, 3, len(arrays["snapshot_steps"]), 28, 28, 1)
        assert arrays["kinds"].shape == arrays["activations"].shape == (2, 3)
        assert arrays["optima"].shape == arrays["num_steps"].shape == arrays["converged"].shape
        for row, unit in enumerate(answer.units):
            winner = arrays["winners"][row]
            np.testing.assert_array_equal(arrays["ends"][row, winner], unit.oip)
        assert json.loads(str(arrays["settings"])) == json.loads(json.dumps(answer.settings))


def test_settings_include_everything_that_affects_the_result(
    answer: Answer, silent_answer: Answer
) -> None:
    settings = answer.settings
    assert settings["layer"] == "Conv2D_2"
    assert settings["units"] == [3, 5]
    assert settings["seed"] == 1
    assert settings["objective"] == "mean"
    assert settings["pixels"] == "free"
    assert settings["num_candidates"] == 16
    # these have no effect when the starts are named
    stage_only = {"num_candidates", "precursor", "head_start", "num_finalists", "race_steps"}
    assert stage_only <= settings.keys()
    assert not stage_only & silent_answer.settings.keys()
    assert "polish" not in settings
    assert "head_start" not in dataclasses.replace(answer, matches_stage=False).settings
    assert silent_answer.settings["starts"] == ["noise", "coarse"]


def test_the_summary_lists_the_activation_of_each_unit(
    answer: Answer, silent_answer: Answer
) -> None:
    first, second = (unit.activation for unit in answer.units)
    assert answer.summary == f"Conv2D_2-3 {first:.3g}, Conv2D_2-5 {second:.3g}"
    assert silent_answer.summary.startswith("Conv2D_2-3 ")


@pytest.mark.slow
def test_the_strongest_digits_are_those_of_the_units(answer: Answer, subject: Subject) -> None:
    assert subject.digits is not None
    assert answer.strongest is not None
    layer = cnn_layers.up_to(subject.model, "Conv2D_2")
    of_layer = real_digits.find_strongest(layer, subject.digits)
    np.testing.assert_array_equal(answer.strongest.rows, of_layer.rows[[3, 5]])
    np.testing.assert_array_equal(answer.strongest.images, of_layer.images[[3, 5]])
    assert answer.strongest.activations == pytest.approx(of_layer.activations[[3, 5]])
