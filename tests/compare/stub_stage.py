"""A stage of the made-up pipeline, which writes results that depend only on params.yaml.

python stub_stage.py STAGE [LAYER]
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from tests.compare.example_experiments import (
    evaluation_numbers,
    make_strips,
    training_numbers,
)

from latentmaps.storage import stage_numbers


def write_numbers(folder: Path, content: dict[str, Any]) -> None:
    stage_numbers.write(content, metrics=folder / "metrics.json", numbers=folder / "numbers.json")


def write_page(path: Path, title: str, *links: str) -> None:
    paragraphs = "".join(f'<p><a href="{link}">{link}</a></p>' for link in links)
    path.write_text(f"<!DOCTYPE html><title>{title}</title>{paragraphs}", encoding="utf-8")


def draw(folder: Path, stage: str, fact: float) -> None:
    for name, image in make_strips(fact).items():
        is_reconstruction = name == "reconstructions"
        if is_reconstruction == (stage == "draw_reconstructions"):
            image.save(folder / ("strip.png" if is_reconstruction else f"strip_{name}.png"))


def main(stage: str, layer: str = "") -> None:
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    fact = float(params["train_vae"]["fact"])
    folder = Path("reports", stage)
    folder.mkdir(parents=True, exist_ok=True)
    if stage == "split_faces":
        Path("data").mkdir(exist_ok=True)
        Path("data/split.csv").write_text(f"seed {params['base']['seed']}", encoding="utf-8")
    elif stage == "train_vae":
        if fact < 0:
            sys.exit(f"train_vae: fact: found {fact}, expected a positive number")
        Path("data/model.txt").write_text(json.dumps(params["train_vae"]), encoding="utf-8")
        write_numbers(folder, training_numbers(fact))
    elif stage == "evaluate_vae":
        write_numbers(folder, evaluation_numbers(fact))
    elif stage == "draw_oips":
        Path(folder, f"{layer}.csv").write_text("map_index", encoding="utf-8")
        write_page(folder / f"{layer}.html", layer, "../index.html")
    elif stage == "build_explorer":
        write_page(Path("reports/explorer.html"), "explorer", "index.html")
    elif stage == "build_report":
        pages = ["explorer.html"] + [
            f"draw_oips/{name}.html" for name in params["draw_oips"]["layers"]
        ]
        write_page(Path("reports/index.html"), f"fact {fact:g}", *pages)
    else:
        draw(folder, stage, fact)


if __name__ == "__main__":
    main(*sys.argv[1:])
