"""A pattern excites its map in the whole encoder, and more than its start patch."""

import functools
from typing import Any

import keras
import numpy as np
import pytest
from tests.face_oips import example

from latentmaps.face_oips import convolutions, patterns
from latentmaps.face_oips.convolutions import Convolution
from latentmaps.face_oips.patterns import Patterns
from latentmaps.oips import constraints

ARCHITECTURES = {**example.ARCHITECTURES, "larger than the image": example.LARGE}

SEED = 3


def find(network: Any, layer_name: str, *, seed: int = SEED, **changes: Any) -> Patterns:
    section = example.params(**changes)
    return patterns.find(network, layer_name, section, seed=seed, jit_compile=False)


@functools.cache
def find_all(name: str) -> tuple[keras.Model, dict[Convolution, Patterns]]:
    """Return an encoder and the patterns of its convolutions; several tests share them."""
    network = example.encoder(**ARCHITECTURES[name])
    layers = convolutions.find_convolutions(network)
    return network, {layer: find(network, layer.layer_name) for layer in layers}


def find_sample() -> tuple[keras.Model, list[Patterns]]:
    """Return the encoder of the sample and the patterns of its two convolutions."""
    network, patterns_of_layers = find_all("as in the sample")
    return network, list(patterns_of_layers.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", example.ARCHITECTURES)
def test_the_whole_encoder_responds_to_a_pattern_with_the_stated_activation(name: str) -> None:
    network, patterns_of_layers = find_all(name)
    for convolution, found in patterns_of_layers.items():
        position = convolution.inside_positions[-1]
        first = convolution.field_layout.first + position * convolution.field_layout.stride
        inside = slice(first, first + convolution.patch_size)
        whole = np.full((len(found.patches), *network.input_shape[1:]), 0.5, np.float32)
        whole[:, inside, inside] = found.patches
        maps = example.maps(network, convolution.layer_name, whole)[:, position, position]
        np.testing.assert_allclose(np.diag(maps), found.activations, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["as in the sample", "relu and dropout", "larger than the image"])
def test_a_pattern_is_stronger_than_every_start_and_in_range(name: str) -> None:
    _, patterns_of_layers = find_all(name)
    for convolution, found in patterns_of_layers.items():
        assert found.patches.shape[1] == convolution.patch_size
        assert found.start_activations.shape == (len(found.patches), 2)
        assert (found.activations > found.start_activations.max(axis=1)).all()
        assert 0 <= found.patches.min() < found.patches.max() <= 1


@pytest.mark.slow
def test_the_pattern_of_a_linear_map_is_its_optimum() -> None:
    """The first convolution is linear: its optimum is its kernel, scaled like the waves."""
    network = example.encoder()
    found = find(network, "activation_1", num_steps=100, contrast=0.05, smoothness=0.0)
    kernel = network.get_layer("convolution_1").get_weights()[0]  # (3, 3, 3, num_maps)
    for index, patch in enumerate(found.patches):
        # how strongly the three colors are drawn leaves light alone comparable
        light = (patch - 0.5).mean(axis=-1).ravel()
        expected = kernel[..., index].mean(axis=-1).ravel()
        assert abs(np.corrcoef(light, expected)[0, 1]) > 0.99


@pytest.mark.slow
def test_starts_of_a_linear_map_agree() -> None:
    found = find(example.encoder(), "activation_1", num_starts=3, num_steps=60)
    assert found.num_agreeing.tolist() == [3] * len(found.patches)


def test_results_that_differ_do_not_agree() -> None:
    ends = np.zeros((1, 3, 2, 2, 1), np.float32)
    ends[0, :, 0, 0] = [[1.0], [0.9], [-1.0]]
    assert patterns.count_agreeing(ends, ends[:, 0]).tolist() == [2]
    even = np.full((1, 2, 2, 2, 1), 0.7, np.float32)
    even[0, 1] = 0.3
    assert patterns.count_agreeing(even, even[:, 0]).tolist() == [1]


@pytest.mark.slow
def test_the_pattern_of_a_map_does_not_depend_on_the_other_maps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, (together, _) = find_sample()
    monkeypatch.setattr(patterns, "_MOST_VALUES", 1)
    one_by_one = find(network, "activation_1")
    np.testing.assert_array_equal(one_by_one.patches, together.patches)
    np.testing.assert_array_equal(one_by_one.activations, together.activations)


def test_weights_are_bounded_and_small_ones_do_not_change() -> None:
    weights = np.random.default_rng(0).standard_normal((2, 4, 4, 3)).astype(np.float32)
    weights[0] *= 0.1
    bounded = constraints.project_images(weights, constraints.at_most_unit_rms)
    np.testing.assert_array_equal(bounded[0], weights[0])
    assert np.sqrt((bounded[1] ** 2).mean()) == pytest.approx(1.0)
    np.testing.assert_allclose(
        bounded[1] / weights[1], bounded[1, 0, 0, 0] / weights[1, 0, 0, 0], rtol=1e-5
    )


@pytest.mark.slow
def test_the_seed_decides_the_starts() -> None:
    network, (first, _) = find_sample()
    same, other = (find(network, "activation_1", seed=seed) for seed in (SEED, SEED + 1))
    np.testing.assert_array_equal(first.patches, same.patches)
    assert (first.start_activations != other.start_activations).all()


@pytest.mark.slow
def test_smoother_patterns_have_less_energy_at_high_frequencies() -> None:
    network = example.encoder()
    rough, smooth = (
        find(network, "activation_2", smoothness=smoothness).patches for smoothness in (0.0, 2.0)
    )
    differences = [np.abs(np.diff(patches, axis=1)).mean() for patches in (rough, smooth)]
    assert differences[1] < 0.7 * differences[0]
