"""Which results belong together, and which values count if stages ran with different ones."""

from typing import Any

import pytest
from tests.compare.example_stages import File, Stage, Values

from latentmaps.compare import lock_file


def stage(name: str, **ran_with: Any) -> Stage:
    values = {key.replace("__", "."): value for key, value in ran_with.items()}
    return Stage(name, [Values(values, dict.fromkeys(values, "present"))])


@pytest.mark.parametrize("order", [1, -1])
def test_the_stage_of_its_section_decides_the_value_of_a_parameter(order: int) -> None:
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
    assert lock_file.read_parameters(stages[::order]) == {
        "train_vae.fact": 7.0,
        "train_vae.epochs": 30,
        "evaluate_vae.temperature": 0.5,
        "draw_oips.num_steps": 400,
    }


@pytest.mark.parametrize("order", [1, -1])
def test_the_training_decides_the_value_of_the_seed(order: int) -> None:
    stages = [
        stage("split_faces", base__seed=1),
        stage("train_vae", base__seed=2),
        stage("build_report", base={"seed": 3}),
    ]
    assert lock_file.read_parameters(stages[::order]) == {"base.seed": 2}


def test_the_seed_of_a_training_is_the_one_in_force() -> None:
    stages = [
        stage("train_vae", base__seed=2, train_vae={"seed": None}),
        stage("train_cnn", base__seed=2, train_cnn={"seed": 5}),
    ]
    assert lock_file.read_parameters(stages) == {
        "base.seed": 2,
        "train_vae.seed": 2,
        "train_cnn.seed": 5,
    }


def test_a_parameter_that_its_stage_does_not_name_is_taken_from_another_stage() -> None:
    stages = [stage("split_faces", base__seed=1), stage("build_report", old={"name": "x"})]
    assert lock_file.read_parameters(stages) == {"base.seed": 1, "old.name": "x"}


def test_the_name_of_the_profile_is_not_a_parameter() -> None:
    assert lock_file.read_parameters([stage("build_report", profile="sample")]) == {}


def test_a_stage_that_has_not_run_has_the_values_of_params_yaml() -> None:
    stages = [stage("train_vae", train_vae={"fact": 7.0})]
    assert lock_file.read_parameters(stages, as_run=False) == {"train_vae": "present"}


def chain(*, fact: float = 5.0, read: str | None = "m", drawn: str | None = "d") -> list[Stage]:
    train = Stage("train", [Values({"fact": 5.0}, {"fact": fact})], [File("model", "m")])
    draw = Stage("draw", [File("model", read), File("code.py", "c")], [File("strip", drawn)])
    return [Stage("report", [File("strip", drawn)], [File("page", "p")]), draw, train]


def test_results_that_belong_together_are_fresh() -> None:
    assert lock_file.find_stale(chain()) == {}


def test_a_changed_parameter_makes_everything_that_depends_on_it_stale() -> None:
    assert lock_file.find_stale(chain(fact=3.0)) == {
        "train": "train ran with different values of fact",
        "draw": "it reads what train writes, and train ran with different values of fact",
        "report": "it reads what draw writes, and it reads what train writes, and train ran with "
        "different values of fact",
    }


def test_a_stage_that_read_another_file_is_stale_and_the_writer_is_not() -> None:
    stale = lock_file.find_stale(chain(read="older"))
    assert stale["draw"] == "draw read a different version of model"
    assert set(stale) == {"draw", "report"}


def test_a_stage_that_never_ran_is_stale() -> None:
    assert lock_file.find_stale(chain(drawn=None))["draw"] == "draw has never run"
