"""Train small VAEs on several devices in a separate process and print a line of JSON for each.

    python -m tests.vae.training.spread_training <number of devices> <trainings>

More than one device means logical devices of the CPU; 0 means the workers in TF_CONFIG. The
trainings are a JSON list of pairs: the parameters that differ from those of the small VAE, and a
folder for checkpoints or null.
"""

import json
import sys
from pathlib import Path
from typing import Any

import tensorflow as tf

from latentmaps import machine
from latentmaps.params.machine import Machine


def main() -> None:
    num_devices = int(sys.argv[1])
    where = Machine(
        device="cpu",
        gpu_memory_limit_mib=None,
        cpu_threads=1,
        jit_compile="auto",
        cache_images=False,
    )
    if num_devices > 1:
        cpu = tf.config.list_physical_devices("CPU")[0]
        logical = [tf.config.LogicalDeviceConfiguration()] * num_devices
        tf.config.set_logical_device_configuration(cpu, logical)
    setup = machine.configure(where, spread=num_devices == 0)
    strategy = setup.strategy
    if num_devices > 1:
        names = [f"CPU:{index}" for index in range(num_devices)]
        strategy = tf.distribute.MirroredStrategy(names)

    for changes, folder in json.loads(sys.argv[2]):
        result = train(num_devices, strategy, changes, folder)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


def train(
    num_devices: int,
    strategy: tf.distribute.Strategy | None,
    changes: dict[str, Any],
    folder: str | None,
) -> dict[str, Any]:
    from tests.vae.example_vae import ONE_LAYER, task

    from latentmaps.vae.training import vae_task, vae_training
    from latentmaps.vae.training.film import FilmRecorder

    what = task(epochs=3, corruption="noise", **ONE_LAYER, **changes)
    checkpoints = None
    if folder is not None:
        checkpoints = vae_task.open_checkpoints(what, Path(folder), images=Path(__file__), code={})
        checkpoints.folder.mkdir(parents=True, exist_ok=True)
    recorder = FilmRecorder(what, checkpoints)
    model, trained = vae_training.train(
        what, devices=vae_training.Devices(strategy), checkpoints=checkpoints, film=recorder
    )
    first = model.trainable_variables[0].numpy().ravel()[:5].tolist()
    result = {"history": trained.history.to_dict("list"), "weights": first}
    if num_devices:  # with several machines, only the first one has the film
        result["film"] = recorder.film(3).random[:, :2].tolist()
    return result


if __name__ == "__main__":
    main()
