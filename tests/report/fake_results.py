"""Fake results of all stages that the report reads, small enough to be written quickly."""

import csv
import dataclasses
import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
from tests.committed_numbers import ROOT
from tests.report.fake_numbers import (
    CHARTS,
    EVALUATE_VAE,
    LAYERS,
    NUM_DIMENSIONS,
    PATTERNS,
    SHEETS,
    TRAIN_CNN,
    TRAIN_VAE,
)

from latentmaps.drawing import sheets
from latentmaps.report import glossary, page
from latentmaps.storage import stage_numbers


@dataclasses.dataclass(frozen=True)
class Section:
    """A stand-in for a section of params.yaml."""

    fact: float = 5.0
    filters: tuple[int, ...] = (32, 64)
    path: str | None = None


@dataclasses.dataclass(frozen=True)
class Example:
    """Fake results in a folder.

    Attributes:
        folder: contains receipt.json and one folder per stage.
    """

    folder: Path

    def write(self) -> None:
        """Write every file that the page reads."""
        receipt = {"source": "avatars", "num_faces": 3000, "license": "free for any use"}
        _write_json(self.folder / "receipt.json", receipt)
        _write_numbers(self.folder / "train_vae", TRAIN_VAE)
        _write_history(self.folder, "train_vae", ["total_loss", "reconstruction_loss", "kl_loss"])
        _write_numbers(self.folder / "evaluate_vae", EVALUATE_VAE)
        _write_dimensions(self.folder / "evaluate_vae/dimensions.csv", NUM_DIMENSIONS)
        _write_numbers(self.folder / "train_cnn", TRAIN_CNN)
        _write_history(self.folder, "train_cnn", ["accuracy", "loss"])
        for stage, titles in SHEETS.items():
            _write_sheets(self.folder / stage, titles, charts=CHARTS.get(stage, set()))
        _write_sheets(self.folder / "draw_face_oips/patterns", PATTERNS, charts=set())
        self.write_film()
        predictions = [[digit, digit, (digit + (digit == 4) * 5) % 10] for digit in range(10)]
        predictions_path = self.folder / "train_cnn/predictions.csv"
        _write_csv(predictions_path, ["row", "label", "prediction"], predictions)
        activation_maps = self.folder / "draw_activation_maps/sheet.png"
        activation_maps.parent.mkdir(exist_ok=True)
        words = _write_sheet(activation_maps, "Activation maps", size=24)
        _write_json(activation_maps.with_suffix(".json"), words)
        _write_json(self.folder / "judge_digits/numbers.json", {"is_judged": False})
        for layer, num_maps in LAYERS.items():
            _write_layer(self.folder / "draw_oips", layer, num_maps)

    def write_film(self, *, num_epochs: int = 3, num_faces: int = 8) -> None:
        """Write the training film: its sheet and its JSON file."""
        tiles = np.random.default_rng(3).integers(
            0, 256, (num_faces + num_epochs * (num_faces + 8), 24, 24, 3), np.uint8
        )
        sheet = sheets.draw_sheet(
            [*tiles[:num_faces], *[None] * 8, *tiles[num_faces:]],
            num_columns=num_faces + 8,
            title="From epoch to epoch - fact 5",
            caption="Faces, reconstructions and random faces.",
            row_labels=["faces", *(f"epoch {epoch + 1}" for epoch in range(num_epochs))],
        )
        _save_png(sheet, self.folder / "train_vae/film.png")
        _write_json(self.folder / "train_vae/film.json", sheet.numbers)

    def add_outputs(self, num_outputs: int = 2) -> None:
        """Write the results of the output layer, whose sheet has three rows of tiles."""
        folder = self.folder / "draw_oips"
        _write_layer(folder, "probabilities", num_outputs)
        table = folder / "probabilities.csv"
        head, *rows = table.read_text(encoding="utf-8").splitlines()
        lines = [f"{head},confidence,confidence_in_range", *(f"{row},0.9,0.8" for row in rows)]
        table.write_text("\n".join(lines), encoding="utf-8")
        path = folder / "probabilities.png"
        words = _write_layer_sheet(path, "probabilities", 3 * num_outputs)
        _write_json(path.with_suffix(".json"), words)

    def judge(self) -> None:
        """Write how the CNN reads random digits, none of which it reads as a 9."""
        digits = {str(digit): {"read": 0.1, "sure": 0.08 * digit} for digit in range(9)}
        reading = {"sure": 0.36, "digits": digits | {"9": {"read": 0.0, "sure": None}}}
        names = glossary.samplers()
        numbers = {
            "is_judged": True,
            "min_confidence": 0.95,
            "accuracy": 0.977,
            "readings": dict.fromkeys(["real", *names], reading),
        }
        titles = {name: f"Random digits of {name}" for name in names}
        _write_sheets(self.folder / "judge_digits", titles, charts=set())
        _write_json(self.folder / "judge_digits/numbers.json", numbers)

    def change(self, name: str, **values: Any) -> Path:
        """Set values in a JSON file, or remove those that are None; return its path."""
        path = self.folder / name
        content = json.loads(path.read_text(encoding="utf-8")) | values
        kept = {key: value for key, value in content.items() if value is not None}
        path.write_text(json.dumps(kept), encoding="utf-8")
        return path

    def render(self, *, profile: str = "sample", **sections: Any) -> str:
        """Return the page."""
        return page.render(
            receipt=self.folder / "receipt.json",
            reports=self.folder,
            profile=profile,
            seed=2022,
            layer_names=list(LAYERS),
            digits_source="bundled",
            sections=sections or {"train_vae": Section()},
        )


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file; create its folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def _write_numbers(folder: Path, content: Mapping[str, Any]) -> None:
    """Write metrics.json and numbers.json; create their folder if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    stage_numbers.write(content, metrics=folder / "metrics.json", numbers=folder / "numbers.json")


def _write_history(reports: Path, stage: str, columns: Sequence[str]) -> None:
    """Write decreasing values over three epochs, for training and validation."""
    names = [*columns, *(f"val_{name}" for name in columns)]
    committed = (ROOT / f"reports/{stage}/history.csv").read_text(encoding="utf-8")
    if unknown := {"epoch", *names} - set(committed.splitlines()[0].split(",")):
        raise KeyError(f"found no {sorted(unknown)} in the committed history.csv of {stage}")
    values = [[epoch, *(100.0 / epoch + i for i in range(len(names)))] for epoch in (1, 2, 3)]
    _write_csv(reports / stage / "history.csv", ["epoch", *names], values)


def _write_dimensions(path: Path, num_dimensions: int) -> None:
    """Write a table in which the KL rises from one dimension to the next."""
    rows = [[i, 0.5 * i, 0.01 * i, 1.0 - 0.01 * i, i > 2] for i in range(num_dimensions)]
    _write_csv(path, ["dimension", "kl_nats", "mean", "std", "is_used"], rows)


def _write_layer(folder: Path, layer: str, num_maps: int) -> None:
    """Write a table and a sheet: the first map is rescued, the last dead, the others alive."""
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


def _write_sheets(folder: Path, titles: Mapping[str, str], *, charts: Set[str]) -> None:
    """Write the pictures of a stage and sheets.json, where charts have no layout."""
    folder.mkdir(parents=True, exist_ok=True)
    words = {}
    for key, title in titles.items():
        words[key] = _write_sheet(folder / f"{key}.png", title, size=24) | {"mse": [0.1]}
        if key in charts:
            del words[key]["layout"]
    _write_json(folder / "sheets.json", words)


def _write_sheet(path: Path, title: str, *, size: int) -> dict[str, Any]:
    """Write a PNG of 17 tiles and a blank one in 2 rows; return its JSON object."""
    generator = np.random.default_rng([*title.encode()])  # different pictures for each title
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
    _save_png(sheet, path)
    return dict(sheet.numbers)


def _write_layer_sheet(path: Path, layer: str, num_maps: int) -> dict[str, Any]:
    """Write the sheet of a layer whose last map is dead; return its JSON object."""
    generator = np.random.default_rng(num_maps)
    tiles = generator.integers(0, 256, size=(num_maps - 1, 26, 26), dtype=np.uint8)
    sheet = sheets.draw_sheet(
        [*tiles, None],
        num_columns=4,
        title=f"{layer}: the inputs that excite its {num_maps} feature maps",
        tile_labels=[f"{index}  1.5x" for index in range(num_maps)],
        borders=["#009e73"] * num_maps,
    )
    _save_png(sheet, path)
    return dict(sheet.numbers)


def _save_png(sheet: sheets.Sheet, path: Path) -> None:
    """Write the picture as a stage does, but compress it less, which is quicker."""
    sheet.image.save(path, format="PNG", compress_level=1)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
