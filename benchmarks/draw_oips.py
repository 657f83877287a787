"""Measure how fast OIPs are found, compared with loops that a user might write or install instead.

    PYTHONPATH=src python -m benchmarks.draw_oips [--tf-keras-vis FOLDER]

The CNN is that of params.yaml, trained for one epoch on the bundled digits. The methods take turns,
each in its own process and in a different order in each round, with the number of threads in
params.yaml. The time for start images and imports is not included. Tracing is included only for our
search (0.2 s per layer). Loops over single maps are timed for some maps and steps; these times are
scaled up to all maps and steps.
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
# maximum number of timed steps, smaller for slow methods; all steps take the same time
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
    "implementation", "seconds", "ms per map, start and step", "relative to ours (4 starts)",
    "peak memory [MB]",
)  # fmt: skip


def main() -> None:
    """Measure all methods and print a Markdown table, or run one method for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="number of runs of each method")
    parser.add_argument(
        "--layers", nargs="+", choices=list(LAYERS), default=list(LAYERS), help="default: all"
    )
    parser.add_argument("--num-steps", type=int, default=400, help="steps of gradient ascent")
    parser.add_argument(
        "--ways", nargs="+", choices=list(TITLES), default=list(TITLES), help="default: all"
    )
    parser.add_argument(
        "--tf-keras-vis", type=Path, help="folder into which pip installed tf-keras-vis"
    )
    add_digits_flag(parser)
    parser.add_argument("--way", choices=["train", *TITLES], help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(run_way(arguments)))
        return
    with tempfile.TemporaryDirectory() as folder:
        shared = ["--model", f"{folder}/cnn", "--num-steps", str(arguments.num_steps)]
        if arguments.num_digits:
            shared += ["--num-digits", str(arguments.num_digits)]
        shared += ["--tf-keras-vis", str(arguments.tf_keras_vis), "--layers", *arguments.layers]

        def measure(way: str) -> measuring.Run:
            return measuring.run("benchmarks.draw_oips", ["--way", way, *shared])

        measure("train")
        runs = measuring.take_turns(installed(arguments), measure, rounds=arguments.rounds)
    num_maps, num_steps = sum(LAYERS[layer] for layer in arguments.layers), arguments.num_steps
    print(f"{num_maps} maps, {num_steps} steps; {measuring.describe(arguments.rounds)}\n")
    measuring.print_table(HEADS, rows(runs, num_maps * num_steps))


def add_digits_flag(parser: argparse.ArgumentParser) -> None:
    """Add the flag for the number of bundled digits."""
    parser.add_argument(
        "--num-digits", type=int, help="bundled digits to use of each part; default: all"
    )


def installed(arguments: argparse.Namespace) -> list[str]:
    """Return the methods whose packages are installed, and print those that are skipped."""
    folder = arguments.tf_keras_vis
    if "tf-keras-vis" not in arguments.ways or (folder and (folder / "tf_keras_vis").is_dir()):
        return list(arguments.ways)
    print(f"skipped: {TITLES['tf-keras-vis']}; not found in the folder --tf-keras-vis")
    return [way for way in arguments.ways if way != "tf-keras-vis"]


def run_way(arguments: argparse.Namespace) -> float:
    """Return the seconds of one method for all layers, scaled up to all their maps and steps."""
    from latentmaps import machine
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

    params = loader.load(measuring.ROOT / "params.yaml")
    machine.configure(params.section(Machine))
    if arguments.way == "train":
        train(params, bundled_digits(arguments.num_digits), arguments.model)
        return 0.0
    from latentmaps.cnn.network import cnn

    model = cnn.load(arguments.model)
    time_layer = time_ours if arguments.way in OURS else time_map_by_map
    return sum(time_layer(arguments, params, model, layer) for layer in arguments.layers)


def time_map_by_map(
    arguments: argparse.Namespace, _params: Any, model: Any, layer_name: str
) -> float:
    """Return the seconds of a loop over the maps of a layer, scaled up from some maps and steps."""
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


def train(params: Any, digits: Any, folder: Path) -> None:
    """Train the CNN of params.yaml for one epoch."""
    import dataclasses

    from latentmaps.cnn.network import cnn
    from latentmaps.cnn.training import cnn_training
    from latentmaps.params.train_cnn import TrainCnn

    section = params.section(TrainCnn)
    # with --num-digits, there may be too few digits for the validation part in params.yaml
    num_validation = min(section.num_validation, len(digits.train_labels) // 2)
    section = dataclasses.replace(section, epochs=1, num_validation=num_validation)
    model, _ = cnn_training.train(section, digits, seed=1, split_seed=1, jit_compile=False)
    cnn.save(folder, cnn_training.architecture(section), model)


def bundled_digits(num_digits: int | None) -> Any:
    """Return the bundled digits: at most `num_digits` training and `num_digits` test digits."""
    from latentmaps.digits.dataset import digits

    every = digits.load(measuring.ROOT / "data/bundled/mnist_12k.npz").arrays()
    return digits.Digits(**{name: array[:num_digits] for name, array in every.items()})


def time_ours(arguments: argparse.Namespace, params: Any, model: Any, layer_name: str) -> float:
    """Return the seconds of our search for a layer."""
    import dataclasses

    import numpy as np

    from latentmaps.oips import ascent, cnn_layers, constraints, excitation, layer, start_images
    from latentmaps.params.draw_oips import DrawOips

    section = dataclasses.replace(params.section(DrawOips), num_steps=arguments.num_steps)
    networks = cnn_layers.up_to(model, layer_name)
    digits = bundled_digits(arguments.num_digits)
    # as in the stage draw_oips on a CPU
    others: dict[str, Any] = {"seed": 1, "jit_compile": False, "chunk_size": 64}
    if arguments.way == "defaults":
        started = time.perf_counter()
        layer.study(model, layer_name, digits, section, **others)
        return time.perf_counter() - started
    num_starts = int(arguments.way.removeprefix("ours-"))
    # 0 in float32, so that no image counts as stable
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
    # a silent start image would take no time, so every map gets the strongest start image
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
    return seconds / share  # as if the maps that nothing excites had taken all their steps, too


def rows(runs: dict[str, list[measuring.Run]], num_map_steps: int) -> Iterator[list[str]]:
    """Yield a table row per method; ratios to our search are per start and within each round."""
    seconds = {way: [float(run.output.splitlines()[-1]) for run in runs[way]] for way in runs}
    ours = seconds.get("ours-4")
    for way, way_seconds in seconds.items():
        num_starts = 4 if way == "ours-4" else 1
        per_start = [value / num_starts for value in way_seconds]
        ms = [value * 1000 / num_map_steps for value in per_start]
        is_search = way != "defaults"  # the whole stage takes other numbers of starts and steps
        yield [
            TITLES[way],
            measuring.summary(way_seconds, ",.1f"),
            measuring.summary(ms, ".3f") if is_search else "",
            measuring.ratio(per_start, [value / 4 for value in ours]) if ours and is_search else "",
            measuring.summary([run.peak_mb for run in runs[way]], ",.0f"),
        ]


if __name__ == "__main__":
    main()
