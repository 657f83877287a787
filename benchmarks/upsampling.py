"""Measure the effect of `train_vae.upsampling` on flat areas, and its cost.

    dvc repro split_faces
    PYTHONPATH=src python -m benchmarks.upsampling --figure docs/figures/upsampling.png

The benchmark trains the VAE of params.yaml on the faces in data/, with transposed convolutions and
with resized feature maps in turn, and reconstructs the test faces. It prints the roughness of flat
areas: the mean absolute second difference of the reconstruction, along rows and columns, where the
face itself has a single color. It also draws some reconstructions by both networks into one sheet.
Only avatars may go to docs/figures.
"""

import argparse
import dataclasses
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from benchmarks import measuring, ours
from latentmaps.drawing import sheets
from latentmaps.faces.dataset import arrays, split_table
from latentmaps.images import pixels
from latentmaps.params.base import Base
from latentmaps.params.draw_reconstructions import DrawReconstructions
from latentmaps.params.train_vae import TrainVae
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import reconstruction_sheets
from latentmaps.vae.training import training_results, vae_task, vae_training

Upsampling = Literal["transpose", "resize"]
Images = npt.NDArray[np.uint8]

SCALE = 2
FACES = 4


@dataclasses.dataclass(frozen=True)
class Result:
    """The result of a training run.

    Attributes:
        vae: the trained networks.
        loss: the metric val_total_loss.
        seconds: duration of training.
    """

    vae: TrainedVae
    loss: float
    seconds: float


def main() -> None:
    """Train, print a Markdown table, and draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", type=Path, required=True, help="PNG file of the sheet")
    parser.add_argument("--rounds", type=int, default=1, help="runs of each variant")
    parser.add_argument("--epochs", type=int, help="number of epochs; by default as in params.yaml")
    parser.add_argument(
        "--faces", type=Path, default=measuring.ROOT / "data/faces", help="folder of the faces"
    )
    arguments = parser.parse_args()
    images = arrays.open_images(arguments.faces / "images.npy")
    parts = split_table.read_split(arguments.faces / "split.csv", num_rows=len(images))
    section = ours.PARAMS.section(TrainVae)
    section = dataclasses.replace(section, epochs=arguments.epochs or section.epochs)

    def train_with(upsampling: Upsampling) -> Result:
        return train(dataclasses.replace(section, upsampling=upsampling), images, parts)

    results = measuring.take_turns(get_args(Upsampling), train_with, rounds=arguments.rounds)
    print(f"{measuring.describe(arguments.rounds)}\n")
    print_results(results, np.asarray(images[parts["test"]]))
    networks = [runs[0].vae for runs in results.values()]
    draw(arguments.figure, networks, images, parts["test"])


def train(section: TrainVae, images: Images, parts: Mapping[str, npt.NDArray[np.int64]]) -> Result:
    """Train a VAE as the stage does."""
    seed = ours.PARAMS.section(Base).seed
    task = vae_task.Task.for_faces(
        section, images, parts, kl_weight=section.fact, seed=seed, validation_seed=seed
    )
    started = time.perf_counter()
    model, trained = vae_training.train(task, devices=vae_training.Devices())
    seconds = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:  # saving converts to float32, as in all stages
        vae_files.save(Path(folder), training_results.saved_vae(task, model, trained))
        vae = TrainedVae.load(Path(folder))
    return Result(vae, trained.numbers()["val_total_loss"], seconds)


def print_results(results: Mapping[Upsampling, list[Result]], faces: Images) -> None:
    """Print the results; only the seconds vary, since equal seeds give equal networks."""
    seconds = {way: [result.seconds for result in results[way]] for way in results}
    originals, rows = pixels.to_pixels(faces), np.arange(len(faces))
    measuring.print_table(
        (
            "upsampling", "roughness of flat areas", "val_total_loss", "training [s]",
            "relative to `transpose`",
        ),
        (
            [
                f"`{way}`",
                f"{roughness(originals, reconstruct(runs[0].vae, faces, rows)):.5f}",
                f"{runs[0].loss:,.0f}",
                measuring.summary(seconds[way], ".0f"),
                measuring.ratio(seconds[way], seconds["transpose"]),
            ]
            for way, runs in results.items()
        ),
    )  # fmt: skip


def draw(
    figure: Path, networks: list[TrainedVae], images: Images, test: npt.NDArray[np.int64]
) -> None:
    """Draw some test faces above their reconstructions by each network."""
    shown = ours.PARAMS.section(DrawReconstructions)
    picked = dataclasses.replace(shown, num_columns=FACES, row_seeds=shown.row_seeds[:1])
    rows = reconstruction_sheets.pick(test, picked)
    decoded = [pixels.to_uint8(reconstruct(network, images, rows)) for network in networks]
    sheet = sheets.draw_sheet(
        list(np.concatenate([np.asarray(images[rows]), *decoded])),
        num_columns=FACES,
        scale=SCALE,
        title="Flat areas of reconstructed test faces",
        row_labels=["face", *get_args(Upsampling)],
        caption=(
            "Faces, and their reconstructions by two networks: transposed convolutions weave a "
            "grid of single pixels into flat areas; resized maps leave wider, fainter bands. Every "
            f"pixel is drawn as {SCALE}x{SCALE}."
        ),
    )
    sheets.save_png(sheet.image, figure)


def reconstruct(
    trained: TrainedVae, images: Images, rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Return the reconstructions of the posterior means, (n, h, w, c), float32, 0..1."""
    return trained.decode(trained.encode(images, rows).z_mean)


def roughness(
    originals: npt.NDArray[np.float32], reconstructions: npt.NDArray[np.float32]
) -> float:
    """Return the mean absolute second difference where three adjacent face pixels are equal."""
    found = []
    for axis in (1, 2):
        steps = np.abs(np.diff(originals, axis=axis))  # (n, h - 1, w, c) or (n, h, w - 1, c)
        first, second = np.delete(steps, -1, axis=axis), np.delete(steps, 0, axis=axis)
        flat = (first == 0.0) & (second == 0.0)
        found.append(np.abs(np.diff(reconstructions, n=2, axis=axis))[flat])
    return float(np.concatenate(found).mean())


if __name__ == "__main__":
    main()
