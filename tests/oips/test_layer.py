import dataclasses

import keras
import numpy as np
import pytest

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, excitation, grays, layer, pictures
from latentmaps.oips.layer import LayerResults
from latentmaps.params.draw_oips import DrawOips

SCALE = grays.GrayScale(limit=2.0, pixel_range=(-0.5, 2.5), reachable_size=26, pattern_limit=1.0)


def test_the_limit_is_a_percentile_of_the_visible_pixels_of_living_maps(
    found: LayerResults,
) -> None:
    seen = np.abs(found.oips.free.polished.images[:3, :26, :26])
    assert found.grays.limit == pytest.approx(np.percentile(seen, grays.CLIP_PERCENTILE))


def test_a_layer_of_dead_maps_has_a_limit(found: LayerResults) -> None:
    silent = np.zeros_like(found.oips.free.activations)
    free = dataclasses.replace(found.oips.free, activations=silent)
    assert grays.gray_scale(dataclasses.replace(found.oips, free=free), 28).limit == 1


def test_zero_is_mid_gray_and_invisible_pixels_are_cropped() -> None:
    drawn = SCALE.free(np.zeros((2, 28, 28), np.float32))
    assert drawn.shape == (2, 26, 26)
    assert (drawn == 128).all()
    images = np.arange(28 * 28, dtype=np.uint8).reshape(28, 28)
    np.testing.assert_array_equal(SCALE.crop(images), images[:26, :26])


def test_the_range_goes_from_black_to_white() -> None:
    values = np.array([-0.5, 1.0, 2.5], np.float32)
    images = np.broadcast_to(values[:, None, None], (3, 28, 28))
    assert SCALE.in_range(images)[:, 0, 0].tolist() == [0, 128, 255]


@pytest.mark.slow
def test_the_study_of_a_layer_has_a_row_for_each_map_and_records_its_parameters(
    three_fates: keras.Model, dots: Digits, params: DrawOips
) -> None:
    found = layer.study(
        three_fates, "Conv2D_1", dots, params, seed=4, jit_compile=False, chunk_size=64
    )
    assert found.table["status"].tolist() == ["alive", "rescued", "dead"]
    np.testing.assert_allclose(found.table["activation"], found.oips.free.activations)
    np.testing.assert_array_equal(
        found.table["strongest_digit_activation"], found.strongest.activations[:, 0]
    )
    assert found.grays == grays.gray_scale(found.oips, 28, found.elementary)
    assert (found.layer_name, found.params, found.seed) == ("Conv2D_1", params, 4)


@pytest.mark.slow
def test_the_study_of_a_dense_layer_has_a_row_for_each_unit(
    small_cnn: keras.Model, strokes: Digits, params: DrawOips
) -> None:
    few = dataclasses.replace(params, num_starts=1, num_candidates=16, num_steps=6)
    found = layer.study(small_cnn, "dense", strokes, few, seed=4, jit_compile=False, chunk_size=64)
    assert len(found.table) == 8
    measured = excitation.measure(
        cnn_layers.up_to(small_cnn, "dense").responses, found.oips.free.images[..., np.newaxis]
    )
    np.testing.assert_allclose(found.table["activation"], np.diag(measured), rtol=1e-4)
    assert (found.table["activation"] > found.oips.free.curves[:, 0]).all()
    assert (found.table["path_correlation"] > 0).any()


@pytest.mark.slow
def test_the_sheet_of_the_outputs_shows_how_sure_the_network_is(
    small_cnn: keras.Model, strokes: Digits, params: DrawOips
) -> None:
    few = dataclasses.replace(params, num_starts=1, num_candidates=16, num_steps=6)
    found = layer.study(
        small_cnn, "probabilities", strokes, few, seed=4, jit_compile=False, chunk_size=64
    )
    for images, suffix in ((found.oips.free.images, ""), (found.oips.in_range.images, "_in_range")):
        sure = np.diag(small_cnn(images[..., np.newaxis]))
        np.testing.assert_allclose(found.table[f"confidence{suffix}"], sure, rtol=1e-4)
    assert found.elementary is None
    sheet = pictures.draw_contact_sheet(found)
    assert sheet.numbers["title"].startswith("What is a 3 to the CNN?")
    layout = sheet.numbers["layout"]
    assert layout["row_labels"] == ["free pixels", "in range", "strongest test digit"], layout
