"""Our training, as the stage train_vae runs it, with a clock in it."""

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentmaps import machine
from latentmaps.params import loader
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae

PARAMS = loader.load(Path(__file__).parents[1] / "params.yaml")
SETUP = machine.configure(PARAMS.section(Machine))

# TensorFlow's settings come first
import keras  # noqa: E402
import numpy as np  # noqa: E402

from benchmarks import workload  # noqa: E402
from latentmaps.faces.dataset import arrays  # noqa: E402
from latentmaps.training import fit  # noqa: E402
from latentmaps.vae.training import batches, vae_task, vae_training  # noqa: E402


class Clock(keras.callbacks.Callback):
    """Times the steps behind the warm-up.

    Attributes:
        images_a_second: of those steps.
    """

    def __init__(self) -> None:
        super().__init__()
        self.images_a_second = 0.0
        self._started = 0.0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Looks at the clock; reading the loss waits for the device."""
        if batch + 1 not in (workload.NUM_WARM_UP, workload.NUM_WARM_UP + workload.NUM_STEPS):
            return
        float((logs or {})["total_loss"])
        now = time.perf_counter()
        self.images_a_second = workload.NUM_STEPS * workload.BATCH_SIZE / (now - self._started)
        self._started = now


def task(images: Path, **changes: Any) -> vae_task.Task:
    """Return the task of params.yaml, with changed values, on some images."""
    section = PARAMS.section(TrainVae)
    section = dataclasses.replace(section, epochs=1, batch_size=workload.BATCH_SIZE, **changes)
    array = arrays.open_images(images)
    num_batches = workload.NUM_WARM_UP + workload.NUM_STEPS
    # rows from the whole file, as a shuffled epoch has them
    rows = np.linspace(0, len(array) - 1, num_batches * workload.BATCH_SIZE).astype(np.int64)
    parts = {"train": rows, "validation": rows[:1]}
    return vae_task.Task.for_faces(
        section, array, parts, kl_weight=section.fact, seed=1, validation_seed=1
    )


def time_fit(images: Path, **changes: Any) -> float:
    """Return images a second of one epoch of ``training.fit``.

    Args:
        images: the file.
        changes: of values of the section ``train_vae``.
    """
    what, clock = task(images, **changes), Clock()
    model = vae_training.build(what, jit_compile=SETUP.jit_compile)

    def data(first_epoch: int) -> Any:
        epoch = batches.training_batches(
            what.train, batch_size=workload.BATCH_SIZE, epochs=1, first_epoch=first_epoch
        )
        return vae_training.with_targets(model, epoch)

    fit.fit(
        model,
        data,
        validation=vae_training.with_targets(
            model, batches.ordered_batches(what.validation, batch_size=1)
        ),
        schedule=fit.Schedule(1, what.steps_per_epoch),
        callbacks=[clock],
    )
    return clock.images_a_second
