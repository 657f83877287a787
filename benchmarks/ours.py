"""Train the VAE as the stage train_vae does, and time it."""

import dataclasses
from pathlib import Path
from typing import Any

from latentmaps import machine
from latentmaps.params import loader
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae

PARAMS = loader.load(Path(__file__).parents[1] / "params.yaml")
SETUP = machine.configure(PARAMS.section(Machine))

# imported after TensorFlow has been configured
import numpy as np  # noqa: E402

from benchmarks import clock, workload  # noqa: E402
from latentmaps.faces.dataset import arrays  # noqa: E402
from latentmaps.training import fit  # noqa: E402
from latentmaps.vae.training import batches, vae_task, vae_training  # noqa: E402


def task(images: Path, load: workload.Load, **changes: Any) -> vae_task.Task:
    """Return the task of params.yaml on some images, with changed values of ``train_vae``."""
    section = PARAMS.section(TrainVae)
    section = dataclasses.replace(section, epochs=1, batch_size=load.batch_size, **changes)
    array = arrays.open_images(images)
    # rows spread over the whole file, as in a shuffled epoch
    rows = np.linspace(0, len(array) - 1, load.num_images).astype(np.int64)
    parts = {"train": rows, "validation": rows[:1]}
    return vae_task.Task.for_faces(
        section, array, parts, kl_weight=section.fact, seed=1, validation_seed=1
    )


def time_fit(images: Path, load: workload.Load, **changes: Any) -> workload.Span:
    """Time the steps of one epoch of ``training.fit``.

    Args:
        images: file with the images.
        load: batch size and number of steps.
        **changes: changed values of the section ``train_vae``.
    """
    what, watch = task(images, load, **changes), clock.Clock(load, "total_loss")
    model = vae_training.build(what, jit_compile=SETUP.jit_compile)

    def data(first_epoch: int) -> Any:
        epoch = batches.training_batches(
            what.train, batch_size=load.batch_size, epochs=1, first_epoch=first_epoch
        )
        return vae_training.with_targets(model, epoch)

    fit.fit(
        model,
        data,
        validation=vae_training.with_targets(
            model, batches.ordered_batches(what.validation, batch_size=1)
        ),
        schedule=fit.Schedule(1, what.steps_per_epoch),
        callbacks=[*vae_training.make_callbacks(what, model), watch],
        prefetch_to=SETUP.prefetch_to,
    )
    return watch.span
