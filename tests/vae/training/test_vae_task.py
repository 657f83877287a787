from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import task

from latentmaps.params.train_vae import TrainVae
from latentmaps.vae.training import vae_task
from latentmaps.vae.training.training_length import Length
from latentmaps.vae.training.vae_task import Task


def test_auto_is_resolved_for_the_faces() -> None:
    what = task(epochs="auto", batch_size="auto", precision="auto")
    assert what.length == Length(epochs=1000, batch_size=14)
    assert what.num_steps == 1000
    assert what.compute_dtype in ("float32", "bfloat16")


def test_the_validation_part_has_its_own_seed() -> None:
    what = task(seed=2)
    assert (what.train.seed, what.validation.seed) == (2, 1)


def folder(what: Task, root: Path, code: str = "a") -> Path:
    return vae_task.open_checkpoints(
        what, root, images=root / "images.npy", code={"src/module.py": code}
    ).folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "images.npy").write_bytes(b"1")
    return tmp_path


# a value different from that of ``task`` for each parameter that affects the results
OTHERS: dict[str, Any] = {
    "fact": 4.0,
    "fact_warmup_epochs": 1,
    "kl_method": "kl_layer",
    "reconstruction_loss": "mae",
    "latent_dim": 6,
    "filters": (4, 7),
    "kernel_sizes": (3, 3),
    "strides": (2, 2),
    "paddings": ("same", "valid"),
    "activation": "relu",
    "batch_norm": "none",
    "dropout_rate": 0.1,
    "dense_units": 7,
    "upsampling": "resize",
    "decoder_filters": (6, 5),
    "decoder_kernel_sizes": (4, 3),
    "learning_rate": 0.1,
    "learning_rate_schedule": "step",
    "decay_epochs": 3,
    "decay_rate": 0.1,
    "weight_average": 0.5,
    "early_stopping_patience": 3,
    "corruption": "gray",
    "corruption_level": 0.1,
    "precision": "bfloat16",
    "batch_size": 5,
}


def test_checkpoints_are_named_after_everything_that_affects_the_results(root: Path) -> None:
    # `seed` is a separate argument below, test_initial_weights tests `initial_weights`, and
    # `epochs` is not part of the name
    assert OTHERS.keys() | {"seed", "initial_weights", "epochs"} == {
        field.name for field in fields(TrainVae)
    }
    what = task()
    tasks = [
        what,
        *(task(**{name: value}) for name, value in OTHERS.items()),
        task(seed=2),
        replace(what, kl_weight=3.0),
        replace(what, validation=replace(what.validation, seed=2)),
        replace(what, train=replace(what.train, rows=np.arange(13))),
    ]
    folders = [folder(changed, root) for changed in tasks]
    folders.append(folder(what, root, code="b"))
    (root / "images.npy").write_bytes(b"2")
    folders.append(folder(what, root))
    assert len(set(folders)) == len(folders)


def test_a_longer_training_shares_the_checkpoints_of_a_shorter_one(root: Path) -> None:
    assert folder(task(epochs=3), root) == folder(task(epochs=2), root)


def test_auto_shares_the_checkpoints_of_its_resolved_value(root: Path) -> None:
    assert folder(task(batch_size="auto"), root) == folder(task(batch_size=14), root)
