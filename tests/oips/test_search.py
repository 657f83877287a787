import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, excitation, oip, search, starts
from latentmaps.oips.constraints import standardized
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import AscentResult, LayerOips
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.oips.starts import Starts
from latentmaps.params.draw_oips import DrawOips


def find_oips(
    networks: Networks, digits: Digits, params: DrawOips, *, chunk_size: int = 64, **others: Any
) -> LayerOips:
    arguments: dict[str, Any] = {"seed": 4, "jit_compile": False} | others
    return search.find_oips(networks, digits, params, chunk_size=chunk_size, **arguments)


@pytest.fixture(scope="module")
def oips(second_layer: Networks, strokes: Digits, params: DrawOips) -> LayerOips:
    """The OIPs of the second layer."""
    return find_oips(second_layer, strokes, params)


def choose(networks: Networks, digits: Digits, params: DrawOips) -> Starts:
    """Choose the start images of all maps, with real digits for those that are still silent."""
    found = starts.choose(
        networks,
        StartImageSpec(networks.shape, params, digits.train_images),
        map_indices=np.arange(networks.num_units),
        constraint=standardized,
        seed=4,
        chunk_size=64,
    )
    for images in (digits.train_images, digits.test_images):
        found = search.help_with_digits(found, images, networks, standardized)
    return found


@pytest.mark.slow
def test_a_real_digit_is_the_last_resort(
    three_fates: keras.Model, dots: Digits, params: DrawOips
) -> None:
    networks = cnn_layers.up_to(three_fates, "Conv2D_1")
    found = choose(networks, dots, dataclasses.replace(params, num_rescue_steps=0))
    assert found.rescues.tolist() == ["start", "digits", "nothing"]
    expected = cnn_layers.standardize_digits(dots.train_images[:2])
    np.testing.assert_allclose(found.images[1], expected, rtol=1e-6)


@pytest.mark.slow
def test_a_test_digit_is_used_if_no_training_digit_excites_the_map(
    three_fates: keras.Model, dots: Digits, params: DrawOips
) -> None:
    black = dataclasses.replace(dots, train_images=np.zeros_like(dots.train_images))
    networks = cnn_layers.up_to(three_fates, "Conv2D_1")
    found = choose(networks, black, dataclasses.replace(params, num_rescue_steps=0))
    assert found.rescues[1] == "digits"
    expected = cnn_layers.standardize_digits(dots.test_images[:1])
    np.testing.assert_allclose(found.images[1, :1], expected, rtol=1e-6)


@pytest.mark.slow
def test_the_best_final_image_is_kept(oips: LayerOips, second_layer: Networks) -> None:
    for variant in (oips.free, oips.in_range):
        measured = np.diag(excitation.measure(second_layer.responses, variant.images[..., None]))
        np.testing.assert_allclose(measured, variant.activations, rtol=1e-5)
        assert (variant.activations >= variant.regular_finalist_activations.max(axis=1)).all()
        np.testing.assert_allclose(
            variant.activations, np.nanmax(variant.curves, axis=1), rtol=1e-6
        )


@pytest.mark.slow
def test_the_polish_keeps_the_required_share_of_the_activation(
    oips: LayerOips, second_layer: Networks
) -> None:
    for variant in (oips.free, oips.in_range):
        measured = np.diag(
            excitation.measure(second_layer.responses, variant.polished.images[..., np.newaxis])
        )
        np.testing.assert_allclose(measured, variant.polished.activations, rtol=1e-5)
        assert (measured >= 0.95 * variant.activations * (1 - 1e-5)).all()
        before = variant.polished.high_frequency_shares
        assert (variant.polished.high_frequency_shares_polished < before - 0.05).any()
    assert oips.in_range.polished.images.min() >= oips.pixel_range[0] - 1e-6
    assert oips.in_range.polished.images.max() <= oips.pixel_range[1] + 1e-6


@pytest.mark.slow
def test_pixels_in_range_are_as_dark_and_light_as_those_of_digits(
    oips: LayerOips, strokes: Digits
) -> None:
    pixels = cnn_layers.standardize_digits(strokes.train_images)
    # every training image has a bar of the same size
    assert oips.pixel_range == pytest.approx((pixels.min(), pixels.max()))
    assert oips.in_range.images.min() >= pixels.min() - 1e-6
    assert oips.in_range.images.max() <= pixels.max() + 1e-6
    assert oips.free.images.min() < pixels.min()


@pytest.mark.slow
def test_the_start_of_an_oip_is_that_of_its_ascent_also_after_a_race(
    second_layer: Networks, strokes: Digits, params: DrawOips
) -> None:
    many = dataclasses.replace(
        params,
        num_starts=12,
        start_kinds=("scales", "coarse", "fourier", "noise"),
        num_finalists=2,
    )
    oips = find_oips(second_layer, strokes, many)
    assert oips.free.regular_finalist_activations.shape == (8, 2)
    alive = oips.free.rescues == oip.NOT_NEEDED
    assert alive.any()
    np.testing.assert_array_equal(oips.free.snapshots[alive, 0], oips.free.starts[alive])


@pytest.mark.slow
def test_the_oip_of_a_map_does_not_depend_on_the_other_maps(
    second_layer: Networks, strokes: Digits, params: DrawOips
) -> None:
    # 11 starts of 8 maps: three chunks
    many = dataclasses.replace(params, precursor=True, num_starts=10)
    together = find_oips(second_layer, strokes, many, chunk_size=32)
    alone = find_oips(second_layer, strokes, many, chunk_size=32, map_indices=np.array([6]))
    for found, all_found in ((alone.free, together.free), (alone.in_range, together.in_range)):
        for mine, theirs in ((found, all_found), (found.polished, all_found.polished)):
            for name in vars(mine).keys() - {"polished", "has_head_start"}:
                values, all_values = getattr(mine, name), getattr(theirs, name)
                np.testing.assert_array_equal(values[0], all_values[6], err_msg=name)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    oips: LayerOips, second_layer: Networks, strokes: Digits, params: DrawOips, tmp_path: Path
) -> None:
    again, other = (find_oips(second_layer, strokes, params, seed=seed) for seed in (4, 5))
    contents = []
    for name, found in (("first", oips), ("again", again), ("other", other)):
        oip.save(found, None, tmp_path / f"{name}.npz")
        contents.append((tmp_path / f"{name}.npz").read_bytes())
    assert contents[0] == contents[1] != contents[2]


@pytest.mark.slow
def test_no_oip_is_weaker_than_an_image_known_to_excite_the_map(
    second_layer: Networks, strokes: Digits, params: DrawOips
) -> None:
    hasty = dataclasses.replace(params, num_steps=1, num_starts=1)
    oips = find_oips(second_layer, strokes, hasty)
    digits = cnn_layers.measure_digits(second_layer.responses, strokes.train_images).max(axis=0)
    # every bar is already within the range
    assert (oips.in_range.activations >= digits * (1 - 1e-4)).all()
    assert (oips.in_range.start_kinds == oip.DIGITS).any()
    # standardizing an image in range again changes it by rounding
    assert (oips.free.activations >= oips.in_range.activations * (1 - 1e-3)).all()
    assert (oips.free.start_kinds == oip.IN_RANGE).any()
    won = oips.free.start_kinds == oip.IN_RANGE
    assert (
        oips.free.activations[won] > oips.free.regular_finalist_activations[won].max(axis=1)
    ).all()


@pytest.mark.parametrize(
    ("final", "initial", "floor", "winners"),
    [
        (
            [[10, 8, 10.4], [10, 8, 10.6], [10, 8, 10.4], [0, 0, 3], [0, 0, 0]],
            [1, 1, 10.1, 2, 0],
            0.0,
            [0, 2, 2, 2, 0],
        ),
        (
            # the margin of 5% also holds for values below 0, and a lower value does not win
            [[-10, -12, -10.4], [-10, -12, -9.6], [-10, -12, -9.4], [-10, -12, -9.6]],
            [-20, -20, -20, -9.9],
            -np.inf,
            [0, 0, 2, 2],
        ),
    ],
)
def test_a_head_start_wins_by_a_margin_or_if_the_others_do_not_reach_it(
    final: list[list[float]], initial: list[float], floor: float, winners: list[int]
) -> None:
    num_maps = len(final)
    activations = np.array(final, np.float32)
    curves = np.zeros((num_maps, 3, 3), np.float32)
    curves[:, 2, 0] = initial
    blank = np.zeros((num_maps, 3, 28, 28, 1), np.float32)
    result = AscentResult(
        start_indices=np.tile(np.arange(3), (5, 1)),
        images=blank,
        activations=activations,
        objectives=activations,
        curves=curves,
        snapshots=blank[:, :, np.newaxis],
        num_steps=np.zeros((num_maps, 3), np.int64),
        converged=np.ones((num_maps, 3), bool),
    )
    assert search.choose_winning_starts(result, floor).tolist() == winners


@pytest.mark.slow
def test_a_map_that_no_noise_excites_has_an_oip_of_digits_in_range_and_free(
    filter_model: Callable[..., keras.Model], strokes: Digits, params: DrawOips
) -> None:
    """The mean over 9 x 9 pixels exceeds its threshold for a bar, but not for noise."""
    model = filter_model(
        np.full((9, 9, 1), 1 / 81, np.float32), np.array([-0.75], np.float32), activation="relu"
    )
    networks = cnn_layers.up_to(model, "Conv2D_1")
    noise = dataclasses.replace(
        params, start_kinds=("noise",), candidate_kinds=("noise",), num_rescue_steps=0
    )
    oips = find_oips(networks, strokes, noise)
    assert oips.in_range.rescues.tolist() == [oip.DIGITS]
    assert oips.in_range.activations > 0
    assert oips.free.activations > 0


@pytest.mark.slow
def test_a_dead_map_has_no_activation_and_no_steps(
    three_fates: keras.Model, dots: Digits, params: DrawOips
) -> None:
    networks = cnn_layers.up_to(three_fates, "Conv2D_1")
    oips = find_oips(networks, dots, params)
    for variant in (oips.free, oips.in_range):
        assert variant.activations[2] == 0
        assert variant.num_steps[2] == 0
        assert not variant.converged[2]
        assert variant.rescues[2] == "nothing"


@pytest.mark.slow
def test_the_file_contains_images_starts_activations_and_curves(
    oips: LayerOips, tmp_path: Path
) -> None:
    oip.save(oips, None, tmp_path / "oips.npz")
    with np.load(tmp_path / "oips.npz") as arrays:
        assert arrays["images"].shape == arrays["starts_in_range"].shape == (8, 28, 28)
        np.testing.assert_array_equal(arrays["activations"], oips.free.activations)
        np.testing.assert_array_equal(arrays["curves_in_range"], oips.in_range.curves)
        assert tuple(arrays["value_range"]) == oips.pixel_range
        polished = oips.in_range.polished
        np.testing.assert_array_equal(arrays["images_polished_in_range"], polished.images)
        np.testing.assert_array_equal(arrays["activations_polished_in_range"], polished.activations)
        for name in ("high_frequency_shares", "high_frequency_shares_polished"):
            shares = getattr(polished, name)
            np.testing.assert_array_equal(arrays[f"{name}_in_range"], shares)
