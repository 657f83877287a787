import base64
import dataclasses
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image
from tests.explorer import example_digits
from tests.oips import example_results

from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.errors import DataError
from latentmaps.explorer import digits
from latentmaps.explorer.page import Part
from latentmaps.oips import grays


@pytest.fixture(scope="module")
def oips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explorer") / "oips"
    example_digits.write_oips(folder)
    return folder


def prepare(
    oips: Path,
    layer_names: Sequence[str] = example_digits.LAYERS,
    color_map: Literal["gray", "viridis"] = "gray",
) -> Part:
    params = dataclasses.replace(
        example_results.PARAMS, layers=tuple(layer_names), color_map=color_map
    )
    return digits.prepare(example_digits.small_cnn(), example_digits.bars(), oips, params)


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def picture(oips: dict[str, Any], kind: str) -> Image.Image:
    _, _, content = oips[kind]["picture"].partition(",")
    return Image.open(io.BytesIO(base64.b64decode(content)))


@pytest.mark.slow
def test_the_page_has_the_first_digits_of_each_class_and_misread_ones(oips: Path) -> None:
    tests = prepare(oips).data["tests"]
    given = example_digits.bars()
    probabilities = TrainedCnn(example_digits.small_cnn()).predict(given.test_images)
    assert tests["rows"] == sorted(set(tests["rows"]))
    assert set(range(10)) <= set(tests["rows"])
    assert tests["labels"] == given.test_labels[tests["rows"]].tolist()
    assert tests["readings"] == probabilities.argmax(axis=1)[tests["rows"]].tolist()
    images = np.frombuffer(base64.b64decode(tests["images"]), np.uint8)
    np.testing.assert_array_equal(images, given.test_images[tests["rows"]].ravel())


def test_no_more_than_ten_of_a_class_and_twenty_misread_ones() -> None:
    labels = np.repeat(np.arange(10, dtype=np.uint8), 40)
    readings = labels.copy()
    readings[390:] = 0
    readings[20:38] = 5
    rows = digits.choose_rows(labels, readings)
    assert len(rows) == 100 + 20
    assert rows[:12].tolist() == [*range(10), 20, 21]
    assert rows[-12:].tolist() == [*range(360, 370), 390, 391]


@pytest.mark.slow
def test_maps_are_compared_with_the_strongest_test_digit(oips: Path) -> None:
    part = prepare(oips)
    maps = TrainedCnn(example_digits.small_cnn()).all_feature_maps(
        example_digits.bars().test_images
    )
    assert [layer["name"] for layer in part.data["layers"]] == ["Conv2D_1", "Conv2D_2"]
    for layer in part.data["layers"]:
        found = maps[layer["name"]]
        means = found.mean(axis=(1, 2)).max(axis=0)
        np.testing.assert_allclose(floats(layer["strongest"]), means, rtol=1e-5)
        shown = found[part.data["tests"]["rows"]]
        assert layer["limit"] == pytest.approx(np.percentile(shown, 99.5))


@pytest.mark.slow
def test_oips_have_the_grays_of_the_page_of_their_layer(oips: Path) -> None:
    layer = prepare(oips).data["layers"][1]["oips"]
    found = example_digits.layer_results().oips
    scale = grays.gray_scale(found, 27)  # after 4x4, pooling and 4x4, one row is unseen
    free, in_range = found.free.polished.images, found.in_range.polished.images
    np.testing.assert_array_equal(picture(layer, "free"), np.concatenate(scale.free(free)))
    np.testing.assert_array_equal(
        picture(layer, "in_range"), np.concatenate(scale.in_range(in_range))
    )
    assert layer["page"] == "draw_oips/Conv2D_2.html"
    np.testing.assert_array_equal(floats(layer["free"]["activations"]), found.free.activations)
    np.testing.assert_array_equal(
        floats(layer["in_range"]["activations"]), found.in_range.activations
    )


@pytest.mark.slow
def test_free_oips_take_the_colors_of_draw_oips(oips: Path) -> None:
    layer = prepare(oips, color_map="viridis").data["layers"][1]["oips"]
    assert (picture(layer, "free").mode, picture(layer, "in_range").mode) == ("RGB", "L")


@pytest.mark.slow
def test_layers_without_oips_have_none_and_unknown_layers_are_ignored(
    oips: Path,
) -> None:
    data = prepare(oips, ["dense", "probabilities"]).data
    assert [layer["oips"] for layer in data["layers"]] == [None, None]
    assert data["output"]["oips"]["page"] == "draw_oips/probabilities.html"
    assert prepare(oips, ["dense"]).data["output"] == {"name": "probabilities", "oips": None}


@pytest.mark.slow
def test_missing_oips_are_refused_with_the_stage_that_draws_them(oips: Path) -> None:
    with pytest.raises(DataError, match=r"Conv2D_1\.npz.*run draw_oips@Conv2D_1 again"):
        prepare(oips, ["Conv2D_1"])


@pytest.mark.slow
def test_oips_of_another_cnn_are_refused(tmp_path: Path, oips: Path) -> None:
    (tmp_path / "Conv2D_1.npz").write_bytes((oips / "Conv2D_2.npz").read_bytes())
    message = re.escape("images_polished: found shape (4, 28, 28), expected (3, 28, 28)")
    with pytest.raises(DataError, match=message):
        prepare(tmp_path, ["Conv2D_1"])


@pytest.mark.slow
def test_equal_networks_give_equal_data(oips: Path) -> None:
    assert prepare(oips) == prepare(oips)
