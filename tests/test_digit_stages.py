"""The digit stages as users run them, with a CNN trained for one epoch."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.example_workspace import Workspace, assert_refused

READ = {"digits": "digits.npz", "model": "cnn"}
DRAWN = {"oips": "out", "report": "out"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Workspace:
    """A workspace with the bundled digits and a CNN; tests get a copy."""
    workspace = Workspace(tmp_path_factory.mktemp("digits"), root)
    workspace.override({"profiles.sample.train_cnn.epochs": 1, "train_cnn.filters": [8, 8, 8]})
    bundled = str(root / "data/bundled/mnist_12k.npz")
    for stage, paths in (
        ("fetch_digits", {"bundled": bundled, "digits": "digits.npz"}),
        ("train_cnn", READ | {"report": "."}),
    ):
        result = workspace.run(stage, paths)
        assert result.returncode == 0, result.stderr
    return workspace


@pytest.fixture
def trained(trained_once: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with digits and a trained CNN."""
    return trained_once.copy(tmp_path / "digits")


def test_a_layer_that_the_cnn_lacks(trained: Workspace) -> None:
    result = trained.run("draw_oips", {"layer": "Conv2D_9"} | READ | DRAWN)
    assert_refused(trained, result, "found Conv2D_9, expected one of Conv2D_1, Conv2D_2, Conv2D_3")


def test_oips_grow_coarse_and_are_enriched_and_are_shown_in_range(trained: Workspace) -> None:
    changes = {"strategy": "enrich", "range": "data", "num_steps": 160}
    changes |= {"num_starts": 6, "num_candidates": 256}
    trained.override({f"draw_oips.{name}": value for name, value in changes.items()})
    result = trained.run("draw_oips", {"layer": "Conv2D_2"} | READ | DRAWN)
    assert result.returncode == 0, result.stderr
    table = pd.read_csv(trained.folder / "out/Conv2D_2.csv")
    found = table[table["status_in_range"] != "dead"]
    assert len(found) >= 4
    assert (found["activation"] >= 0.99 * found["activation_in_range"]).all()
    assert (found["num_steps_in_range"] >= 140).all()  # three coarse phases, and some fine steps
    page = (trained.folder / "out/Conv2D_2.html").read_text(encoding="utf-8")
    assert 'id="Conv2D_2-7"' in page
    assert (trained.folder / "out/Conv2D_2.png").stat().st_size > 5_000


def test_activation_maps_are_drawn_for_digits_of_the_test_part(trained: Workspace) -> None:
    result = trained.run("draw_activation_maps", READ | {"report": "out"})
    assert result.returncode == 0, result.stderr
    with Image.open(trained.folder / "out/sheet.png") as sheet:
        assert sheet.width > 4 * 432


def test_a_digit_that_the_test_part_lacks_is_refused(trained: Workspace) -> None:
    only_ones(trained.folder / "digits.npz")
    result = trained.run("draw_activation_maps", READ | {"report": "out"})
    message = "draw_activation_maps.digits: found 4, expected a digit in the test part"
    assert_refused(trained, result, message)


def only_ones(path: Path) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    is_one = arrays["test_labels"] == 1
    arrays["test_images"], arrays["test_labels"] = (
        arrays[name][is_one] for name in ("test_images", "test_labels")
    )
    path.chmod(0o644)
    np.savez(path, **arrays)
