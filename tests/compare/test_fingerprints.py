"""Whose parameters count when the stages of a revision ran with different ones."""

from typing import Any

import pytest
from tests.compare.example_stages import Stage, Values

from latentmaps.compare import fingerprints


def stage(name: str, **ran_with: Any) -> Stage:
    values = {key.replace("__", "."): value for key, value in ran_with.items()}
    return Stage(name, [Values(values, dict.fromkeys(values, "present"))])


@pytest.mark.parametrize("order", [1, -1])
def test_a_parameter_is_that_of_the_stage_of_its_section(order: int) -> None:
    stages = [
        stage("train_vae", train_vae={"fact": 7.0}, profiles__sample__train_vae={"epochs": 30}),
        stage("evaluate_vae", evaluate_vae={"temperature": 0.5}),
        stage("draw_oips@Conv2D_1", draw_oips__num_steps=400),
        stage(
            "build_report",
            train_vae={"fact": 5.0},
            evaluate_vae={"temperature": 0.8},
            draw_oips={"num_steps": 100},
            profiles__sample={"train_vae": {"epochs": 11}},
        ),
    ]
    assert fingerprints.read_parameters(stages[::order]) == {
        "train_vae.fact": 7.0,
        "train_vae.epochs": 30,
        "evaluate_vae.temperature": 0.5,
        "draw_oips.num_steps": 400,
    }


@pytest.mark.parametrize("order", [1, -1])
def test_the_seed_is_that_of_the_training(order: int) -> None:
    stages = [
        stage("split_faces", base__seed=1),
        stage("train_vae", base__seed=2),
        stage("build_report", base={"seed": 3}),
    ]
    assert fingerprints.read_parameters(stages[::order]) == {"base.seed": 2}


def test_the_seed_of_a_training_is_the_one_in_force() -> None:
    stages = [
        stage("train_vae", base__seed=2, train_vae={"seed": None}),
        stage("train_cnn", base__seed=2, train_cnn={"seed": 5}),
    ]
    assert fingerprints.read_parameters(stages) == {
        "base.seed": 2,
        "train_vae.seed": 2,
        "train_cnn.seed": 5,
    }


def test_what_its_stage_does_not_name_is_taken_from_whoever_does() -> None:
    stages = [stage("split_faces", base__seed=1), stage("build_report", old={"name": "x"})]
    assert fingerprints.read_parameters(stages) == {"base.seed": 1, "old.name": "x"}


def test_the_name_of_the_profile_is_no_parameter() -> None:
    assert fingerprints.read_parameters([stage("build_report", profile="sample")]) == {}


def test_what_has_not_run_is_read_from_params_yaml() -> None:
    stages = [stage("train_vae", train_vae={"fact": 7.0})]
    assert fingerprints.read_parameters(stages, as_run=False) == {"train_vae": "present"}
