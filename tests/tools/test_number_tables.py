"""The tables of numbers in README.md and docs/compare.md."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from latentmaps.tools import number_tables

STAGES = ("train_vae", "evaluate_vae", "train_cnn")


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A copy of the committed results that a test may change."""
    shutil.copytree(root / "docs/figures", tmp_path / "docs/figures")
    for stage in STAGES:
        (tmp_path / "reports" / stage).mkdir(parents=True)
        shutil.copy(root / f"reports/{stage}/metrics.json", tmp_path / "reports" / stage)
    return tmp_path


def change(path: Path, name: str, value: object) -> None:
    numbers = json.loads(path.read_text(encoding="utf-8"))
    assert name in numbers
    path.write_text(json.dumps(numbers | {name: value}), encoding="utf-8")


def fill(name: str, project: Path) -> str:
    return number_tables.fill(
        f"before\n<!-- numbers: {name} -->\nold\n<!-- end of numbers -->\nafter\n", project
    )


@pytest.mark.parametrize("name", number_tables.TABLES)
def test_a_table_replaces_what_is_between_its_comments_and_nothing_else(
    name: str, project: Path
) -> None:
    text = fill(name, project)
    assert text.startswith(f"before\n<!-- numbers: {name} -->\n")
    assert text.endswith("\n<!-- end of numbers -->\nafter\n")
    assert "old" not in text
    assert number_tables.fill(text, project) == text


@pytest.mark.parametrize("name", ["faces", "samplers", "digits"])
def test_every_row_of_a_markdown_table_has_the_same_number_of_cells(
    name: str, project: Path
) -> None:
    rows = [line for line in fill(name, project).splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert len(rows) > 4


@pytest.mark.parametrize(
    ("table", "stage", "key", "value", "shown"),
    [
        ("faces", "train_vae", "val_kl_share", 0.12345, "12.35%"),
        ("faces", "train_vae", "val_total_loss", 1234.5, "1,234"),
        ("faces", "evaluate_vae", "psnr_db", 99.94, "99.9 dB"),
        ("digits", "train_cnn", "test_accuracy", 0.5, "50.00%"),
        ("experiments", "train_vae", "val_total_loss", 1234.5, "1,234"),
    ],
)
def test_a_table_shows_the_committed_number(
    project: Path, table: str, stage: str, key: str, value: float, shown: str
) -> None:
    change(project / f"reports/{stage}/metrics.json", key, value)
    assert shown in fill(table, project)


def test_maps_are_counted_in_the_tables_of_the_layers(project: Path) -> None:
    path = project / "docs/figures/Conv2D_1.csv"
    maps = pd.read_csv(path)
    before = fill("digits", project)
    maps.loc[0, "status"] = "dead"
    maps.to_csv(path, index=False)
    assert "224 of 224" in before
    assert "223 of 224" in fill("digits", project)


def test_an_unknown_table_is_an_error(project: Path) -> None:
    with pytest.raises(KeyError, match="of_nothing"):
        fill("of_nothing", project)
