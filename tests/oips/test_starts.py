import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, constraints, excitation, length_scales, start_images, starts
from latentmaps.oips.networks import Networks
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.oips.starts import Starts
from latentmaps.params.draw_oips import DrawOips


@pytest.fixture
def fates(three_fates: keras.Model) -> Networks:
    return cnn_layers.up_to(three_fates, "Conv2D_1")


def choose(networks: Networks, digits: Digits, params: DrawOips, **others: Any) -> Starts:
    indices = np.arange(networks.num_units)
    arguments: dict[str, Any] = {
        "map_indices": indices,
        "constraint": constraints.standardized,
        "seed": 4,
        "chunk_size": 64,
    } | others
    patterns = StartImageSpec(networks.shape, params, digits.train_images)
    return starts.choose(networks, patterns, **arguments)


@pytest.mark.slow
def test_a_map_that_its_own_starts_excite_keeps_them(
    fates: Networks, dots: Digits, params: DrawOips
) -> None:
    found = choose(fates, dots, params)
    assert found.rescues[0] == "start"
    assert found.kinds[0].tolist() == ["scales", "scales"]
    assert found.silent_share.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(found.images[0], found.origins[0])


@pytest.mark.slow
def test_steps_before_the_relu_rescue_a_map_that_no_noise_excites(
    fates: Networks, dots: Digits, params: DrawOips
) -> None:
    found = choose(fates, dots, dataclasses.replace(params, num_rescue_steps=60))
    assert found.rescues[1] == "pre-activation"
    woken = excitation.measure(fates.responses, found.images[1])[:, 1]
    before = excitation.measure(fates.responses, found.origins[1])[:, 1]
    assert (woken > 0).all()
    assert not before.any()


@pytest.mark.slow
def test_the_precursor_gives_every_map_the_best_of_all_images(
    second_layer: Networks, strokes: Digits, params: DrawOips
) -> None:
    own = choose(second_layer, strokes, params)
    best = choose(second_layer, strokes, dataclasses.replace(params, precursor=True))
    maps = np.arange(second_layer.num_units)

    def activations(found: Starts) -> np.ndarray:
        return np.array(
            [excitation.measure(second_layer.responses, found.images[i])[:, i] for i in maps]
        )

    assert (activations(best)[:, 0] >= activations(own).max(axis=1)).all()
    assert (activations(best)[:, 0] > activations(own).max(axis=1)).any()
    assert (np.diff(activations(best), axis=1) <= 1e-6).all()  # best first
    np.testing.assert_array_equal(
        best.rescues, own.rescues
    )  # the precursor does not change what was needed


def test_the_precursor_rescues_a_map_that_its_own_starts_leave_silent(
    filter_model: Callable[..., keras.Model], strokes: Digits, params: DrawOips
) -> None:
    """Means over 9 x 9 pixels are nearly 0 for fine noise and large for coarse noise."""
    kernels = np.full((9, 9, 1), 1 / 81, np.float32)
    model = filter_model(kernels, np.array([-1], np.float32), activation="relu")
    networks = cnn_layers.up_to(model, "Conv2D_1")
    kinds = dataclasses.replace(
        params,
        start_kinds=("noise",),
        candidate_kinds=(
            "noise",
            "coarse",
        ),
    )
    found = choose(networks, strokes, kinds)
    assert found.rescues.tolist() == ["precursor"]
    assert found.kinds[0].tolist() == ["coarse", "coarse"]
    assert 0.4 < found.silent_share[0] < 1


def test_the_starts_of_a_map_do_not_depend_on_the_other_maps(
    second_layer: Networks, strokes: Digits, params: DrawOips
) -> None:
    together = choose(second_layer, strokes, dataclasses.replace(params, precursor=True))
    alone = choose(
        second_layer,
        strokes,
        dataclasses.replace(params, precursor=True),
        map_indices=np.array([5]),
    )
    np.testing.assert_array_equal(alone.images[0], together.images[5])
    np.testing.assert_array_equal(alone.silent_share[0], together.silent_share[5])


@pytest.mark.parametrize("kind", start_images.START_KINDS)
def test_enriching_begins_with_coarse_images_of_every_kind(
    second_layer: Networks, strokes: Digits, params: DrawOips, kind: Any
) -> None:
    coarse = dataclasses.replace(
        params,
        start_kinds=(kind,),
        candidate_kinds=(kind,),
        strategy="enrich",
        precursor=True,
    )
    images = choose(second_layer, strokes, coarse).images[..., 0]
    projection, _ = length_scales.coarseners((3, 3), (28, 28))
    np.testing.assert_allclose(projection @ images @ projection.T, images, atol=1e-4)
    np.testing.assert_allclose(images.std(axis=(2, 3)), 1, rtol=1e-3)


def test_a_head_start_comes_last(second_layer: Networks, strokes: Digits, params: DrawOips) -> None:
    own = choose(second_layer, strokes, params)
    images = cnn_layers.standardize_digits(strokes.test_images[[0, 1, 2, 3] * 2])
    found = starts.add_head_starts(own, images, "digits", constraint=constraints.standardized)
    np.testing.assert_allclose(found.images[:, 2], images, atol=1e-5)
    np.testing.assert_array_equal(found.images[:, :2], own.images)
    assert found.kinds[:, 2].tolist() == ["digits"] * 8
    np.testing.assert_array_equal(found.origins[:, 2], found.images[:, 2])


def test_starts_are_within_the_range(
    second_layer: Networks, strokes: Digits, params: DrawOips
) -> None:
    found = choose(second_layer, strokes, params, constraint=constraints.in_range((-0.4, 2.9)))
    assert found.images.min() >= np.float32(-0.4)
    assert found.images.max() <= np.float32(2.9)
