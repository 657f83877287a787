"""Networks that can be loaded and asked about."""

import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.vae.example_vae import small_vae

from latentmaps.cnn.network import cnn
from latentmaps.errors import DataError
from latentmaps.lab import subjects
from latentmaps.lab.subjects import Subject
from latentmaps.vae.network import vae_files


def test_layers_with_units_are_named_with_their_number(color_model: keras.Model) -> None:
    assert subjects.from_model(color_model).layers == {"maps": 4, "linear": 4, "out": 2}


def test_an_unknown_layer_or_unit_is_refused_with_those_that_exist(color_model: Any) -> None:
    subject = subjects.from_model(color_model)
    subject.require("maps", [0, 3])
    message = re.escape(
        "layer: found 'map', expected one of maps (4), linear (4), out (2) (in brackets: the "
        "number of units); did you mean maps?"
    )
    with pytest.raises(DataError, match=f"^{message}$"):
        subject.require("map", [0])
    with pytest.raises(DataError, match=r"^layer: found 'flatten"):
        subject.require(color_model.layers[3].name, [0])
    with pytest.raises(DataError, match=r"^unit: found 4, expected 0 to 3, the units of maps$"):
        subject.require("maps", [0, 4])
    with pytest.raises(DataError, match=r"^unit: found -1, expected 0 to 3"):
        subject.require("maps", [-1])


def test_an_objective_must_fit_the_layer(color_model: keras.Model) -> None:
    subject = subjects.from_model(color_model)
    assert subject.objective_name("maps", None) == "mean"
    assert subject.objective_name("out", None) == "unit"
    with pytest.raises(DataError, match=r"^objective: found 'max', expected unit for out, which"):
        subject.objective_name("out", "max")


@pytest.mark.slow
def test_both_model_folders_and_a_keras_file_can_be_loaded(
    tmp_path: Path, color_model: keras.Model, bars: Any
) -> None:
    shape = cnn.Architecture((2, 3), 4)
    cnn.save(tmp_path / "cnn", shape, cnn.build_cnn(shape, seed=1))
    vae_files.save(tmp_path / "vae", small_vae())
    color_model.save(tmp_path / "mine.keras")
    found = subjects.load(tmp_path / "cnn", digits=bars)
    assert found.digits is bars
    assert found.pixel_range is None
    assert subjects.load(tmp_path / "vae", digits=bars).pixel_range == (0.0, 1.0)
    mine = subjects.load(tmp_path / "mine.keras", digits=bars)
    assert mine.digits is None
    image = np.ones((1, 12, 10, 3), np.float32)
    np.testing.assert_allclose(mine.model(image), color_model(image), rtol=1e-5)


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 half an archive"])
def test_a_file_that_is_not_a_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.keras"
    path.write_bytes(content)
    with pytest.raises(
        DataError, match=r"mine\.keras: cannot be loaded as a Keras model .*save the model"
    ):
        subjects.load(path)
    with pytest.raises(DataError, match=r"no such file or folder, expected data/models/cnn"):
        subjects.load(tmp_path / "nothing.keras")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_damaged_model_is_refused(tmp_path: Path, color_model: keras.Model, share: float) -> None:
    path = tmp_path / "mine.keras"
    color_model.save(path)
    content = bytearray(path.read_bytes())
    place = int(share * len(content))
    content[place : place + 40] = bytes(255 - byte for byte in content[place : place + 40])
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"mine\.keras: cannot be loaded as a Keras model"):
        subjects.load(path)


def test_a_network_that_does_not_read_one_image_is_refused() -> None:
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    two = keras.Model([first, second], keras.layers.Add()([first, second]))
    with pytest.raises(DataError, match=r"^model: found 2 inputs, expected one, an image$"):
        subjects.from_model(two)
    any_size = keras.Input((None, None, 1))
    with pytest.raises(DataError, match=r"^model: found an input of shape .*of a fixed size"):
        subjects.from_model(keras.Model(any_size, keras.layers.ReLU()(any_size)))
    with pytest.raises(DataError, match=r"^model: found Sequential, expected a built functional"):
        subjects.from_model(keras.Sequential([keras.layers.Dense(2)]))
    with pytest.raises(DataError, match=r"^model: found str, expected a built functional or seq"):
        subjects.from_model("data/models/cnn")


def test_weights_that_are_not_finite_are_refused(subject: Subject) -> None:
    model = cnn.build_cnn(cnn.Architecture((2, 3), 4), seed=1)
    kernel, bias = model.get_layer("Conv2D_2").get_weights()
    model.get_layer("Conv2D_2").set_weights([kernel * np.nan, bias])
    with pytest.raises(DataError, match=r"^mine: Conv2D_2/kernel: found a NaN or infinite weight"):
        subjects.from_model(model, name="mine")
