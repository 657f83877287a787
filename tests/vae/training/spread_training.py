"""Train the small VAE on several devices in a separate process and print its history as JSON.

    python -m tests.vae.training.spread_training <number of devices> <KL method> <batch_norm>
        [<folder of initial weights> <folder of checkpoints>]

More than one device means logical devices of the CPU; 0 means the workers in TF_CONFIG.
"""

import json
import sys
from pathlib import Path
from typing import Any

import tensorflow as tf

from latentmaps import machine
from latentmaps.params.machine import Machine


def main() -> None:
    num_devices, kl_method, batch_norm = int(sys.argv[1]), sys.argv[2], sys.argv[3]
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

    from tests.vae.example_vae import task

    from latentmaps.vae.training import vae_task, vae_training
    from latentmaps.vae.training.film import FilmRecorder

    changes: dict[str, Any] = {"corruption": "noise"}
    changes |= {"batch_norm": batch_norm, "kl_method": kl_method}
    checkpoints = None
    if len(sys.argv) > 4:
        changes["initial_weights"] = sys.argv[4]
        checkpoints = vae_task.open_checkpoints(
            task(**changes), Path(sys.argv[5]), images=Path(__file__), code={}
        )
        checkpoints.folder.mkdir(parents=True, exist_ok=True)
    what = task(epochs=3, **changes)
    recorder = FilmRecorder(what, checkpoints)
    model, trained = vae_training.train(
        what, devices=vae_training.Devices(strategy), checkpoints=checkpoints, film=recorder
    )
    first = model.trainable_variables[0].numpy().ravel()[:5].tolist()
    result = {"history": trained.history.to_dict("list"), "weights": first}
    if num_devices:  # with several machines, only the first one has the film
        result["film"] = recorder.film(3).random[:, :2].tolist()
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
