"""Measure one or a few rows of ``gpu_check`` in a separate process.

    PYTHONPATH=src python -m benchmarks.gpu_rows <name> <Load as JSON>

TensorFlow can configure devices, threads and memory only once per process. The answer is the last
line of standard output, as JSON; an error becomes ``{"error": its first line}``.
"""

import dataclasses
import hashlib
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from latentmaps import machine
from latentmaps.params import loader
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae

PARAMS = loader.load(Path(__file__).parents[1] / "params.yaml")

# TensorFlow is imported after `machine`, which suppresses its messages during import
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks import clock, gpu_machine, measuring, workload  # noqa: E402
from latentmaps.faces.dataset import arrays  # noqa: E402
from latentmaps.training import fit  # noqa: E402
from latentmaps.vae.training import (  # noqa: E402
    batches,
    compute_dtype,
    vae_task,
    vae_training,
)

NUM_VALIDATION = 8

Answer = dict[str, Any]


@dataclass(frozen=True)
class Load:
    """The data and settings of a row.

    Attributes:
        device: gpu or cpu.
        images: file with (num_images, 96, 96, 3), uint8, 0..255.
        batch_size: images per step.
        num_steps: steps of a single training run, or steps per round when a speed is measured.
        num_rounds: rounds when a speed is measured, after one that compiles and warms up.
        network: values of the section ``train_vae`` that make the network of params.yaml smaller.
        settings: settings of the row: ``precision``, ``jit_compile``, ``tensor_float_32`` and
            ``limit_mib``. For speeds, ``ways`` is a list of triples: ``jit_compile``,
            ``precision``, and whether batches are prefetched to the device.
    """

    device: Literal["gpu", "cpu"]
    images: str
    batch_size: int
    num_steps: int
    num_rounds: int
    network: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def configure(self) -> machine.Setup:
        """Configure TensorFlow for this row, as a stage would."""
        tf.config.experimental.enable_tensor_float_32_execution(
            self.settings.get("tensor_float_32", True)
        )
        return machine.configure(
            dataclasses.replace(
                PARAMS.section(Machine),
                device=self.device,
                jit_compile=self.settings.get("jit_compile", "auto"),
                gpu_memory_limit_mib=self.settings.get("limit_mib"),
            )
        )

    def task(self, *, epochs: int, steps_per_epoch: int, **changes: Any) -> vae_task.Task:
        """Return the task of params.yaml, on the images of this row."""
        section = dataclasses.replace(
            PARAMS.section(TrainVae),
            epochs=epochs,
            batch_size=self.batch_size,
            **{"precision": self.settings.get("precision", "float32")} | {**self.network} | changes,
        )
        images = arrays.open_images(Path(self.images))
        rows = np.arange(steps_per_epoch * self.batch_size) % (len(images) - NUM_VALIDATION)
        parts = {"train": rows, "validation": np.arange(-NUM_VALIDATION, 0) + len(images)}
        return vae_task.Task.for_faces(
            section, images, parts, kl_weight=section.fact, seed=1, validation_seed=1
        )


def measure_speed(load: Load) -> Answer:
    """Return the images per second of each variant and round, and the errors of those that fail.

    The variants take turns in rotated order. The first turn of each variant compiles and is left
    out.
    """
    setup = load.configure()
    ways: dict[str, dict[str, Any]] = {}
    for jit_compile, precision, sends_ahead in load.settings["ways"]:
        name = f"XLA {'on' if jit_compile else 'off'}, {compute_dtype.choose(precision)}"
        name += "" if sends_ahead else ", without prefetching"
        prefetch_to = setup.prefetch_to if sends_ahead else None
        ways[name] = {
            "precision": precision,
            "jit_compile": jit_compile,
            "prefetch_to": prefetch_to,
        }
    runs: dict[str, Callable[[], float]] = {}
    errors: dict[str, str] = {}

    def take_turn(name: str) -> float | None:
        if name in errors:
            return None
        try:
            if name not in runs:
                runs[name] = _timed(load, **ways[name])
            return runs[name]()
        except Exception as error:  # the other variants still run
            errors[name] = _first_line(error)
            return None

    speeds = measuring.take_turns(ways, take_turn, rounds=1 + load.num_rounds)
    return {
        "speeds": {name: speeds[name][1:] for name in speeds if name not in errors},
        "errors": errors,
    }


def _timed(
    load: Load, precision: str, *, jit_compile: bool, prefetch_to: str | None
) -> Callable[[], float]:
    """Return a function that trains an epoch and returns the images/s of the last ``num_steps``."""
    timed = workload.Load(load.batch_size, load.num_steps)
    steps = timed.num_images // load.batch_size
    task = load.task(epochs=1, steps_per_epoch=steps, precision=precision)
    model = vae_training.build(task, jit_compile=jit_compile)
    parts = {
        "train": batches.training_batches(task.train, batch_size=load.batch_size, epochs=1),
        "validation": batches.ordered_batches(task.validation, batch_size=NUM_VALIDATION),
    }
    data = {name: vae_training.with_targets(model, part) for name, part in parts.items()}

    def run() -> float:
        watch = clock.Clock(timed, "total_loss")
        fit.fit(
            model,
            lambda _: data["train"],
            validation=data["validation"],
            schedule=fit.Schedule(1, steps),
            callbacks=[*vae_training.make_callbacks(task, model), watch],
            prefetch_to=prefetch_to,
        )
        return load.num_steps * load.batch_size / watch.span.seconds

    return run


def train_first_steps(load: Load) -> Answer:
    """Return the loss of each step, a hash of the weights, and the peak memory of the device."""
    setup = load.configure()
    devices = vae_training.Devices(setup.strategy, setup.jit_compile, setup.prefetch_to)
    # with one batch per epoch, the history has a row for each step
    model, trained = vae_training.train(
        load.task(epochs=load.num_steps, steps_per_epoch=1), devices=devices
    )
    weights = b"".join(weight.numpy().tobytes() for weight in model.trainable_variables)
    return {
        "losses": trained.history["total_loss"].tolist(),
        "weights": hashlib.sha256(weights).hexdigest(),
        "peak_mib": _peak_mib(load),
        **_loss_scale(model.optimizer),
    }


def _peak_mib(load: Load) -> float | None:
    """Return the peak memory of tensors, which TensorFlow measures only on GPUs."""
    if load.device == "cpu":
        return None
    return float(tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**20)


def _loss_scale(optimizer: keras.Optimizer) -> Answer:
    """Return the loss scale of float16 and the number of steps that did not overflow."""
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return {}
    scale, steps = optimizer.dynamic_scale, optimizer.inner_optimizer.iterations
    return {"scale": float(scale), "num_good_steps": int(steps)}


def train_on_several(load: Load) -> Answer:
    """Return the losses on one device and on all; a single device is split into two."""
    tf.config.experimental.enable_tensor_float_32_execution(False)
    kind = load.device.upper()
    physical = tf.config.list_physical_devices(kind)
    if len(physical) == 1:
        limit = load.settings.get("limit_mib") if kind == "GPU" else None
        logical = [tf.config.LogicalDeviceConfiguration(memory_limit=limit)] * 2
        tf.config.set_logical_device_configuration(physical[0], logical)
    else:
        for gpu in physical:
            tf.config.experimental.set_memory_growth(gpu, True)
    tf.config.threading.set_inter_op_parallelism_threads(1)  # as `machine.configure` does
    names = [device.name for device in tf.config.list_logical_devices(kind)]
    load = dataclasses.replace(load, batch_size=load.batch_size // len(names) * len(names))
    # batch normalization uses the statistics of each device's share, so its losses would differ
    task = load.task(epochs=load.num_steps, steps_per_epoch=1, batch_norm="none")
    one, several = (
        vae_training.train(task, devices=vae_training.Devices(strategy))[1].history
        for strategy in (None, tf.distribute.MirroredStrategy(names))
    )
    return {
        "num_devices": len(names),
        "num_physical": len(physical),
        "one": one["total_loss"].tolist(),
        "several": several["total_loss"].tolist(),
    }


ROWS: Mapping[str, Callable[[Load], Answer]] = {
    "machine": lambda _: gpu_machine.describe(),
    "speed": measure_speed,
    "first_steps": train_first_steps,
    "several": train_on_several,
}


def main() -> None:
    """Measure one row and print the answer."""
    name, load = sys.argv[1], Load(**json.loads(sys.argv[2]))
    try:
        answer = ROWS[name](load)
    except Exception as error:  # the table reports every kind of error
        answer = {"error": _first_line(error)}
    print(json.dumps(answer))


def _first_line(error: Exception) -> str:
    """Return the type and first line of an error, and print its traceback to standard error."""
    traceback.print_exception(error)
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


if __name__ == "__main__":
    main()
