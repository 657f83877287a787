"""What `train_vae.upsampling` does to flat areas, and what it costs.

    dvc repro split_faces
    PYTHONPATH=src python -m benchmarks.upsampling --figure docs/figures/upsampling.png

Trains the VAE of params.yaml twice on the faces in data/, with transposed convolutions and with
resized maps, and reconstructs the test faces of the sheets. Prints the roughness of flat areas: the
mean absolute second difference of the reconstruction, along rows and columns, where the face itself
has one colour. Draws both into one sheet; only avatars may go to docs/figures.
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

from benchmarks import ours
from latentmaps.drawing import sheets
from latentmaps.faces.dataset import arrays, split_table
from latentmaps.images import pixels
from latentmaps.params.base import Base
from latentmaps.params.draw_reconstructions import DrawReconstructions
from latentmaps.params.train_vae import TrainVae
from latentmaps.training import fit
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import reconstruction_sheets
from latentmaps.vae.training import training_results, vae_task, vae_training

Upsampling = Literal["transpose", "resize"]

SCALE = 2
FACES = 4


def main() -> None:
    """Trains, prints a table in Markdown, and draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", type=Path, required=True)
    figure = parser.parse_args().figure
    images = arrays.open_images(Path("data/faces/images.npy"))
    parts = split_table.read_split(Path("data/faces/split.csv"), num_rows=len(images))
    shown = ours.PARAMS.section(DrawReconstructions)
    picked = DrawReconstructions(num_columns=FACES, row_seeds=shown.row_seeds[:1])
    rows = reconstruction_sheets.pick(parts["test"], picked)
    tiles = [np.asarray(images[rows])]
    print("| upsampling | roughness of flat areas | val_total_loss | training [s] |")
    print("| --- | --- | --- | --- |")
    for upsampling in get_args(Upsampling):
        trained, told, seconds = train(upsampling, images, parts)
        decoded = reconstruct(trained, images, parts["test"])
        rough = roughness(pixels.to_pixels(np.asarray(images[parts["test"]])), decoded)
        loss = told.numbers()["val_total_loss"]
        print(f"| {upsampling} | {rough:.5f} | {loss:.0f} | {seconds:.0f} |", flush=True)
        tiles.append(pixels.to_uint8(reconstruct(trained, images, rows)))
    sheet = sheets.draw_sheet(
        list(np.concatenate(tiles)),
        num_columns=FACES,
        scale=SCALE,
        title="Flat areas of reconstructed test faces",
        row_labels=["face", "transpose", "resize"],
        caption=(
            "Faces, and their reconstructions by two networks: transposed convolutions weave a "
            "grid of single pixels into flat areas; resized maps leave wider, fainter bands. Every "
            f"pixel is drawn as {SCALE}x{SCALE}."
        ),
    )
    sheets.save_png(sheet.image, figure)


def train(
    upsampling: Upsampling,
    images: npt.NDArray[np.uint8],
    parts: Mapping[str, npt.NDArray[np.int64]],
) -> tuple[TrainedVae, fit.Trained, float]:
    """Return the trained VAE, the result of the training, and its seconds."""
    section, seed = ours.PARAMS.section(TrainVae), ours.PARAMS.section(Base).seed
    section = dataclasses.replace(section, upsampling=upsampling)
    task = vae_task.Task.for_faces(
        section, images, parts, kl_weight=section.fact, seed=seed, validation_seed=seed
    )
    started = time.perf_counter()
    model, trained = vae_training.train(task, devices=vae_training.Devices())
    seconds = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:  # back in float32, as every stage uses it
        vae_files.save(Path(folder), training_results.saved_vae(task, model, trained))
        return TrainedVae.load(Path(folder)), trained, seconds


def reconstruct(
    trained: TrainedVae, images: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Gives the reconstructions, (n, h, w, c), 0..1, from posterior means."""
    return trained.decode(trained.encode(images, rows).z_mean)


def roughness(
    originals: npt.NDArray[np.float32], reconstructions: npt.NDArray[np.float32]
) -> float:
    """Gives the mean absolute second difference where three pixels of the face are equal."""
    found = []
    for axis in (1, 2):
        steps = np.abs(np.diff(originals, axis=axis))  # (n, h - 1, w, c) or (n, h, w - 1, c)
        first, second = np.delete(steps, -1, axis=axis), np.delete(steps, 0, axis=axis)
        flat = (first == 0.0) & (second == 0.0)
        found.append(np.abs(np.diff(reconstructions, n=2, axis=axis))[flat])
    return float(np.concatenate(found).mean())


if __name__ == "__main__":
    main()
