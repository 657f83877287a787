"""The networks compute the same results on a GPU as on the CPU.

`make gpu-check` runs these tests.
"""

import functools
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tests.vae.example_vae import task

from latentmaps.training import fit
from latentmaps.vae.network.layers import Dropout
from latentmaps.vae.training import batches, kl, vae_training

TESTED = os.environ.get("LATENTMAPS_TESTED_DEVICE", "GPU:0")
NUM_STEPS = 3

pytestmark = pytest.mark.gpu
compiled_or_not = pytest.mark.parametrize("jit_compile", [False, True])


@pytest.fixture(scope="module")
def device() -> Iterator[str]:
    """The GPU, or a second logical CPU if LATENTMAPS_TESTED_DEVICE is CPU:1."""
    if TESTED == "CPU:1":
        cpu = tf.config.list_physical_devices("CPU")[0]
        logical = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, logical)
    elif not tf.config.list_physical_devices("GPU"):
        pytest.skip("TensorFlow sees no GPU; `make gpu-check` runs this on a machine with one")
    with_tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    yield TESTED
    tf.config.experimental.enable_tensor_float_32_execution(with_tf32)


@functools.cache
def losses(device: str, *, jit_compile: bool, **changes: Any) -> dict[str, list[float]]:
    """Return the numbers of the first steps, by name; each step has its own batch."""
    what = task(**changes)
    with tf.device(device):
        model = vae_training.build(what, jit_compile=jit_compile)
        data = batches.training_batches(what.train, batch_size=4, epochs=1)
        step = tf.function(model.train_step, jit_compile=jit_compile)
        logs = []
        for batch in vae_training.with_targets(model, data):
            model.reset_metrics()
            logs.append(step(batch))
    assert len(logs) == NUM_STEPS
    assert {value.device.rpartition("device:")[2] for value in logs[0].values()} == {device}
    return {name: [float(numbers[name]) for numbers in logs] for name in logs[0]}


def assert_near(mine: dict[str, list[float]], other: dict[str, list[float]], rel: float) -> None:
    for name, values in other.items():
        assert mine[name] == pytest.approx(values, rel=rel), name


@pytest.mark.parametrize(
    ("method", "jit_compile"), [("train_step", False), *((method, True) for method in kl.METHODS)]
)
def test_the_first_steps_have_the_same_losses_as_on_the_cpu(
    device: str, method: str, jit_compile: bool
) -> None:
    expected = losses("CPU:0", jit_compile=False, kl_method=method)
    assert_near(losses(device, jit_compile=jit_compile, kl_method=method), expected, 1e-4)


@compiled_or_not
def test_dropout_drops_the_same_values_as_on_the_cpu(device: str, jit_compile: bool) -> None:
    dropped = []
    for name in ("CPU:0", device):
        with tf.device(name):
            layer = Dropout(0.25, seed=3)
            step = tf.function(lambda ones: layer(ones, training=True), jit_compile=jit_compile)  # noqa: B023
            dropped.append(step(tf.ones((64, 512))).numpy() == 0.0)
    np.testing.assert_array_equal(*dropped)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_the_first_losses_in_other_compute_dtypes_are_close_to_the_cpu(
    device: str, precision: str
) -> None:
    expected = losses("CPU:0", jit_compile=False)
    mine = losses(device, jit_compile=True, precision=precision)
    # the first step only: float16 updates no weight until it has found its scale
    for name, tolerance in (("total_loss", 1e-2), ("reconstruction_loss", 1e-2), ("kl_nats", 5e-2)):
        assert mine[name][0] == pytest.approx(expected[name][0], rel=tolerance)


def test_batches_are_prefetched_to_the_device_as_bytes(device: str) -> None:
    what = task()
    data = batches.training_batches(what.train, batch_size=4, epochs=1)
    plain, ahead = (list(fit.make_feed(data, name)) for name in (None, device))
    assert len(ahead) == NUM_STEPS
    for mine, other in zip(tf.nest.flatten(ahead), tf.nest.flatten(plain), strict=True):
        assert mine.device.endswith(device)
        assert mine.dtype == other.dtype
        np.testing.assert_array_equal(mine, other)


@compiled_or_not
def test_bytes_become_the_same_pixels_as_on_the_cpu(device: str, jit_compile: bool) -> None:
    levels = np.arange(256, dtype=np.uint8)
    with tf.device(device):
        pixels = tf.function(batches.as_pixels, jit_compile=jit_compile)(tf.constant(levels))
    np.testing.assert_allclose(pixels, levels.astype(np.float32) / np.float32(255), rtol=2e-7)


def test_a_whole_training_runs_with_the_settings_of_a_stage(device: str) -> None:
    what = task(dropout_rate=0.2, corruption="noise", batch_norm="none")
    with tf.device("CPU:0"):
        plain = vae_training.train(what, devices=vae_training.Devices())[1].history
    with tf.device(device):
        devices = vae_training.Devices(jit_compile=True, prefetch_to=device)
        mine = vae_training.train(what, devices=devices)[1].history
    for name in plain:
        assert mine[name].tolist() == pytest.approx(plain[name].tolist(), rel=1e-3), name
