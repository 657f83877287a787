"""Compare the OIPs with the results of an independent and much longer ascent, the oracle.

    PYTHONPATH=src python -m benchmarks.oip_oracle [--model FOLDER --digits FILE] [--ends FOLDER]

The oracle starts only from 1/f noise and applies Adam to the pixels, with a cosine learning-rate
schedule. The gradient includes the standardization of the image. No image stops or is dropped. For
each layer, the table shows ratios of activations: that of an OIP with free pixels, divided by the
best result of the oracle for the same map.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import draw_oips, measuring

STEP_SIZE = 0.1
CHUNK_SIZE = 64
HEADS = (
    "layer", "maps", "median of stage / oracle", "worst", "below 0.95", "seconds of the stage",
    "of the oracle",
)  # fmt: skip

Activations = npt.NDArray[np.float32]


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model",
        type=Path,
        help="folder written by train_cnn; default: train for one epoch on the bundled digits",
    )
    parser.add_argument(
        "--digits", type=Path, help="file written by fetch_digits; default: the bundled digits"
    )
    draw_oips.add_digits_flag(parser)
    parser.add_argument(
        "--ends", type=Path, help="folder for the results of the oracle; existing ones are reused"
    )
    layers = list(draw_oips.LAYERS)
    parser.add_argument("--layers", nargs="+", choices=layers, default=layers, help="default: all")
    parser.add_argument("--num-starts", type=int, default=48, help="starts per map of the oracle")
    parser.add_argument("--num-steps", type=int, default=400, help="steps of oracle and stage")
    parser.add_argument("--seed", type=int, default=1, help="seed of the stage")
    arguments = parser.parse_args()
    print(f"oracle: {arguments.num_starts} starts per map, {arguments.num_steps} steps\n")
    measuring.print_table(HEADS, rows(arguments))


def rows(arguments: argparse.Namespace) -> Iterator[list[str]]:
    """Yield a table row for each layer."""
    from latentmaps import machine
    from latentmaps.oips import cnn_layers
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

    params = loader.load(measuring.ROOT / "params.yaml")
    machine.configure(params.section(Machine))
    digits = load_digits(arguments.digits, arguments.num_digits)
    model = load_model(params, arguments.model, arguments.num_digits)
    for layer_name in arguments.layers:
        networks = cnn_layers.up_to(model, layer_name)
        of_oracle, seconds = run_oracle(networks, arguments)
        of_stage, stage_seconds = run_stage(model, layer_name, digits, params, arguments)
        best = of_oracle.max(axis=1)
        ratios = of_stage[best > 0] / best[best > 0]  # no 1/f noise excites the other maps
        yield [
            layer_name,
            str(len(ratios)),
            f"{np.median(ratios):.3f}",
            f"{ratios.min():.3f}",
            str((ratios < 0.95).sum()),
            f"{stage_seconds:.1f}",
            f"{seconds:.1f}",
        ]


def load_model(params: Any, folder: Path | None, num_digits: int | None) -> Any:
    """Load the CNN from a folder, or train one for an epoch on the bundled digits."""
    from latentmaps.cnn.network import cnn

    if folder:
        return cnn.load(folder)
    with tempfile.TemporaryDirectory() as trained:
        draw_oips.train(params, draw_oips.bundled_digits(num_digits), Path(trained) / "cnn")
        return cnn.load(Path(trained) / "cnn")


def load_digits(path: Path | None, num_digits: int | None) -> Any:
    """Load the digits from a file, or the bundled ones if no file is given."""
    from latentmaps.digits.dataset import digits

    return digits.load(path) if path else draw_oips.bundled_digits(num_digits)


def run_stage(
    model: Any, layer_name: str, digits: Any, params: Any, arguments: argparse.Namespace
) -> tuple[Activations, float]:
    """Return the activations for a layer's OIPs with free pixels, (num_maps,), and the seconds."""
    import dataclasses

    from latentmaps.oips import layer
    from latentmaps.params.draw_oips import DrawOips

    section = dataclasses.replace(params.section(DrawOips), num_steps=arguments.num_steps)
    started = time.perf_counter()
    # as in the stage draw_oips on a CPU
    others: dict[str, Any] = {"jit_compile": False, "chunk_size": 64}
    results = layer.study(model, layer_name, digits, section, seed=arguments.seed, **others)
    return results.oips.free.activations, time.perf_counter() - started


def run_oracle(networks: Any, arguments: argparse.Namespace) -> tuple[Activations, float]:
    """Return the activations that the oracle reaches, (num_maps, num_starts), and the seconds.

    Results in the folder ``--ends`` are reused, including their seconds.
    """
    path = arguments.ends / f"{networks.layer_name}.npz" if arguments.ends else None
    if path and path.exists():
        with np.load(path) as known:
            return known["ends"], float(known["seconds"])
    started = time.perf_counter()
    activations = run_adam(networks, arguments.num_starts, arguments.num_steps)
    seconds = time.perf_counter() - started
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, ends=activations, seconds=seconds)
    return activations, seconds


def run_adam(networks: Any, num_starts: int, num_steps: int) -> Activations:
    """Return the highest activation reached from each start, (num_maps, num_starts)."""
    import tensorflow as tf

    units = np.repeat(np.arange(networks.num_units, dtype=np.int32), num_starts)
    images = np.concatenate([sample_fourier(num_starts, i) for i in range(networks.num_units)])
    adam = make_adam(networks.objective, num_steps)
    best = np.zeros(len(units), np.float32)
    for first in range(0, len(units), CHUNK_SIZE):
        rows = slice(first, first + CHUNK_SIZE)
        best[rows] = adam(tf.constant(images[rows, ..., np.newaxis]), tf.constant(units[rows]))
    return best.reshape(-1, num_starts)


def sample_fourier(num_images: int, map_index: int) -> npt.NDArray[np.float32]:
    """Sample standardized noise with a spectrum of 1 / frequency, (num_images, 28, 28)."""
    generator = np.random.default_rng([0, map_index])
    frequencies = np.hypot(np.fft.fftfreq(28)[:, None], np.fft.rfftfreq(28))
    frequencies[0, 0] = np.inf
    spectra = np.fft.rfft2(generator.standard_normal((num_images, 28, 28))) / frequencies
    images = np.fft.irfft2(spectra, s=(28, 28))
    images -= images.mean(axis=(1, 2), keepdims=True)
    return (images / images.std(axis=(1, 2), keepdims=True)).astype(np.float32)


def make_adam(activate: Callable[[Any, Any], Any], num_steps: int) -> Callable[[Any, Any], Any]:
    """Return the function (images, map_indices) -> highest activations (n,) of an Adam ascent.

    Source: Kingma and Ba 2015, algorithm 1, with decays of 0.9 and 0.999.
    """
    import tensorflow as tf

    def excite(images: Any, map_indices: Any) -> Any:
        return activate(tf.image.per_image_standardization(images), map_indices)

    @tf.function
    def ascend(images: Any, map_indices: Any) -> Any:
        first = second = tf.zeros_like(images)
        best = tf.zeros_like(images[:, 0, 0, 0])
        for number in tf.range(1.0, num_steps + 1.0):
            with tf.GradientTape() as tape:
                tape.watch(images)
                activations = excite(images, map_indices)
            gradients = tape.gradient(activations, images)
            best = tf.maximum(best, activations)
            first = 0.9 * first + 0.1 * gradients
            second = 0.999 * second + 0.001 * gradients**2
            spread = tf.sqrt(second / (1 - 0.999**number)) + 1e-12
            size = STEP_SIZE * 0.5 * (1 + tf.cos(np.pi * number / num_steps))
            images += size * first / (1 - 0.9**number) / spread
        return tf.maximum(best, excite(images, map_indices))

    return ascend


if __name__ == "__main__":
    main()
