"""Made-up results of all stages that the report page reads, small enough to write in a blink."""

import csv
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latentmaps.drawing import sheets
from latentmaps.report import page
from latentmaps.report.digits import DigitsFiles
from latentmaps.report.faces import FacesFiles
from latentmaps.storage import stage_numbers

LAYERS = {"Conv2D_1": 4, "Conv2D_2": 6}
VERSIONS = {"tensorflow": "2.21.0", "keras": "3.15.1"}
TRAIN_VAE = {
    "fact": 5.0,
    "beta_equivalent": 15.0,
    "val_kl_share": 0.0221,
    "latent_dim": 256,
    "num_parameters": 5_123_456,
    "kl_method": "train_step",
    "reconstruction_loss_kind": "bce",
    "epoch": 3,
    "epochs": 3,
    "batch_size": 32,
    "precision": "float32",
    "seed": 2022,
    "num_train": 2500,
    "num_steps": 1234,
    "versions": VERSIONS,
}
FEATURES = {
    "frechet_distance": 2.5,
    "kernel_distance": 0.031,
    "kernel_distance_error": 0.0043,
    "precision": 0.61,
    "recall": 0.42,
    "density": 0.87,
    "coverage": 0.55,
    "nearest_training": 0.93,
}
SAMPLE = {"sharpness": 1.9, "diversity": 0.21, "pixels-pca": FEATURES}
REAL = {
    "sharpness": 6.4,
    "diversity": 0.33,
    "pixels-pca": dict(
        zip(FEATURES, (0.4, -0.001, 0.002, 0.95, 0.94, 1.01, 0.97, 1.0), strict=True)
    ),
}
EVALUATE_VAE: dict[str, Any] = {
    "mse": 0.01234,
    "psnr_db": 19.87,
    "ssim": 0.712,
    "ms_ssim": 0.801,
    "bce_per_dim": 0.5731,
    "bce_above_entropy": 0.0412,
    "sharpness": 1.91,
    "sharpness_originals": 6.43,
    "sampled": {
        "mse": 0.01444,
        "psnr_db": 18.55,
        "ssim": 0.671,
        "ms_ssim": 0.765,
        "bce_per_dim": 0.5812,
        "bce_above_entropy": 0.0493,
        "sharpness": 1.85,
    },
    "kl_nats": 24.31,
    "num_dimensions_used": 41,
    "num_dimensions_90": 57,
    "active_units": 256,
    "diversity": 0.22,
    "diversity_originals": 0.34,
    "radius_mean": 15.62,
    "radius_std": 0.81,
    "radius_prior": 15.98,
    "z_mean_rms": 0.0712,
    "z_std_mean": 0.9934,
    "z_std_min": 0.8471,
    "z_std_max": 1.2103,
    "mmd_prior": 0.0123,
    "mmd_floor": 0.0004,
    "num_test": 300,
    "num_compared": 250,
    "temperature": 0.8,
    "feature_nets": ["pixels-pca"],
    "samples": {
        "real": REAL,
        **{
            f"{sampler}{suffix}": SAMPLE
            for sampler in ("prior", "gaussian", "mixture")
            for suffix in ("", "_cool")
        },
    },
    "versions": VERSIONS,
}
TRAIN_CNN = {
    "test_accuracy": 0.9785,
    "test_accuracy_per_digit": {str(digit): 0.97 + digit / 500 for digit in range(10)},
    "accuracy": 0.9991,
    "val_accuracy": 0.981,
    "num_train": 9000,
    "num_test": 2000,
    "num_parameters": 221_234,
    "epochs": 3,
    "batch_size": 64,
    "seed": 2022,
    "versions": VERSIONS,
}
CHARTS = {"z_points", "dimensions", "projection"}
SHEETS = {
    "draw_reconstructions": {
        "train": "Reconstructions of the train part - fact 5, epoch 12, seed 2022",
        "test": "Reconstructions of the test part - fact 5, epoch 12, seed 2022",
    },
    "draw_samples": {
        "prior": "Random faces, z ~ N(0, I) - fact 5, epoch 12, seed 2022",
        "prior_processed": "Random faces, z ~ N(0, I), processed",
        "gaussian": "Random faces, z ~ Gaussian fitted to the training faces",
        "gaussian_processed": "Random faces, z ~ Gaussian, processed",
        "mixture": "Random faces, z ~ mixture fitted to the training faces",
        "mixture_processed": "Random faces, z ~ mixture, processed",
        "temperatures": "Random faces at several temperatures",
    },
    "draw_latent_space": {
        "z_points": "z-points of 300 test faces",
        "dimensions": "Mean, spread and KL of the dimensions",
        "projection": "The plane in which the z-points vary most",
        "interpolations": "Interpolations between test faces",
        "traversals": "Traversals of the 8 dimensions with the most KL",
        "attributes": "Attributes added and taken away",
    },
}
NUM_DIMENSIONS = 20


@dataclasses.dataclass(frozen=True)
class Section:
    """Stands for a section of params.yaml."""

    fact: float = 5.0
    filters: tuple[int, ...] = (32, 64)
    path: str | None = None


@dataclasses.dataclass(frozen=True)
class Example:
    """The made-up results in a folder.

    Attributes:
        folder: holds receipt.json and a folder for each of the other stages.
    """

    folder: Path

    def write(self) -> None:
        """Writes every file that the page reads."""
        receipt = {"source": "avatars", "num_faces": 3000, "licence": "free for any use"}
        losses = ["total_loss", "reconstruction_loss", "kl_loss"]
        _write_json(self.folder / "receipt.json", receipt)
        _write_numbers(self.folder / "train_vae", TRAIN_VAE)
        _write_history(self.folder / "train_vae/history.csv", losses)
        _write_numbers(self.folder / "evaluate_vae", EVALUATE_VAE)
        _write_dimensions(self.folder / "evaluate_vae/dimensions.csv", NUM_DIMENSIONS)
        _write_numbers(self.folder / "train_cnn", TRAIN_CNN)
        _write_history(self.folder / "train_cnn/history.csv", ["accuracy", "loss"])
        for stage, titles in SHEETS.items():
            _write_sheets(self.folder / stage, titles)
        predictions = [[digit, digit, (digit + (digit == 4) * 5) % 10] for digit in range(10)]
        predictions_path = self.folder / "train_cnn/predictions.csv"
        _write_csv(predictions_path, ["row", "label", "prediction"], predictions)
        activation_maps = self.folder / "draw_activation_maps/sheet.png"
        activation_maps.parent.mkdir(exist_ok=True)
        words = _write_sheet(activation_maps, "Activation maps", size=24)
        _write_json(activation_maps.with_suffix(".json"), words)
        for layer, num_maps in LAYERS.items():
            _write_layer(self.folder / "draw_oips", layer, num_maps)

    def change(self, name: str, **values: Any) -> Path:
        """Sets values in a JSON file; None takes the name away. Gives its path."""
        path = self.folder / name
        content = json.loads(path.read_text(encoding="utf-8")) | values
        kept = {key: value for key, value in content.items() if value is not None}
        path.write_text(json.dumps(kept), encoding="utf-8")
        return path

    def render(self, **sections: Any) -> str:
        """Gives the page."""
        return page.render(
            FacesFiles(
                receipt=self.folder / "receipt.json",
                train_vae=self.folder / "train_vae",
                evaluate_vae=self.folder / "evaluate_vae",
                draw_reconstructions=self.folder / "draw_reconstructions",
                draw_samples=self.folder / "draw_samples",
                draw_latent_space=self.folder / "draw_latent_space",
            ),
            DigitsFiles(
                train_cnn=self.folder / "train_cnn",
                draw_activation_maps=self.folder / "draw_activation_maps",
                draw_oips=self.folder / "draw_oips",
            ),
            profile="sample",
            seed=2022,
            layer_names=list(LAYERS),
            digits_source="bundled",
            sections=sections or {"train_vae": Section()},
        )


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a JSON file into a folder that may not exist yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def _write_numbers(folder: Path, content: Mapping[str, Any]) -> None:
    """Writes metrics.json and numbers.json into a folder that may not exist yet."""
    folder.mkdir(parents=True, exist_ok=True)
    stage_numbers.write(content, metrics=folder / "metrics.json", numbers=folder / "numbers.json")


def _write_history(path: Path, columns: Sequence[str]) -> None:
    """Writes three epochs of falling values, for training and validation."""
    names = [*columns, *(f"val_{name}" for name in columns)]
    values = [[epoch, *(100.0 / epoch + i for i in range(len(names)))] for epoch in (1, 2, 3)]
    _write_csv(path, ["epoch", *names], values)


def _write_dimensions(path: Path, num_dimensions: int) -> None:
    """Writes a table in which the KL rises from one dimension to the next."""
    rows = [[i, 0.5 * i, 0.01 * i, 1.0 - 0.01 * i, i > 2] for i in range(num_dimensions)]
    _write_csv(path, ["dimension", "kl_nats", "mean", "std", "is_used"], rows)


def _write_layer(folder: Path, layer: str, num_maps: int) -> None:
    """Writes a table and a sheet: the first map rescued, the last one dead, the others alive."""
    alive = [
        [i, "alive", "", 3.25, 1.5 + i, 1.2, "coarse", 0.25, True, 90, 7]
        for i in range(1, num_maps - 1)
    ]
    rows = [
        [0, "rescued", "precursor", 1.5, 1.25, 1.1, "digit", 1.0, True, 120, 3],
        *alive,
        [num_maps - 1, "dead", "", 0.0, "", "", "", 1.0, False, 0, ""],
    ]
    header = [
        *("map_index", "status", "rescued_by", "activation", "ratio", "ratio_in_range"),
        *("winning_start", "silent_share", "converged", "num_steps", "strongest_digit_label"),
    ]
    _write_csv(folder / f"{layer}.csv", header, rows)
    path = folder / f"{layer}.png"
    _write_json(path.with_suffix(".json"), _write_layer_sheet(path, layer, num_maps))


def _write_sheets(folder: Path, titles: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    words = {}
    for key, title in titles.items():
        words[key] = _write_sheet(folder / f"{key}.png", title, size=24) | {"mse": [0.1]}
        if key in CHARTS:
            del words[key]["layout"]
    _write_json(folder / "sheets.json", words)


def _write_sheet(path: Path, title: str, *, size: int) -> dict[str, Any]:
    """Write a PNG of 17 tiles and a blank place in 2 rows; return its words and layout."""
    generator = np.random.default_rng(len(title))
    tiles = generator.integers(0, 256, size=(17, size, size), dtype=np.uint8)
    sheet = sheets.draw_sheet(
        [*tiles, None],
        num_columns=9,
        scale=5,
        title=title,
        caption="What each tile is, and a number.",
        row_labels=["first row", "second row"],
        tile_labels=[f"tile {index}" for index in range(18)],
    )
    sheets.save_png(sheet.image, path)
    return dict(sheet.numbers)


def _write_layer_sheet(path: Path, layer: str, num_maps: int) -> dict[str, Any]:
    """Write the sheet of a layer, the last of its maps dead; return its words and layout."""
    generator = np.random.default_rng(num_maps)
    tiles = generator.integers(0, 256, size=(num_maps - 1, 26, 26), dtype=np.uint8)
    sheet = sheets.draw_sheet(
        [*tiles, None],
        num_columns=4,
        title=f"{layer}: the inputs that excite its {num_maps} feature maps",
        tile_labels=[f"{index}  1.5x" for index in range(num_maps)],
        borders=["#009e73"] * num_maps,
    )
    sheets.save_png(sheet.image, path)
    return dict(sheet.numbers)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
