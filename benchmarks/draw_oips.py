"""How fast OIPs are found, beside the loops that a user would write or install instead.

    PYTHONPATH=src python -m benchmarks.draw_oips [--tf-keras-vis FOLDER]

A CNN of params.yaml, trained for one epoch on the bundled digits. Each way has its own process, in
turn, in another order each round, on the threads of params.yaml. Starts and imports are not
counted, traces only for ours (0.2 s a layer). Loops over single maps are timed on some maps and
steps, and scaled up to all maps and steps.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import measuring

LAYERS = {"Conv2D_1": 32, "Conv2D_2": 64, "Conv2D_3": 128}
SAMPLE_MAPS = 2
# at most, fewer for those that take long: a step takes the same time as any other
SAMPLE_STEPS = {"source-graph": 200, "source-eager": 40, "tf-keras-vis": 20}
OURS = {
    "ours-4": "ours, 4 starts, none stops",
    "ours-1": "ours, 1 start, none stops",
    "defaults": "ours with params.yaml: 25 starts, 4 to the end, free and in range, scores",
}
OTHERS = {
    "source-graph": "map by map, the step as a `tf.function`",
    "source-eager": "map by map, eager, as in the source",
    "tf-keras-vis": "map by map, tf-keras-vis",
}
TITLES = OURS | OTHERS
HEADS = (
    "way", "seconds", "ms a map, start and step", "times ours (4 starts)", "peak memory [MB]",
)  # fmt: skip


def main() -> None:
    """Measure and print a table in Markdown; or run one way, for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each way")
    parser.add_argument(
        "--layers", nargs="+", choices=list(LAYERS), default=list(LAYERS), help="by default all"
    )
    parser.add_argument("--num-steps", type=int, default=400, help="steps of gradient ascent")
    parser.add_argument(
        "--ways", nargs="+", choices=list(TITLES), default=list(TITLES), help="by default all"
    )
    parser.add_argument("--tf-keras-vis", type=Path, help="a folder in which pip has put it")
    parser.add_argument("--way", choices=["train", *TITLES], help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(run_way(arguments)))
        return
    with tempfile.TemporaryDirectory() as folder:
        shared = ["--model", f"{folder}/cnn", "--num-steps", str(arguments.num_steps)]
        shared += ["--tf-keras-vis", str(arguments.tf_keras_vis), "--layers", *arguments.layers]

        def measure(way: str) -> measuring.Run:
            return measuring.run("benchmarks.draw_oips", ["--way", way, *shared])

        measure("train")
        runs = measuring.take_turns(installed(arguments), measure, rounds=arguments.rounds)
    num_maps, num_steps = sum(LAYERS[layer] for layer in arguments.layers), arguments.num_steps
    print(f"{num_maps} maps, {num_steps} steps; {measuring.describe(arguments.rounds)}\n")
    measuring.print_table(HEADS, rows(runs, num_maps * num_steps))


def installed(arguments: argparse.Namespace) -> list[str]:
    """Return the ways whose packages are there, and say which are left out."""
    folder = arguments.tf_keras_vis
    if "tf-keras-vis" not in arguments.ways or (folder and (folder / "tf_keras_vis").is_dir()):
        return list(arguments.ways)
    print(f"left out: {TITLES['tf-keras-vis']}; --tf-keras-vis names no folder that has it")
    return [way for way in arguments.ways if way != "tf-keras-vis"]


def run_way(arguments: argparse.Namespace) -> float:
    """Return the seconds of one way for all layers, scaled up to all their maps and steps."""
    from latentmaps import machine
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

    params = loader.load(measuring.ROOT / "params.yaml")
    machine.configure(params.section(Machine))
    if arguments.way == "train":
        train(params, arguments.model)
        return 0.0
    from latentmaps.cnn.network import cnn

    model = cnn.load(arguments.model)
    time_layer = time_ours if arguments.way in OURS else time_map_by_map
    return sum(time_layer(arguments, params, model, layer) for layer in arguments.layers)


def time_map_by_map(
    arguments: argparse.Namespace, _params: Any, model: Any, layer_name: str
) -> float:
    """Return the seconds of a loop over the maps of a layer, from those of some maps and steps."""
    from benchmarks import per_map_loops

    way, num_steps = arguments.way, arguments.num_steps
    sample = {"num_maps": SAMPLE_MAPS, "num_steps": min(SAMPLE_STEPS[way], num_steps)}
    if way == "tf-keras-vis":
        folder = arguments.tf_keras_vis
        taken = per_map_loops.time_tf_keras_vis(model, layer_name, folder, **sample)
    else:
        is_graph = way == "source-graph"
        taken = per_map_loops.time_source(model, layer_name, graph=is_graph, **sample)
    return taken * LAYERS[layer_name] / SAMPLE_MAPS * num_steps / sample["num_steps"]


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


def time_ours(arguments: argparse.Namespace, params: Any, model: Any, layer_name: str) -> float:
    """Return the seconds of our search for a layer."""
    import dataclasses

    import numpy as np

    from latentmaps.oips import ascent, cnn_layers, constraints, excitation, layer, start_images
    from latentmaps.params.draw_oips import DrawOips

    section = dataclasses.replace(params.section(DrawOips), num_steps=arguments.num_steps)
    networks = cnn_layers.up_to(model, layer_name)
    digits = bundled_digits()
    # as the stage draw_oips on a CPU
    others: dict[str, Any] = {"seed": 1, "jit_compile": False, "chunk_size": 64}
    if arguments.way == "defaults":
        started = time.perf_counter()
        layer.study(model, layer_name, digits, section, **others)
        return time.perf_counter() - started
    num_starts = int(arguments.way.removeprefix("ours-"))
    # float32 takes this threshold for 0: nothing is calm
    endless = dataclasses.replace(
        section,
        start_kinds=("scales",),
        num_starts=num_starts,
        num_finalists=num_starts,
        convergence_threshold=1e-60,
    )
    maps = np.arange(networks.num_units)
    image_spec = start_images.StartImageSpec(networks.shape, endless, digits.train_images)
    starts = start_images.sample(image_spec, map_indices=maps, seed=1)
    # a silent start would take no time: it gets the start of a map that is not
    activations = excitation.measure(networks.responses, starts.reshape(-1, *networks.shape))
    loud = starts.reshape(-1, *networks.shape)[np.repeat(activations.argmax(axis=0), num_starts)]
    ascent_inputs = loud.reshape(starts.shape)
    one_step = dataclasses.replace(endless, num_steps=1)
    others["constraint"] = constraints.standardized
    ascent.ascend(networks.objective, ascent_inputs, maps, one_step, **others)
    started = time.perf_counter()
    result = ascent.ascend(networks.objective, ascent_inputs, maps, endless, **others)
    seconds = time.perf_counter() - started
    share = float((result.num_steps == endless.num_steps).mean())
    return seconds / share  # as if the maps that nothing excites had climbed, too


def rows(runs: dict[str, list[measuring.Run]], num_map_steps: int) -> Iterator[list[str]]:
    """Yield a row for each way; times ours: for one start, round by round."""
    seconds = {way: [float(run.output.splitlines()[-1]) for run in runs[way]] for way in runs}
    ours = seconds.get("ours-4")
    for way, found in seconds.items():
        num_starts = 4 if way == "ours-4" else 1
        of_a_start = [each / num_starts for each in found]
        ms = [each * 1000 / num_map_steps for each in of_a_start]
        is_search = way != "defaults"  # which has starts and steps of its own
        yield [
            TITLES[way],
            measuring.summary(found, ",.1f"),
            measuring.summary(ms, ".3f") if is_search else "",
            measuring.ratio(of_a_start, [each / 4 for each in ours]) if ours and is_search else "",
            measuring.summary([run.peak_mb for run in runs[way]], ",.0f"),
        ]


if __name__ == "__main__":
    main()
