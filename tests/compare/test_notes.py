import dataclasses
from typing import Any

import pytest
from tests.compare.example_experiments import evaluation, experiment, strips, sweep, training

from latentmaps.compare import notes
from latentmaps.compare.experiment import Experiment, by_fact
from latentmaps.report import glossary


def texts(*drawn: Experiment, warnings: bool = True) -> str:
    return " ".join(n.text for n in notes.find_notes(by_fact(drawn)) if n.is_warning == warnings)


def test_a_sweep_as_it_should_be_has_no_warning() -> None:
    assert texts(*sweep()) == ""
    said = texts(*sweep(), warnings=False)
    assert "test faces are the same in all rows" in said
    assert "random numbers behind the random faces are the same in all rows" in said
    assert "raw KL falls and the reconstruction loss rises" in said


def test_one_experiment_needs_no_note() -> None:
    assert notes.find_notes([experiment("a", 5.0)]) == []


def test_other_test_faces_are_told_by_their_pixels() -> None:
    other = experiment("b", 5.0, strips=strips(5.0, faces=1))
    assert "The test faces are not the same" in texts(experiment("a", 3.0), other)


@pytest.mark.parametrize("name", ["base.seed", "draw_samples.seed", "train_vae.latent_dim"])
def test_other_random_points_are_told_with_the_reason(name: str) -> None:
    said = texts(experiment("a", 3.0), experiment("b", 5.0, **{name: 16}))
    assert f"behind the random faces are not the same in all rows, because of {name}" in said


def test_random_points_with_a_seed_of_their_own_do_not_follow_base_seed() -> None:
    one, other = (
        experiment(name, 5.0, **{"draw_samples.seed": 4, "base.seed": seed})
        for name, seed in (("a", 1), ("b", 2))
    )
    assert "behind the random faces are not the same" not in texts(one, other)
    assert "behind the random faces are the same in all" in texts(one, other, warnings=False)


def test_one_z_in_a_column_is_claimed_of_the_prior_alone() -> None:
    said = texts(*sweep(), warnings=False)
    assert "From the prior a column shows one and the same z" in said
    others = [term.sampler for name, term in glossary.samplers().items() if name != "prior"]
    assert f"{' and '.join(others)} are fitted to each network anew" in said


def test_other_test_faces_are_told_when_the_experiments_have_one_name() -> None:
    first, second = experiment("a", 3.0), experiment("a", 5.0, strips=strips(5.0, faces=1))
    ones = [dataclasses.replace(first, revision="1111111"), second]
    assert "The test faces are not the same" in texts(*ones)


def test_other_numbers_of_compared_faces_are_told() -> None:
    fewer = experiment("b", 5.0, test=evaluation(5.0) | {"num_compared": 100})
    said = texts(experiment("a", 3.0), fewer)
    assert "Not as many faces were compared in all rows (100, 250)" in said


def test_a_number_to_compare_that_no_test_part_has_is_no_difference() -> None:
    more = experiment("b", 5.0, **{"evaluate_vae.num_compared": 9000})
    assert texts(experiment("a", 3.0, **{"evaluate_vae.num_compared": 2000}), more) == ""


@pytest.mark.parametrize("name", ["num_encoded", "temperature", "feature_net_weights"])
def test_what_samplers_and_their_numbers_depend_on_is_told(name: str) -> None:
    name = f"evaluate_vae.{name}"
    said = texts(experiment("a", 3.0, **{name: 1}), experiment("b", 5.0, **{name: 2}))
    assert f"{name} differs: " in said
    assert "do not compare from row to row" in said


def test_other_data_losses_code_and_libraries_are_told() -> None:
    other = experiment(
        "b",
        5.0,
        **{
            "data": {"data/faces/split.csv": "zz"},
            "code": {"train_vae": "cc", "evaluate_vae": "other"},
            "training": training(5.0) | {"versions": {"keras": "4.0"}},
            "train_vae.reconstruction_loss": "mse",
        },
    )
    said = texts(experiment("a", 3.0), other)
    assert "different data (data/faces/split.csv)" in said
    assert "train_vae.reconstruction_loss differs" in said
    assert "same code of evaluate_vae:" in said
    assert "different libraries: keras 3.15.1, tensorflow 2.21.0; keras 4.0" in said


def test_another_library_of_the_evaluation_alone_is_told() -> None:
    first = experiment("a", 3.0)
    first.test["versions"] = {"scikit-learn": "1.9.1"}  # type: ignore[index]
    second = experiment("b", 5.0)
    second.test["versions"] = {"scikit-learn": "1.8.0"}  # type: ignore[index]
    assert "different libraries" in texts(first, second)
    assert "scikit-learn 1.8.0" in texts(first, second)


def test_what_differs_besides_fact_is_told_with_its_values() -> None:
    longer = experiment("b", 5.0, **{"train_vae.epochs": 3, "draw_oips.num_steps": 2})
    said = texts(experiment("a", 3.0, **{"draw_oips.num_steps": 1}), longer)
    assert "train_vae.epochs (3, 11) differs, too: fact is not the only cause" in said
    assert "draw_oips" not in said
    two = experiment("b", 5.0, **{"train_vae.epochs": 3, "base.seed": 7})
    said = texts(experiment("a", 3.0), two)
    assert "base.seed (7, 2022), train_vae.epochs (3, 11) differ, too: fact is not the only" in said


def test_one_thing_that_differs_at_one_fact_is_no_warning() -> None:
    ones = [experiment("a", 5.0), experiment("b", 5.0, **{"train_vae.epochs": 3})]
    assert "epochs" not in texts(*ones)
    assert "What differs is train_vae.epochs (3, 11); fact is the same" in texts(
        *ones, warnings=False
    )
    ones.append(experiment("c", 5.0, **{"train_vae.learning_rate": 0.1}))
    assert "differ: no one of them is the only cause" in texts(*ones)


def test_a_sweep_that_does_not_behave_is_told_where() -> None:
    wrong = experiment("b", 5.0, test=evaluation(5.0) | {"kl_nats": 50.0})
    said = texts(experiment("a", 3.0), wrong, experiment("c", 10.0))
    assert "raw KL does not fall from 3 to 5." in said
    assert "loss does not rise" not in said


@pytest.mark.parametrize("gap", [{"test": {}}, {"training": {}}])
def test_a_sweep_without_the_numbers_is_not_praised(gap: dict[str, Any]) -> None:
    ones = [experiment("a", 3.0), experiment("b", 5.0), experiment("c", 10.0, **gap)]
    assert "raw KL falls and" not in texts(*ones, warnings=False)
    lacking = "raw KL" if "test" in gap else "reconstruction loss"
    assert f"cannot be told: no {lacking} at fact 10." in texts(*ones)


def test_a_sweep_that_lacks_numbers_is_told_where_it_does_not_behave() -> None:
    wrong = experiment("b", 5.0, test=evaluation(5.0) | {"kl_nats": 50.0})
    said = texts(experiment("a", 3.0), wrong, experiment("c", 10.0, test={}))
    assert "raw KL does not fall from 3 to 5." in said


def test_a_sweep_over_more_than_fact_is_not_judged() -> None:
    other = experiment("b", 5.0, **{"train_vae.epochs": 30})
    assert "raw KL" not in texts(experiment("a", 3.0), other, warnings=False)
    twice = [experiment("a", 3.0), experiment("b", 3.0)]
    assert "raw KL" not in texts(*twice) + texts(*twice, warnings=False)
