"""The benchmarks still run, and call the stages with their current flags."""

import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import (
    crop_faces,
    evaluate_vae,
    explorer,
    matrix_products,
    measuring,
    oip_oracle,
    train_vae,
    watching,
    workload,
)
from tests import warm_python
from tests.example_workspace import Workspace
from tests.explorer import example
from tests.vae import example_vae

from latentmaps.explorer import page
from latentmaps.pages import html_page
from latentmaps.vae.network import vae_files

NUMBER = r"-?[\d,]+(?:\.\d+)?"
CELL = re.compile(rf"{NUMBER}(?: \[{NUMBER}, {NUMBER}\])?|")
FEW_STEPS = ("--batch-size=8", "--num-steps=2")


def flags(words: Any) -> set[str]:
    return {str(word).partition("=")[0] for word in words if str(word).startswith("--")}


def flags_of_stage(root: Path, name: str) -> set[str]:
    """Return the flags that dvc.yaml passes to a stage."""
    text = (root / "dvc.yaml").read_text(encoding="utf-8")
    [command] = re.findall(rf"stages/{name}\.py\n((?:      --.*\n)+)", text)
    return flags(command.split())


def output_of(name: str, *arguments: str) -> str:
    """Run a benchmark and return its standard output."""
    result = subprocess.run(
        [str(warm_python.interpreter()), "-m", f"benchmarks.{name}", *arguments],
        cwd=measuring.ROOT,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def read_table(printed: str, *heads: str) -> dict[str, list[str]]:
    """Return the cells of a table by the first cell of the row; all others are numbers or empty."""
    lines = printed.splitlines()
    first = lines.index(f"| {' | '.join(heads)} |")
    assert lines[first + 1] == "|" + " --- |" * len(heads)
    rows = {}
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        name, *cells = line.removeprefix("| ").removesuffix(" |").split(" | ")
        assert len(cells) == len(heads) - 1, line
        assert all(CELL.fullmatch(cell.strip()) for cell in cells), line
        rows[name] = [cell.strip() for cell in cells]
    return rows


def test_crop_faces_is_called_with_its_flags(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: called.extend(command))
    crop_faces.run_stage(tmp_path)
    assert flags(called) == flags_of_stage(root, "crop_faces")


def test_evaluate_vae_is_called_with_its_flags(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(measuring, "run_python", called.extend)
    evaluate_vae.measure(tmp_path, tmp_path)
    assert flags(called) == flags_of_stage(root, "evaluate_vae")


def test_each_round_starts_with_the_next_way() -> None:
    turns: list[str] = []

    def measure(way: str) -> int:
        turns.append(way)
        return len(turns)

    results = measuring.take_turns("abc", measure, rounds=4)
    assert "".join(turns) == "abcbcacababc"
    assert results == {"a": [1, 6, 8, 10], "b": [2, 4, 9, 11], "c": [3, 5, 7, 12]}


def test_a_summary_is_the_median_with_quartiles() -> None:
    assert measuring.summary([5, 1, 2, 4, 3], ".1f") == "3.0 [2.0, 4.0]"
    assert measuring.summary([1234.5], ",.0f") == "1,234 [1,234, 1,234]"


def test_a_ratio_is_taken_round_by_round() -> None:
    # the ratio of the medians is 1
    assert measuring.ratio([1, 2, 30], [1, 20, 2], ".1f") == "1.0 [0.6, 8.0]"
    assert measuring.ratio([2, 3, 40], [1, 4, 10], ".2f") == "2.00 [1.38, 3.00]"


@pytest.mark.slow
def test_the_host_pipeline_is_measured() -> None:
    printed = output_of("host_pipeline", "--rounds=2", *FEW_STEPS)
    assert printed.startswith("batches of 8, ")
    rows = read_table(printed, "variant", "images/s", "speedup of ours")
    assert list(rows) == ["bytes, cast on the device (ours)", "float32 pixels, cast on the host"]
    assert rows["bytes, cast on the device (ours)"][1] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_crop_faces_is_measured() -> None:
    printed = output_of("crop_faces", "--rounds=1", "--num-faces=20")
    rows = read_table(printed, *crop_faces.HEADS)
    assert list(rows) == list(crop_faces.TITLES.values())
    assert rows["`crop_faces`, the whole stage"][2] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_training_is_compared_with_the_limit_of_the_machine() -> None:
    ways = ("ours", "source", "pytorch", "limit")
    few = (*FEW_STEPS, "--memory-images")
    printed = output_of("train_vae", "--rounds=1", *few, "--ways", *ways)
    assert "batches of 8, " in printed
    rows = read_table(printed, *train_vae.HEADS)
    is_there = importlib.util.find_spec("torch") is not None
    expected = [train_vae.TITLES[way] for way in ways if way != "pytorch" or is_there]
    assert list(rows) == expected
    left_out = f"left out: {train_vae.TITLES['pytorch']}; the package torch is not installed"
    assert (left_out in printed) == (not is_there)
    ours, limit = rows[train_vae.TITLES["ours"]], rows[train_vae.TITLES["limit"]]
    assert limit[:1] + limit[2:4] == ["", "1.00 [1.00, 1.00]", "1.00 [1.00, 1.00]"]
    assert limit[4] == ""
    assert ours[4] == "1.00 [1.00, 1.00]"
    # the float32 limit was not measured
    assert rows[train_vae.TITLES["source"]][2:4] == ["", ""]


def test_shares_of_the_limit_are_given_in_wall_time_and_cpu_time() -> None:
    def run(seconds: float, busy_seconds: float) -> measuring.Run:
        return measuring.Run(json.dumps([seconds, busy_seconds]), seconds=9.0, peak_mb=100.0)

    # 2 steps of 50 images of 0.1 GFLOP: 10 GFLOP; the products of 2 steps: 137 GFLOP
    assert pytest.approx(137.438953472) == 2 * matrix_products.GFLOP_PER_STEP
    runs = {
        "ours": [run(2.0, 3.0), run(4.0, 3.0)],
        "pytorch": [run(1.0, 2.0), run(8.0, 2.0)],
        "limit": [run(10.0, 10.0), run(20.0, 10.0)],
    }
    rows = list(train_vae.rows(runs, workload.Load(50, 2), 0.1))
    assert [row[1:] for row in rows] == [
        [
            "38 [31, 44]", "4 [3, 4]", "0.36 [0.36, 0.36]", "0.24 [0.24, 0.24]",
            "1.00 [1.00, 1.00]", "100 [100, 100]",
        ],
        [
            "56 [34, 78]", "6 [3, 8]", "0.45 [0.32, 0.59]", "0.36 [0.36, 0.36]",
            "1.25 [0.88, 1.62]", "100 [100, 100]",
        ],
        [
            "", "10 [9, 12]", "1.00 [1.00, 1.00]", "1.00 [1.00, 1.00]", "", "100 [100, 100]",
        ],
    ]  # fmt: skip


def test_memory_is_measured_on_few_and_on_many_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[list[str]] = []

    def run(module: str, arguments: list[str]) -> measuring.Run:
        called.append(arguments)
        return measuring.Run("1.0", seconds=1.0, peak_mb=1234.5)

    monkeypatch.setattr(measuring, "run", run)
    train_vae.print_memory(tmp_path, workload.Load(8, 2), [16, 1000])
    rows = read_table(capsys.readouterr().out, "images", "file [GB]", "peak memory [MB]")
    assert rows == {"16": ["0.00", "1,234"], "1,000": ["0.03", "1,234"]}
    assert [Path(words[3]).name for words in called] == ["16.npy", "1000.npy"]
    assert called[0][:2] == ["--way", "ours"]
    assert called[0][4:] == list(FEW_STEPS)


@pytest.mark.slow
def test_watching_is_measured() -> None:
    printed = output_of("watching", "--rounds=1", "--epochs=1")
    rows = read_table(printed, *watching.HEADS)
    assert list(rows) == ["film", "page", "both", "rest"]
    seconds = {name: float(cells[0].partition(" ")[0]) for name, cells in rows.items()}
    assert 0 < seconds["film"] < seconds["rest"]
    assert seconds["both"] == pytest.approx(seconds["film"] + seconds["page"], abs=0.02)


def test_shares_of_watching_are_those_of_the_rest_of_each_training() -> None:
    def parts(film: float, rest: float) -> watching.Parts:
        spans = {"film": film, "page": 1.0, "both": film + 1.0, "rest": rest}
        return {name: workload.Span(span, 2 * span) for name, span in spans.items()}

    film, *_ = watching.rows([parts(1.0, 100.0), parts(4.0, 200.0), parts(3.0, 100.0)])
    share = "2.00 [1.50, 2.50]"
    assert film == ["film", "3.00 [2.00, 3.50]", share, share]


@pytest.mark.slow
def test_kl_methods_are_measured() -> None:
    methods = ("train_step", "add_loss")
    printed = output_of("kl_methods", "--rounds=1", *FEW_STEPS, "--methods", *methods)
    heads = ("method", "steps/s", "relative to `train_step`", "peak memory [MB]", "lines of code")
    rows = read_table(printed, *heads)
    assert list(rows) == ["`train_step`", "`add_loss`"]
    assert rows["`train_step`"][1] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_evaluate_vae_is_measured(workspace: Workspace) -> None:
    workspace.write_faces(num_train=30, num_test=10)
    vae_files.save(workspace.folder / "vae", example_vae.small_vae(image_size=96))
    places = (f"--faces={workspace.folder}", f"--model={workspace.folder}/vae")
    printed = output_of("evaluate_vae", *places, "--num-train=60", "--num-test", "20", "40")
    assert printed.startswith("60 training faces; ")
    heads = ("test faces", "file of all faces [GB]", "seconds", "relative to the first")
    rows = read_table(printed, *heads, "peak memory [MB]")
    assert list(rows) == ["20", "40"]
    assert rows["20"][2] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_draw_oips_is_measured() -> None:
    ways = ("ours-4", "source-graph", "tf-keras-vis")
    sizes = ("--layers", "Conv2D_1", "--num-steps=2")
    printed = output_of("draw_oips", "--rounds=1", *sizes, "--ways", *ways)
    assert "skipped: map by map, tf-keras-vis; not found in the folder --tf-keras-vis" in printed
    assert "32 maps, 2 steps; " in printed
    heads = (
        "implementation", "seconds", "ms per map, start and step", "relative to ours (4 starts)",
    )  # fmt: skip
    rows = read_table(printed, *heads, "peak memory [MB]")
    names = ["ours, 4 starts, none stops", "map by map, the step as a `tf.function`"]
    assert list(rows) == names
    assert rows[names[0]][2] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_oips_are_compared_with_an_oracle(tmp_path: Path) -> None:
    sizes = ("--layers", "Conv2D_1", "--num-steps=20", "--num-starts=1", f"--ends={tmp_path}")
    printed = output_of("oip_oracle", *sizes)
    assert printed.startswith("oracle: 1 starts per map, 20 steps\n")
    [row] = read_table(printed, *oip_oracle.HEADS).values()
    with np.load(tmp_path / "Conv2D_1.npz") as known:
        ends = known["ends"]
    assert ends.shape == (32, 1)
    assert int(row[0]) == (ends > 0).sum() > 0
    # one start of the oracle, no more steps than ours
    assert float(row[1]) > 0.95
    # results that are in the folder are not computed again
    np.savez(tmp_path / "Conv2D_1.npz", ends=10 * ends, seconds=7.0)
    [again] = read_table(output_of("oip_oracle", *sizes), *oip_oracle.HEADS).values()
    assert again[-1] == "7.0"
    assert float(again[1]) == pytest.approx(float(row[1]) / 10, abs=0.05)


@pytest.mark.slow
def test_both_kinds_of_upsampling_are_measured(workspace: Workspace) -> None:
    flat = np.repeat(np.arange(46, dtype=np.uint8), 96 * 96 * 3).reshape(46, 96, 96, 3)
    workspace.write_faces(flat, num_train=32, num_test=13)
    figure = workspace.folder / "figure.png"
    printed = output_of(
        "upsampling", "--epochs=1", f"--figure={figure}", f"--faces={workspace.folder}"
    )
    heads = ("upsampling", "roughness of flat areas", "val_total_loss", "training [s]")
    assert list(read_table(printed, *heads, "relative to `transpose`")) == [
        "`transpose`",
        "`resize`",
    ]
    assert figure.exists()


@pytest.mark.slow
def test_the_explorer_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_page, "environment", example.stub_environment)
    text = page.render(example.parts(), shows_people=False, are_digits=False)
    html_page.write(text, tmp_path / "explorer.html")
    arguments = (f"--page={tmp_path}/explorer.html", "--rounds=2", "--num-faces=3")
    printed = output_of("explorer", *arguments)
    assert printed.startswith("median [q1, q3] of 2 rounds")
    size_mb = f"{(tmp_path / 'explorer.html').stat().st_size / 1e6:.2f}"
    assert list(read_table(printed, *explorer.HEADS)) == [size_mb]


@pytest.mark.slow
def test_stages_without_tensors_are_measured() -> None:
    stages = ("split_faces", "fetch_digits")
    printed = output_of("stages_without_tensors", "--rounds=1", "--stages", *stages)
    assert list(read_table(printed, "stage", "seconds", "largest")) == [f"`{s}`" for s in stages]


@pytest.mark.slow
def test_the_seconds_of_the_pipeline_are_those_of_its_stages_and_of_dvc() -> None:
    printed = output_of("pipeline", "--tiny", "--targets", "split_faces", "fetch_digits")
    rows = read_table(printed, "stage", "seconds")
    assert set(rows) == {
        "`fetch_faces`", "`crop_faces`", "`split_faces`", "`fetch_digits`",
        "DVC itself", "all, by `dvc repro`",
    }  # fmt: skip
    *parts, whole = (float(cells[0].split()[0]) for cells in rows.values())
    assert min(parts) > 0
    assert sum(parts) == pytest.approx(whole, abs=0.1 * len(rows))
    assert re.search(r"`import tensorflow, keras`: [\d.]+ \[", printed)
