"""Measure the cost of the training film and of the live page of a training run.

    PYTHONPATH=src python -m benchmarks.watching --rounds 3

The benchmark runs the training of the sample on noise: 2,400 images of 96x96x3, 11 epochs, with the
values of params.yaml. In each round, the VAE is trained once in its own process, which also times
all work for the film and the page. This way, that work and the training are measured under the same
load. The shares are relative to the rest of the training, in wall time and in CPU time. Other work
on the machine hardly affects CPU time.
Goal: at most 1%.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import measuring, workload

_BATCH_SIZE = 32
HEADS = ("part", "seconds", "share of the rest [%]", "share of the rest, CPU time [%]")

Parts = dict[str, workload.Span]


def main() -> None:
    """Measure and print a Markdown table, or train once for ``measuring.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="number of training runs")
    parser.add_argument("--epochs", type=int, default=11, help="epochs of a training run")
    parser.add_argument("--num-train", type=int, default=2400, help="training images")
    parser.add_argument("--num-validation", type=int, default=200, help="validation images")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        print(json.dumps(time_training(arguments)))
        return
    rounds = [time_round(arguments) for _ in range(arguments.rounds)]
    print(f"{arguments.epochs} epochs; {measuring.describe(arguments.rounds)}\n")
    measuring.print_table(HEADS, rows(rounds))


def time_round(arguments: argparse.Namespace) -> Parts:
    """Train in a separate process, and return the time of each part."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [
            f"--folder={folder}",
            f"--epochs={arguments.epochs}",
            f"--num-train={arguments.num_train}",
            f"--num-validation={arguments.num_validation}",
        ]
        spans = json.loads(measuring.run("benchmarks.watching", flags).output)
    return {name: workload.Span(*span) for name, span in spans.items()}


def rows(rounds: Sequence[Parts]) -> Iterator[list[str]]:
    """Yield a table row for each part."""
    for name in ("film", "page", "both", "rest"):
        spans = [(parts[name], parts["rest"]) for parts in rounds]
        yield [
            name,
            measuring.summary([span.seconds for span, _ in spans], ".2f"),
            measuring.summary([100 * span.seconds / rest.seconds for span, rest in spans], ".2f"),
            measuring.summary(
                [100 * span.busy_seconds / rest.busy_seconds for span, rest in spans], ".2f"
            ),
        ]


def time_training(arguments: argparse.Namespace) -> Parts:
    """Train once; return the time of the film, the page, the two together, and the rest."""
    from benchmarks import ours  # configures TensorFlow
    from latentmaps.live import training_page
    from latentmaps.training.checkpoints import Checkpoints
    from latentmaps.vae.training import film, vae_training

    folder, num_train = arguments.folder, arguments.num_train
    num_images = num_train + arguments.num_validation
    images = workload.write_images(folder, num_images)
    task = ours.task(images, workload.Load(_BATCH_SIZE, num_steps=1))
    task = replace(
        task,
        length=replace(task.length, epochs=arguments.epochs),
        train=replace(task.train, rows=np.arange(num_train)),
        validation=replace(task.validation, rows=np.arange(num_train, num_images)),
    )
    spent = dict.fromkeys(("film", "page"), workload.Span(0.0, 0.0))

    @contextmanager
    def clock(part: str) -> Iterator[None]:
        started = workload.Span.now()
        yield
        spent[part] = total(spent[part], started.elapsed())

    def timed(part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            with clock(part):
                return work(*arguments, **named)

        return run

    checkpoints = Checkpoints(folder / "checkpoints", {})
    started = workload.Span.now()
    with clock("film"):
        recorder = film.FilmRecorder(task, checkpoints)
    for name in ("on_epoch_begin", "on_epoch_end"):
        setattr(recorder, name, timed("film", getattr(recorder, name)))
    opened = training_page.opened(folder / "live", task, recorder, source="avatars")
    with checkpoints.locked():
        with clock("page"):
            follow = opened.__enter__()
        _, trained = vae_training.train(
            task,
            devices=vae_training.Devices(ours.SETUP.strategy, ours.SETUP.jit_compile),
            checkpoints=checkpoints,
            film=recorder,
            follow=timed("page", follow),
        )
        with clock("page"):
            opened.__exit__(None, None, None)
    with clock("film"):
        recorder.save(folder / "film.npz", len(trained.history))
    whole, both = started.elapsed(), total(*spent.values())
    rest = workload.Span(whole.seconds - both.seconds, whole.busy_seconds - both.busy_seconds)
    return {**spent, "both": both, "rest": rest}


def total(first: workload.Span, second: workload.Span) -> workload.Span:
    """Return the sum of two durations."""
    return workload.Span(first.seconds + second.seconds, first.busy_seconds + second.busy_seconds)


if __name__ == "__main__":
    main()
