import json
from pathlib import Path

import numpy as np
import pytest
from tests.vae.example_vae import task

from latentmaps.training.fit import Trained
from latentmaps.vae.network import vae_files
from latentmaps.vae.training import training_results, vae_training
from latentmaps.vae.training.trainable_vae import TrainableVae
from latentmaps.vae.training.vae_task import Task


def train(what: Task) -> tuple[TrainableVae, Trained]:
    return vae_training.train(what, devices=vae_training.Devices())


@pytest.mark.slow
def test_the_final_numbers_are_in_comparable_units() -> None:
    model, trained = train(task(reconstruction_loss="gaussian"))
    numbers = training_results.final_numbers(model, trained, entropy_per_dim=0.5)
    assert numbers["beta_equivalent"] == 15.0
    assert numbers["val_kl_share"] == pytest.approx(
        numbers["val_kl_loss"] / numbers["val_total_loss"]
    )
    assert numbers["val_nll_per_dim"] == pytest.approx(numbers["val_reconstruction_loss"] / 256)
    assert numbers["val_nll_above_floor"] == pytest.approx(
        numbers["val_nll_per_dim"] + np.log(256.0)
    )
    excess = numbers["val_nll_above_floor"] * 256
    assert numbers["val_kl_share_above_floor"] == pytest.approx(
        numbers["val_kl_loss"] / (numbers["val_kl_loss"] + excess)
    )
    assert 0.1 < numbers["sigma"] < 0.4
    assert numbers["num_parameters"] == model.num_parameters
    assert numbers["epoch"] == 2


@pytest.mark.slow
def test_a_training_on_absolute_errors_ends_in_nats_of_a_laplace_distribution() -> None:
    model, trained = train(task(reconstruction_loss="mae", fact=0.1))
    numbers = training_results.final_numbers(model, trained, entropy_per_dim=0.5)
    history = trained.history["reconstruction_loss"]
    assert history.iloc[1] < history.iloc[0]
    # 256 random pixels, and a network that has learned almost nothing
    assert 0.2 < numbers["val_reconstruction_loss"] / 256 < 0.3
    assert numbers["beta_equivalent"] == pytest.approx(0.3)
    assert numbers["val_nll_per_dim"] == pytest.approx(
        numbers["val_reconstruction_loss"] / 256 + np.log(2.0)
    )
    assert numbers["val_nll_above_floor"] == pytest.approx(
        numbers["val_nll_per_dim"] + np.log(256.0)
    )
    assert "sigma" not in numbers
    # a perfect copy has no absolute error
    assert numbers["val_kl_share_above_floor"] == numbers["val_kl_share"]


@pytest.mark.slow
def test_the_share_above_the_floor_excludes_the_loss_of_a_perfect_copy() -> None:
    model, trained = train(task())
    known, unknown = (
        training_results.final_numbers(model, trained, entropy_per_dim=entropy)
        for entropy in (0.5, 0.0)
    )
    assert unknown["val_kl_share_above_floor"] == pytest.approx(unknown["val_kl_share"])
    total = known["val_total_loss"] - 0.5 * 256
    assert known["val_kl_share_above_floor"] == pytest.approx(known["val_kl_loss"] / total)


@pytest.mark.slow
def test_a_model_is_written_with_its_origin_card_and_numbers(tmp_path: Path) -> None:
    what = task(seed=3, fact=0.2, reconstruction_loss="mae", corruption="mask")
    model, trained = train(what)
    numbers = training_results.write_model(tmp_path, what, model, trained, source="avatars")
    saved = vae_files.load(tmp_path)
    assert saved.architecture == what.architecture
    description = "mae, fact 0.2, 2 epochs on 14 images, corruption mask, seed 3"
    assert saved.origin.describe() == description
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert description in card
    assert f"| val_nll_per_dim | {numbers['val_nll_per_dim']:.6g} |" in card
    expected = {
        "kl_method": "train_step",
        "reconstruction_loss_kind": "mae",
        "latent_dim": 5,
        "num_train": 14,
        "epochs": 2,
        "batch_size": 4,
        "num_steps": 6,
        "precision": "float32",
        "seed": 3,
    }
    assert {name: numbers[name] for name in expected} == expected
    layers = numbers["layers"]
    assert sum(layer["weights"] for layer in layers) == numbers["num_parameters"]
    assert {layer["network"] for layer in layers} == {"encoder", "decoder"}
    json.dumps(numbers)
