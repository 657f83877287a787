"""The Python interface for OIPs."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import latentmaps
from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.lab.answer import Answer
from latentmaps.lab.asking import CnnWithOips

SHORT: dict[str, Any] = {"num_steps": 12, "num_starts": 2, "num_candidates": 16, "num_snapshots": 4}


@pytest.mark.slow
def test_any_keras_model_has_oips(color_model: keras.Model) -> None:
    [unit] = latentmaps.find_oips(color_model, "linear", 1, seed=3, **SHORT)
    assert unit.oip.shape == (12, 10, 3)
    assert unit.activations.shape == unit.optima.shape == (2,)
    assert unit.curves.shape == (2, 13)
    assert unit.snapshots.shape == (2, 5, 12, 10, 3)
    assert len(unit.snapshot_steps) == 5
    again = latentmaps.find_oips(color_model, "linear", [0, 1], seed=3, **SHORT)[1]
    np.testing.assert_array_equal(again.oip, unit.oip)


@pytest.mark.slow
def test_starts_are_arrays_or_kinds(color_model: keras.Model) -> None:
    picture = np.random.default_rng(0).random((12, 10, 3))
    [unit] = latentmaps.find_oips(
        color_model, "out", 0, start=[picture, "noise"], pixels=(0, 1), num_steps=5
    )
    assert list(unit.kinds) == ["picture 1", "noise"]
    np.testing.assert_allclose(unit.starts[0], picture, atol=1e-6)
    assert 0 <= unit.images.min() < unit.images.max() <= 1
    alone = latentmaps.find_oips(color_model, "out", 0, start=picture, pixels=(0, 1), num_steps=5)
    np.testing.assert_allclose(alone[0].images[0], unit.images[0], atol=1e-5)


@pytest.mark.slow
def test_with_digits_a_cnn_gives_the_oips_of_the_stage(
    tmp_path: Path, bars: Digits, answer: Answer
) -> None:
    shape = cnn.Architecture((8, 8), 8)
    cnn.save(tmp_path / "cnn", shape, cnn.build_cnn(shape, seed=1))
    digits_module.save(bars, tmp_path / "digits.npz")
    trained = latentmaps.load_cnn(tmp_path / "cnn")
    assert isinstance(trained, CnnWithOips)
    found = trained.oips("Conv2D_2", [3], digits=tmp_path / "digits.npz", seed=1, **SHORT)
    np.testing.assert_array_equal(found[0].oip, answer.units[0].oip)
    [own] = trained.oips("Conv2D_2", 3, start="coarse", **SHORT)
    assert list(own.kinds) == ["coarse"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"units": 1.5}, r"^units: found 1\.5, expected whole numbers"),
    ({"units": []}, "^units: found .*expected whole numbers"),
    ({"units": [9]}, "^unit: found 9, expected 0 to 3"),
    ({"layer": "nowhere"}, "^layer: found 'nowhere', expected one of maps"),
    ({"objective": "min"}, "^objective: found 'min', expected mean, max, position"),
    ({"pixels": (1, 0)}, r"^pixels: found \(1, 0\), expected free, data, or the values"),
    ({"pixels": 3}, "^pixels: found 3, expected free, data, or the values"),
    ({"pixels": "01"}, "^pixels: found '01', expected free, data, or the values"),
    ({"pixels": np.array([1, 0])}, r"^pixels: found array.*expected free, data, or the values"),
    ({"start": 5}, "^start: found 5, expected an array, the path of a picture, a kind"),
    ({"start": Path("no.png")}, "^--start: found 'no.png', expected scales"),
    ({"length_scales": 3}, "^length_scales: found 3, expected a valid tuple"),
    ({"num_steps": "9"}, "^num_steps: found '9', expected a valid integer"),
    ({"polish": 0.9}, "^polish: has no effect here"),
    ({"start": "what"}, "^--start: found 'what', expected scales"),
    ({"start": np.ones((12, 10, 3), bool)}, r"^start 1: found bool \(12, 10, 3\), expected an arr"),
    ({"start": []}, "^start: found none, expected at least one"),
    ({"num_step": 3}, "^num_step: no such setting, expected"),
    ({"color_map": "gray"}, "^color_map: has no effect here"),
    ({"seed": -1}, "^seed: found -1, expected"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_unusable_arguments_are_refused(
    color_model: keras.Model, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        latentmaps.find_oips(**{"model": color_model, "layer": "maps", "units": 0, **given})
