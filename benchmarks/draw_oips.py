"""How fast OIPs are found, beside the loops that a user would write or install instead.

    PYTHONPATH=src python -m benchmarks.draw_oips [--tf-keras-vis FOLDER]

A CNN of params.yaml, trained for one epoch on the bundled digits. Each way has its own process,
in turn, on the threads of params.yaml; medians over the rounds. Starts and imports are not counted,
traces only for ours (0.2 s a layer). Loops over single maps are timed on some maps and steps, and
scaled up to all 224 maps and 400 steps.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import measuring

LAYERS = {"Conv2D_1": 32, "Conv2D_2": 64, "Conv2D_3": 128}
NUM_STEPS = 400
SAMPLE_MAPS = 2
# fewer for those that take long: a step takes the same time as any other
SAMPLE_STEPS = {"source-graph": 200, "source-eager": 40, "tf-keras-vis": 20}
OURS = {
    "ours-4": "ours, 4 starts, 400 steps, none stops",
    "ours-1": "ours, 1 start, 400 steps, none stops",
    "defaults": "ours with params.yaml: 5 starts, free and in range, scores",
}
OTHERS = {
    "source-graph": "map by map, the step as a `tf.function`",
    "source-eager": "map by map, eager, as in the source",
    "tf-keras-vis": "map by map, tf-keras-vis",
}


def main() -> None:
    """Measure and print a table in Markdown; or run one way, for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tf-keras-vis", type=Path, help="a folder in which pip has put it")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(run_way(arguments.way, arguments.model, arguments.tf_keras_vis)))
        return
    ways = [*OURS, *OTHERS] if arguments.tf_keras_vis else [*OURS, *OTHERS][:-1]
    runs: dict[str, list[measuring.Run]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "cnn"
        measuring.run("benchmarks.draw_oips", ["--way", "train", "--model", str(model)])
        for _ in range(arguments.rounds):
            for way in ways:
                command = ["--way", way, "--model", str(model)]
                if arguments.tf_keras_vis:
                    command += ["--tf-keras-vis", str(arguments.tf_keras_vis)]
                runs[way].append(measuring.run("benchmarks.draw_oips", command))
    print_table(runs, arguments.rounds)


def run_way(way: str, model_folder: Path, tf_keras_vis: Path | None) -> dict[str, float]:
    """Return the seconds of one way for each layer, scaled up to all its maps and steps."""
    from latentmaps import machine
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

    params = loader.load(measuring.ROOT / "params.yaml")
    machine.configure(params.section(Machine))
    if way == "train":
        train(params, model_folder)
        return {}
    from latentmaps.cnn.network import cnn

    model = cnn.load(model_folder)
    if way in OURS:
        return {layer: time_ours(way, params, model, layer) for layer in LAYERS}
    from benchmarks import per_map_loops

    seconds = {}
    for layer, num_maps in LAYERS.items():
        sample: dict[str, Any] = {"num_maps": SAMPLE_MAPS, "num_steps": SAMPLE_STEPS[way]}
        if way == "tf-keras-vis":
            assert tf_keras_vis is not None  # noqa: S101 - main gives it
            taken = per_map_loops.time_tf_keras_vis(model, layer, tf_keras_vis, **sample)
        else:
            is_graph = way == "source-graph"
            taken = per_map_loops.time_source(model, layer, graph=is_graph, **sample)
        seconds[layer] = taken * num_maps / SAMPLE_MAPS * NUM_STEPS / SAMPLE_STEPS[way]
    return seconds


def train(params: Any, folder: Path) -> None:
    """Train the CNN of params.yaml for one epoch on the bundled digits."""
    import dataclasses

    from latentmaps.cnn.network import cnn
    from latentmaps.cnn.training import cnn_training
    from latentmaps.params.train_cnn import TrainCnn

    section = dataclasses.replace(params.section(TrainCnn), epochs=1)
    model, _ = cnn_training.train(
        section, bundled_digits(), seed=1, split_seed=1, jit_compile=False
    )
    cnn.save(folder, cnn_training.architecture(section), model)


def bundled_digits() -> Any:
    """Return the digits of the repository."""
    from latentmaps.digits.dataset import digits

    return digits.load(measuring.ROOT / "data/bundled/mnist_12k.npz")


def time_ours(way: str, params: Any, model: Any, layer_name: str) -> float:
    """Return the seconds of our search for a layer."""
    import dataclasses

    import numpy as np

    from latentmaps.oips import ascent, excitation, layer, start_images
    from latentmaps.params.draw_oips import DrawOips

    section = params.section(DrawOips)
    networks = excitation.networks(model, layer_name)
    digits = bundled_digits()
    others: dict[str, Any] = {"seed": 1, "jit_compile": False, "chunk_size": 128}
    if way == "defaults":
        started = time.perf_counter()
        layer.study(networks, digits, section, **others)
        return time.perf_counter() - started
    num_starts = int(way.removeprefix("ours-"))
    # float32 takes this threshold for 0: nothing is calm
    endless = dataclasses.replace(
        section, start_kinds=("scales",), num_starts=num_starts, convergence_threshold=1e-60
    )
    maps = np.arange(networks.num_maps)
    starts = start_images.sample(digits, endless, map_indices=maps, seed=1)
    # a silent start would take no time: it gets the start of a map that is not
    activations = excitation.measure(networks.means, starts.reshape(-1, 28, 28))
    loud = starts.reshape(-1, 28, 28)[np.repeat(activations.argmax(axis=0), num_starts)]
    climbers = loud.reshape(starts.shape)
    one_step = dataclasses.replace(endless, num_steps=1)
    others["pixel_range"] = None
    ascent.ascend(networks.mean_of_one_map, climbers, maps, one_step, **others)
    started = time.perf_counter()
    result = ascent.ascend(networks.mean_of_one_map, climbers, maps, endless, **others)
    seconds = time.perf_counter() - started
    share = float((result.num_steps == endless.num_steps).mean())
    return seconds / share  # as if the maps that nothing excites had climbed, too


def print_table(runs: dict[str, list[measuring.Run]], rounds: int) -> None:
    """Print medians, and how many times longer the others take than ours, round by round."""
    print(f"224 maps, 400 steps, {rounds} rounds\n")
    print("| way | seconds | ms a map, start and step | times ours (4 starts) | peak memory [MB] |")
    print("| --- | --- | --- | --- | --- |")
    totals = {
        way: [sum(json.loads(run.output.splitlines()[-1]).values()) for run in of_way]
        for way, of_way in runs.items()
    }
    for way, words in (OURS | OTHERS).items():
        if way not in totals:
            continue
        num_starts = 4 if way == "ours-4" else 1
        seconds = statistics.median(totals[way])
        each = seconds * 1000 / (sum(LAYERS.values()) * num_starts * NUM_STEPS)
        pairs = zip(totals[way], totals["ours-4"], strict=True)
        ratio = statistics.median(other / (mine / 4) / num_starts for other, mine in pairs)
        peak = statistics.median(run.peak_mb for run in runs[way])
        numbers = "| |" if way == "defaults" else f"| {each:.3f} | {ratio:.1f} x"
        print(f"| {words} | {seconds:,.0f} {numbers} | {peak:,.0f} |")


if __name__ == "__main__":
    main()
