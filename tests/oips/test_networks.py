"""The ascent on any network: color images, images that are not square, and the VAE's encoder."""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from tests.oips.conftest import randomize
from tests.oips.example_results import PARAMS

from latentmaps.oips import ascent, excitation, networks, receptive_fields, starts
from latentmaps.oips.constraints import Constraint, clipped, standardized
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import AscentResult
from latentmaps.oips.start_images import StartImageSpec
from latentmaps.vae.network import vae
from latentmaps.vae.network.architecture import Architecture

PIXELS = clipped((0.0, 1.0))
_CPUINFO = Path("/proc/cpuinfo")
HAS_AVX512 = _CPUINFO.exists() and "avx512f" in _CPUINFO.read_text(encoding="utf-8").split()


def search(
    cut: Networks, constraint: Constraint, *, units: npt.NDArray[np.int64] | None = None
) -> AscentResult:
    """Run the ascent from random start images."""
    indices = np.arange(cut.num_units) if units is None else units
    chosen = starts.choose(
        cut,
        StartImageSpec(cut.shape, PARAMS, None),
        map_indices=indices,
        constraint=constraint,
        seed=4,
        chunk_size=8,
    )
    return ascent.ascend(
        cut.objective,
        chosen.images,
        indices,
        PARAMS,
        constraint=constraint,
        seed=4,
        jit_compile=False,
        chunk_size=8,
    )


@functools.cache
def search_all(
    model: keras.Model, layer_name: str, objective_name: str, constraint: Constraint
) -> AscentResult:
    """Run the ascent for all units of a layer; several tests share the results."""
    return search(networks.up_to(model, layer_name, objective_name), constraint)


@pytest.mark.slow
@pytest.mark.parametrize("constraint", [standardized, PIXELS], ids=["standardized", "clipped"])
@pytest.mark.parametrize(
    ("layer_name", "objective_name"),
    [
        ("edges", "mean"),
        ("edges", "max"),
        ("edges", "position"),
        ("rectified", "mean"),
        ("rectified", "max"),
        ("rectified", "position"),
        ("units", "unit"),
    ],
)
def test_the_ascent_increases_the_objective_of_every_live_unit(
    color_model: keras.Model, layer_name: str, objective_name: str, constraint: Constraint
) -> None:
    cut = networks.up_to(color_model, layer_name, objective_name)
    assert cut.shape == (40, 30, 3)
    found = search_all(color_model, layer_name, objective_name, constraint)
    assert found.images.shape == (cut.num_units, PARAMS.num_starts, 40, 30, 3)
    begun = found.curves[..., 0]
    is_live = begun > cut.objective.floor
    assert is_live.any(axis=1).all()
    assert (found.activations[is_live] > begun[is_live]).all()
    for start in range(PARAMS.num_starts):
        measured = np.diag(excitation.measure(cut.responses, found.images[:, start]))
        np.testing.assert_allclose(found.activations[:, start], measured, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_images_keep_meeting_the_constraint(color_model: keras.Model) -> None:
    free, pixels = (
        search_all(color_model, "edges", "mean", constraint).images
        for constraint in (standardized, PIXELS)
    )
    np.testing.assert_allclose(free.mean(axis=(2, 3, 4)), 0, atol=1e-4)
    np.testing.assert_allclose(free.std(axis=(2, 3, 4)), 1, rtol=1e-3)
    assert pixels.min() == 0
    assert pixels.max() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layer_name", "objective_name"), [("rectified", "mean"), ("edges", "max"), ("units", "unit")]
)
def test_the_results_of_a_unit_do_not_depend_on_the_other_units(
    color_model: keras.Model, layer_name: str, objective_name: str
) -> None:
    cut = networks.up_to(color_model, layer_name, objective_name)
    together, alone = search(cut, PIXELS), search(cut, PIXELS, units=np.array([3]))
    for field in dataclasses.fields(alone):
        mine, theirs = getattr(alone, field.name)[0], getattr(together, field.name)[3]
        # without AVX-512, some rows of the matrix product of a dense layer are rounded differently
        rtol = 1e-5 if objective_name == "unit" and not HAS_AVX512 else 0
        np.testing.assert_allclose(mine, theirs, rtol=rtol, atol=rtol, err_msg=field.name)


def test_only_a_map_after_a_relu_can_be_silent(color_model: keras.Model) -> None:
    silent = networks.up_to(color_model, "rectified", "mean")
    assert silent.objective.floor == 0
    assert silent.max_pre_activations is not None
    for layer_name, objective_name in (("edges", "mean"), ("rectified", "max"), ("units", "unit")):
        cut = networks.up_to(color_model, layer_name, objective_name)
        assert cut.objective.floor == -np.inf
        assert cut.max_pre_activations is None


def test_a_network_that_is_not_a_chain_has_no_patches(color_model: keras.Model) -> None:
    assert networks.on_patches(color_model, "units") is None
    assert networks.on_patches(color_model, "rectified") is not None


def field_of_center(layers: Sequence[keras.layers.Layer]) -> tuple[slice, slice]:
    """Return the rows and columns that the central position of the last layer sees.

    None of the windows on the way may reach beyond a border.
    """
    slices = []
    for axis in (1, 2):
        first = last = layers[-1].output.shape[axis] // 2
        for layer in reversed(layers):
            if not hasattr(layer, "strides"):
                continue
            size, stride = layer.input.shape[axis], layer.strides[axis - 1]
            window = getattr(layer, "kernel_size", None) or layer.pool_size
            # in TensorFlow's padding "same", the smaller half comes first
            needed = (-(-size // stride) - 1) * stride + window[axis - 1] - size
            before = max(needed, 0) // 2 if layer.padding == "same" else 0
            first, last = first * stride - before, last * stride - before + window[axis - 1] - 1
            assert first >= 0
            assert last < size
        slices.append(slice(first, last + 1))
    return slices[0], slices[1]


def layers_up_to(model: keras.Model, layer_name: str) -> list[keras.layers.Layer]:
    layers = receptive_fields.chain(model, layer_name)
    assert layers is not None
    return layers


def encoder(**others: Any) -> keras.Model:
    """Build an encoder of the VAE with random weights and moving statistics."""
    values: dict[str, Any] = {
        "image_size": 48,
        "num_channels": 3,
        "latent_dim": 2,
        "filters": (4, 5, 6),
        "kernel_sizes": (3, 5, 3),
        "strides": (2, 1, 2),
        "paddings": ("same",) * 3,
        "activation": "leaky_relu",
        "batch_norm": "train",
        "dropout_rate": 0.0,
        "dense_units": None,
        "upsampling": "transpose",
    }
    keras.utils.set_random_seed(3)
    model = vae.build_encoder(Architecture(**(values | others)))
    randomize(model)
    return model


ENCODERS: list[dict[str, Any]] = [
    {"batch_norm": "train"},
    {"batch_norm": "frozen"},
    {"batch_norm": "none"},
    {"strides": (1, 2, 3)},
    {"strides": (2, 2, 2), "kernel_sizes": (4, 3, 2)},
    {"paddings": ("valid",) * 3},
    {"paddings": ("same", "valid", "same"), "strides": (2, 1, 1)},
    {"activation": "relu", "num_channels": 1, "dropout_rate": 0.3},
    {"activation": "selu", "batch_norm": "none", "dropout_rate": 0.3},
]


def assert_blind_outside(model: keras.Model, layer_name: str) -> None:
    """Assert that the central position depends on its receptive field only."""
    rows, columns = field_of_center(layers_up_to(model, layer_name))
    cut = networks.up_to(model, layer_name, "position")
    generator = np.random.default_rng(0)
    images = generator.normal(size=(cut.num_units, *cut.shape)).astype(np.float32)
    units = np.arange(cut.num_units, dtype=np.int32)
    others = generator.normal(size=images.shape).astype(np.float32)
    others[:, rows, columns] = images[:, rows, columns]
    seen = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(seen)
        values = cut.objective(seen, units)
    np.testing.assert_allclose(
        values, cut.objective(tf.constant(others), units), rtol=1e-4, atol=1e-5
    )
    influence = np.abs(tape.gradient(values, seen)).sum(axis=(0, 3))
    for axis, field in ((1, rows), (0, columns)):  # up to its borders, but not beyond
        reached = np.flatnonzero(influence.sum(axis=axis))
        assert (reached[0], reached[-1]) == (field.start, field.stop - 1)


def assert_patches_agree(model: keras.Model, layer_name: str) -> None:
    """Assert that a patch gives the values of the central position of a whole image."""
    rows, columns = field_of_center(layers_up_to(model, layer_name))
    whole, patches = (
        networks.up_to(model, layer_name, "position"),
        networks.on_patches(model, layer_name),
    )
    assert patches is not None
    assert patches.shape[:2] == (rows.stop - rows.start, columns.stop - columns.start)
    images = np.random.default_rng(1).normal(size=(5, *whole.shape)).astype(np.float32)
    expected = excitation.measure(whole.responses, images)
    found = excitation.measure(patches.responses, images[:, rows, columns])
    assert (np.ptp(expected, axis=0) > 1e-3).all()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        patches.objective(tf.constant(images[:, rows, columns]), np.zeros(5, np.int32)),
        expected[:, 0],
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.slow
@pytest.mark.parametrize("layer_name", ["edges", "parts", "normalized", "rectified"])
def test_one_position_of_a_color_network_equals_its_patch(
    color_model: keras.Model, layer_name: str
) -> None:
    assert_blind_outside(color_model, layer_name)
    assert_patches_agree(color_model, layer_name)


@pytest.mark.slow
@pytest.mark.parametrize("others", ENCODERS, ids=str)
def test_one_position_of_an_encoder_equals_its_patch(others: dict[str, Any]) -> None:
    model = encoder(**others)
    assert_blind_outside(model, "activation_3")
    for layer_name in ("convolution_1", "activation_2", "convolution_3", "activation_3"):
        assert_patches_agree(model, layer_name)


@pytest.mark.slow
def test_a_patch_has_no_padding_of_pooling_layers_either() -> None:
    layers = keras.layers
    inputs = keras.Input((30, 24, 2))
    maps = layers.DepthwiseConv2D((3, 5), padding="same", activation="tanh")(inputs)
    maps = layers.AveragePooling2D(3, strides=2, padding="same")(maps)
    maps = layers.Conv2D(4, (2, 3), activation="tanh")(maps)
    model = keras.Model(inputs, layers.MaxPooling2D((2, 1), padding="same", name="peaks")(maps))
    randomize(model)
    assert_patches_agree(model, "peaks")
