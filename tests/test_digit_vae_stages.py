"""The stages of the profile ``digits``, up to judge_digits, run on a few digits."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.example_workspace import Workspace

from latentmaps.digits.sources.digit_sources import NPZ_KEYS

pytestmark = pytest.mark.slow

NUM_TRAIN, NUM_TEST = 60, 40
FACES = {"raw_faces": "raw", "faces": "faces"}
JUDGED = FACES | {"vae": "vae", "latents": "latents", "cnn": "cnn", "report": "judged"}


def set_params(workspace: Workspace) -> None:
    """Activate the profile digits, with the digits in the folder and small networks."""
    digits = "profiles.digits"
    workspace.override(
        {
            "profile": "digits",
            "fetch_digits.path": str(workspace.folder),
            "judge_digits.num_samples": 50,
            "train_cnn.filters": [4, 4, 4],
            "train_cnn.num_validation": 10,
            f"{digits}.fetch_digits.source": "folder",
            f"{digits}.train_cnn": {"epochs": 1, "batch_size": 10},
        }
    )
    changes = {"epochs": 1, "batch_size": 10, "filters": [4, 4], "latent_dim": 2}
    workspace.override({f"{digits}.train_vae.{name}": value for name, value in changes.items()})


def write_digits(folder: Path) -> None:
    """Write mnist.npz with images of noise, whose labels repeat 0 to 9."""
    generator = np.random.default_rng(0)
    arrays = {
        f"{part}_{name}": values
        for part, number in (("train", NUM_TRAIN), ("test", NUM_TEST))
        for name, values in (
            ("images", generator.integers(0, 256, (number, 28, 28), np.uint8)),
            ("labels", (np.arange(number) % 10).astype(np.uint8)),
        )
    }
    named = {key: arrays[name] for name, key in NPZ_KEYS.items()}
    np.savez(folder / "mnist.npz", allow_pickle=False, **named)


def run(workspace: Workspace, stage: str, paths: dict[str, str]) -> str:
    result = workspace.run(stage, paths)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_the_cnn_reads_random_digits_of_a_vae_that_learned_digits(workspace: Workspace) -> None:
    write_digits(workspace.folder)
    set_params(workspace)
    bundled = {"bundled": str(workspace.root / "data/bundled/mnist_12k.npz")}
    fetched = bundled | {"raw_faces": "raw", "report": "fetched", "downloads": "downloads"}
    run(workspace, "fetch_faces", fetched)
    log = run(workspace, "crop_faces", FACES | {"report": "cropped"})
    assert "The profile digits sets crop_faces: crop_box [0, 0, 28, 28] instead of" in log
    images = np.load(workspace.folder / "faces/images.npy")
    with np.load(workspace.folder / "mnist.npz") as official:
        np.testing.assert_array_equal(images[:NUM_TRAIN, ..., 0], official["x_train"])
        np.testing.assert_array_equal(images[NUM_TRAIN:, ..., 0], official["x_test"])
    run(workspace, "split_faces", {"faces": "faces"})
    trained = {"model": "vae", "report": "trained", "checkpoints": "checkpoints", "live": "live"}
    run(workspace, "train_vae", FACES | trained)
    evaluated = {"faces": "faces", "model": "vae", "latents": "latents", "report": "evaluated"}
    run(workspace, "evaluate_vae", evaluated)
    run(workspace, "fetch_digits", bundled | {"digits": "digits.npz"})
    run(workspace, "train_cnn", {"digits": "digits.npz", "model": "cnn", "report": "cnn_report"})

    run(workspace, "judge_digits", JUDGED)
    numbers = json.loads((workspace.folder / "judged/numbers.json").read_text(encoding="utf-8"))
    assert numbers["is_judged"] is True
    assert {name: one["num_images"] for name, one in numbers["readings"].items()} == {
        "real": NUM_TEST // 2,
        "prior": 50,
        "gaussian": 50,
        "parzen": 50,
    }
    assert sorted(path.name for path in (workspace.folder / "judged").iterdir()) == [
        *("gaussian.png", "numbers.json", "parzen.png", "prior.png", "sheets.json")
    ]

    (workspace.folder / "raw/receipt.json").write_text('{"source": "avatars"}', encoding="utf-8")
    run(workspace, "judge_digits", JUDGED | {"report": "not_judged"})
    [numbers_path] = (workspace.folder / "not_judged").iterdir()
    assert json.loads(numbers_path.read_text(encoding="utf-8")) == {
        "is_judged": False,
        "obstacle": "the VAE has learned images from the source avatars; the CNN reads only digits",
    }


def test_a_missing_cnn_is_named(workspace: Workspace) -> None:
    for name in ("raw", "faces", "vae", "latents"):
        (workspace.folder / name).mkdir()
    (workspace.folder / "raw/receipt.json").write_text('{"source": "digits"}', encoding="utf-8")
    for name in ("images.npy", "index.csv", "split.csv"):
        (workspace.folder / "faces" / name).touch()
    result = workspace.run("judge_digits", JUDGED)
    assert result.returncode == 1
    assert "cnn: no such file or folder, expected folder of the CNN that train_cnn" in result.stderr
    assert not (workspace.folder / "judged").exists()
