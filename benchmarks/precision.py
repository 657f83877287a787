"""What float32 and bfloat16 cost on this machine: one training step of the VAE of params.yaml.

    make benchmarks

Both steps are compiled in one process and run in turn, so that a busy machine slows both. Prints
medians and their ratio.
"""

import argparse
import statistics
import time
from pathlib import Path

from latentmaps import machine
from latentmaps.params import loader
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae

PARAMS = loader.load(Path(__file__).parents[1] / "params.yaml")
SETUP = machine.configure(PARAMS.section(Machine))

# TensorFlow's settings come first
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from latentmaps.models import kl, vae  # noqa: E402


def main() -> None:
    """Measures and prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    section = PARAMS.section(TrainVae)
    images = tf.constant(
        np.random.default_rng(1).integers(0, 256, (section.batch_size, 96, 96, 3), dtype=np.uint8)
    )
    steps = {precision: compiled_step(section, precision) for precision in ("float32", "bfloat16")}
    seconds: dict[str, list[float]] = {precision: [] for precision in steps}
    for repeat in range(repeats + 2):
        for precision, step in steps.items():
            started = time.perf_counter()
            float(step(images)["total_loss"])  # waits for the device
            if repeat >= 2:  # the first calls compile
                seconds[precision].append(time.perf_counter() - started)
    medians = {precision: statistics.median(values) for precision, values in seconds.items()}
    print(
        f"auto gives {SETUP.precision('auto')} here; {len(images)} images a step, {repeats} steps"
    )
    print("| precision | step [ms] | images/s |\n| --- | --- | --- |")
    for precision, median in medians.items():
        print(f"| {precision} | {1000 * median:.0f} | {len(images) / median:.0f} |")
    print(f"\nbfloat16 / float32: {medians['bfloat16'] / medians['float32']:.1f}")


def compiled_step(section: TrainVae, precision: str) -> "tf.types.experimental.PolymorphicFunction":
    """Gives a compiled training step of the network of params.yaml."""
    architecture = vae.Architecture(
        image_size=96,
        num_channels=3,
        latent_dim=section.latent_dim,
        filters=section.filters,
        kernel_sizes=section.kernel_sizes,
        strides=section.strides,
        activation=section.activation,
        batch_norm=section.batch_norm,
    )
    model = kl.TrainStepVae(
        vae.build_encoder(architecture, precision=precision),
        vae.build_decoder(architecture, precision=precision),
        kl_weight=section.fact,
        seed=1,
    )
    model.compile(
        optimizer=keras.optimizers.Adam(section.learning_rate), jit_compile=SETUP.jit_compile
    )
    return tf.function(model.train_step, jit_compile=SETUP.jit_compile)


if __name__ == "__main__":
    main()
