"""The benchmarks still run, on little data, and print their tables."""

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from benchmarks import (
    crop_faces,
    explorer,
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

from latentmaps.cnn.network import cnn
from latentmaps.explorer import page
from latentmaps.pages import html_page
from latentmaps.vae.network import vae_files

NUMBER = r"-?[\d,]+(?:\.\d+)?"
CELL = re.compile(rf"{NUMBER}(?: \[{NUMBER}, {NUMBER}\])?|")
FEW_STEPS = ("--batch-size=2", "--num-steps=1")


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
    """Return the cells of each row, keyed by its first cell; the others are numbers or empty."""
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


@pytest.mark.slow
def test_the_host_pipeline_is_measured() -> None:
    printed = output_of("host_pipeline", "--rounds=2", *FEW_STEPS)
    assert printed.startswith("batches of 2, ")
    rows = read_table(printed, "variant", "images/s", "speedup of ours")
    assert list(rows) == ["bytes, cast on the device (ours)", "float32 pixels, cast on the host"]
    assert rows["bytes, cast on the device (ours)"][1] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_crop_faces_is_measured() -> None:
    printed = output_of("crop_faces", "--rounds=1", "--num-faces=3")
    rows = read_table(printed, *crop_faces.HEADS)
    assert list(rows) == list(crop_faces.TITLES.values())
    assert rows["`crop_faces`, the whole stage"][2] == "1.00 [1.00, 1.00]"


@pytest.mark.slow
def test_training_is_compared_with_the_limit_of_the_machine() -> None:
    ways = ("ours", "source", "pytorch", "limit")
    few = (*FEW_STEPS, "--memory-images")
    printed = output_of("train_vae", "--rounds=1", *few, "--ways", *ways)
    assert "batches of 2, " in printed
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


@pytest.mark.slow
def test_memory_is_measured_on_few_and_on_many_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[list[str]] = []

    def run(module: str, arguments: list[str]) -> measuring.Run:
        called.append(arguments)
        return measuring.Run("1.0", seconds=1.0, peak_mb=1234.5)

    monkeypatch.setattr(measuring, "run", run)
    train_vae.print_memory(tmp_path, workload.Load(2, 1), [16, 1000])
    rows = read_table(capsys.readouterr().out, "images", "file [GB]", "peak memory [MB]")
    assert rows == {"16": ["0.00", "1,234"], "1,000": ["0.03", "1,234"]}
    assert [Path(words[3]).name for words in called] == ["16.npy", "1000.npy"]
    assert called[0][:2] == ["--way", "ours"]
    assert called[0][4:] == list(FEW_STEPS)


@pytest.mark.slow
def test_watching_is_measured() -> None:
    printed = output_of(
        "watching", "--rounds=1", "--epochs=1", "--num-train=32", "--num-validation=2"
    )
    rows = read_table(printed, *watching.HEADS)
    assert list(rows) == ["film", "page", "both", "rest"]
    seconds = {name: float(cells[0].partition(" ")[0]) for name, cells in rows.items()}
    assert 0 < seconds["film"] < seconds["rest"]
    assert seconds["both"] == pytest.approx(seconds["film"] + seconds["page"], abs=0.02)


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
    workspace.write_faces(example_vae.images(41), num_train=30, num_test=10)
    vae_files.save(workspace.folder / "vae", example_vae.small_vae())
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
    sizes = ("--layers", "Conv2D_1", "--num-steps=2", "--num-digits=200")
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
    sizes = ("--layers", "Conv2D_1", "--num-steps=20", "--num-starts=1", "--num-digits=200")
    printed = output_of("oip_oracle", *sizes, f"--ends={tmp_path}")
    assert printed.startswith("oracle: 1 starts per map, 20 steps\n")
    [row] = read_table(printed, *oip_oracle.HEADS).values()
    with np.load(tmp_path / "Conv2D_1.npz") as known:
        ends = known["ends"]
    assert ends.shape == (32, 1)
    assert int(row[0]) == (ends > 0).sum() > 0
    # one start of the oracle, no more steps than ours
    assert float(row[1]) > 0.95


@pytest.mark.slow
def test_known_results_of_the_oracle_are_not_computed_again(tmp_path: Path) -> None:
    shape = cnn.Architecture((4,), 4)
    cnn.save(tmp_path / "cnn", shape, cnn.build_cnn(shape, seed=1))
    np.savez(tmp_path / "Conv2D_1.npz", ends=np.full((4, 2), 1e6), seconds=7.0)
    sizes = ("--layers", "Conv2D_1", "--num-steps=2", "--num-digits=200")
    places = (f"--model={tmp_path}/cnn", f"--ends={tmp_path}")
    printed = output_of("oip_oracle", *sizes, *places)
    [row] = read_table(printed, *oip_oracle.HEADS).values()
    assert row[:4] == ["4", "0.000", "0.000", "4"]
    assert row[-1] == "7.0"


@pytest.mark.slow
def test_both_kinds_of_upsampling_are_measured(workspace: Workspace) -> None:
    flat = np.repeat(np.arange(46, dtype=np.uint8), 32 * 32 * 3).reshape(46, 32, 32, 3)
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
    stages = ("fetch_faces", "fetch_digits")
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
