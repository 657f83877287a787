"""Train the small VAE with and without prefetching to a second logical device of the CPU.

    python -m tests.vae.training.prefetching

The program prints JSON: the histories, and the devices on which training and validation batches
arrived, for a plain step and for one compiled with XLA.
"""

import json
import sys
import warnings
from typing import Any

import tensorflow as tf

from latentmaps import machine
from latentmaps.params.machine import Machine


def main() -> None:
    warnings.simplefilter("error")
    cpu = tf.config.list_physical_devices("CPU")[0]
    logical = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, logical)
    # one inter-op thread, as in every stage: prefetching must not need a second one
    machine.configure(
        Machine(
            device="cpu",
            gpu_memory_limit_mib=None,
            cpu_threads=1,
            jit_compile="auto",
            cache_images=False,
        )
    )

    from tests.vae.example_vae import ONE_LAYER, task

    from latentmaps.training import fit
    from latentmaps.vae.training import vae_training

    arrived: list[list[str]] = []
    feed = fit.make_feed

    def recording_feed(batches: tf.data.Dataset, prefetch_to: str | None) -> tf.data.Dataset:
        fed = feed(batches, prefetch_to)
        parts = [part for batch in fed for part in tf.nest.flatten(batch)]
        arrived.append(sorted({part.device.rpartition("device:")[2] for part in parts}))
        return fed

    fit.make_feed = recording_feed
    what = task(kl_method="output_transfer", corruption="noise", **ONE_LAYER)
    printed: dict[str, Any] = {}
    for step in ("plain", "xla"):
        histories = []
        for prefetch_to in ("CPU:1", None):
            devices = vae_training.Devices(jit_compile=step == "xla", prefetch_to=prefetch_to)
            histories.append(vae_training.train(what, devices=devices)[1].history.to_dict("list"))
        printed[step] = {"histories": histories, "arrived": arrived.copy()}
        arrived.clear()
    sys.stdout.write(json.dumps(printed) + "\n")


if __name__ == "__main__":
    main()
