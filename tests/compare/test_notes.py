import dataclasses
from typing import Any

import pytest
from tests.compare.example_experiments import (
    evaluation_numbers,
    make_experiment,
    make_strips,
    make_sweep,
    training_numbers,
)
from tests.compare.example_sweeps import judged

from latentmaps.compare import notes
from latentmaps.compare.experiment import Experiment, sort_by_fact
from latentmaps.report import glossary


def texts(*experiments: Experiment, warnings: bool = True) -> str:
    return " ".join(
        n.text for n in notes.find_notes(sort_by_fact(experiments)) if n.is_warning == warnings
    )


def test_a_sweep_as_expected_has_no_warning() -> None:
    assert texts(*make_sweep()) == ""
    said = texts(*make_sweep(), warnings=False)
    assert "test faces are the same in all rows" in said
    assert "random faces come from the same random numbers in all rows" in said
    assert "raw KL falls and the reconstruction loss rises" in said


def test_one_experiment_needs_no_note() -> None:
    assert notes.find_notes([make_experiment("a", 5.0)]) == []


def test_other_test_faces_are_detected_by_their_pixels() -> None:
    other = make_experiment("b", 5.0, strips=make_strips(5.0, faces=1))
    assert "The test faces are not the same" in texts(make_experiment("a", 3.0), other)


@pytest.mark.parametrize("name", ["base.seed", "draw_samples.seed", "train_vae.latent_dim"])
def test_other_random_points_are_named_with_the_reason(name: str) -> None:
    said = texts(make_experiment("a", 3.0), make_experiment("b", 5.0, **{name: 16}))
    assert f"not come from the same random numbers in all rows, because of {name}" in said


def test_random_points_with_a_separate_seed_do_not_follow_base_seed() -> None:
    first, second = (
        make_experiment(name, 5.0, **{"draw_samples.seed": 4, "base.seed": seed})
        for name, seed in (("a", 1), ("b", 2))
    )
    assert "not come from the same random numbers" not in texts(first, second)
    assert "come from the same random numbers" in texts(first, second, warnings=False)


def test_only_faces_of_the_prior_are_said_to_have_the_same_z() -> None:
    said = texts(*make_sweep(), warnings=False)
    assert "With the prior, all faces of a column have the same z" in said
    others = [term.sampler for name, term in glossary.samplers().items() if name != "prior"]
    assert f"{' and '.join(others)} are fitted to each network separately" in said


def test_other_test_faces_are_detected_if_the_experiments_have_the_same_name() -> None:
    first, second = (
        make_experiment("a", 3.0),
        make_experiment("a", 5.0, strips=make_strips(5.0, faces=1)),
    )
    experiments = [dataclasses.replace(first, revision="1111111"), second]
    assert "The test faces are not the same" in texts(*experiments)


def test_different_numbers_of_compared_faces_are_named() -> None:
    fewer = make_experiment("b", 5.0, test=evaluation_numbers(5.0) | {"num_compared": 100})
    said = texts(make_experiment("a", 3.0), fewer)
    assert "The number of compared faces differs between rows (100, 250)" in said


def test_requests_for_more_faces_than_the_test_part_has_are_no_difference() -> None:
    more = make_experiment("b", 5.0, **{"evaluate_vae.num_compared": 9000})
    assert texts(make_experiment("a", 3.0, **{"evaluate_vae.num_compared": 2000}), more) == ""


@pytest.mark.parametrize("name", ["num_encoded", "temperature", "feature_net_weights"])
def test_different_parameters_of_samplers_are_named(name: str) -> None:
    name = f"evaluate_vae.{name}"
    said = texts(make_experiment("a", 3.0, **{name: 1}), make_experiment("b", 5.0, **{name: 2}))
    assert f"{name} differs: " in said
    assert "cannot be compared between rows" in said


def test_different_data_losses_code_and_libraries_are_named() -> None:
    other = make_experiment(
        "b",
        5.0,
        **{
            "data": {"data/faces/split.csv": "zz"},
            "code": {"train_vae": "cc", "evaluate_vae": "other"},
            "training": training_numbers(5.0) | {"versions": {"keras": "4.0"}},
            "train_vae.reconstruction_loss": "mse",
        },
    )
    said = texts(make_experiment("a", 3.0), other)
    assert "different data (data/faces/split.csv)" in said
    assert "train_vae.reconstruction_loss differs" in said
    assert "same code of evaluate_vae:" in said
    assert "different libraries: keras 3.15.1, tensorflow 2.21.0; keras 4.0" in said


def test_a_different_library_of_only_the_evaluation_is_named() -> None:
    first = make_experiment("a", 3.0)
    first.test["versions"] = {"scikit-learn": "1.9.1"}  # type: ignore[index]
    second = make_experiment("b", 5.0)
    second.test["versions"] = {"scikit-learn": "1.8.0"}  # type: ignore[index]
    assert "different libraries" in texts(first, second)
    assert "scikit-learn 1.8.0" in texts(first, second)


def test_differences_besides_fact_are_named_with_their_values() -> None:
    longer = make_experiment("b", 5.0, **{"train_vae.epochs": 3, "draw_oips.num_steps": 2})
    said = texts(make_experiment("a", 3.0, **{"draw_oips.num_steps": 1}), longer)
    assert "train_vae.epochs (3, 11) differs as well: fact is not the only cause" in said
    assert "draw_oips" not in said
    two = make_experiment("b", 5.0, **{"train_vae.epochs": 3, "base.seed": 7})
    said = texts(make_experiment("a", 3.0), two)
    assert (
        "base.seed (7, 2022), train_vae.epochs (3, 11) differ as well: fact is not the only" in said
    )


def test_a_single_difference_at_equal_fact_is_no_warning() -> None:
    experiments = [make_experiment("a", 5.0), make_experiment("b", 5.0, **{"train_vae.epochs": 3})]
    assert "epochs" not in texts(*experiments)
    assert "The only difference is train_vae.epochs (3, 11); fact is the same" in texts(
        *experiments, warnings=False
    )
    experiments.append(make_experiment("c", 5.0, **{"train_vae.learning_rate": 0.1}))
    assert "differ: none of them is the only cause" in texts(*experiments)


def test_a_sweep_against_the_trend_says_where() -> None:
    wrong = make_experiment("b", 5.0, test=evaluation_numbers(5.0) | {"kl_nats": 50.0})
    said = texts(make_experiment("a", 3.0), wrong, make_experiment("c", 10.0))
    assert "raw KL does not fall from 3 to 5." in said
    assert "loss does not rise" not in said


@pytest.mark.parametrize("gap", [{"test": {}}, {"training": {}}])
def test_a_sweep_without_the_numbers_is_not_confirmed(gap: dict[str, Any]) -> None:
    experiments = [
        make_experiment("a", 3.0),
        make_experiment("b", 5.0),
        make_experiment("c", 10.0, **gap),
    ]
    assert "raw KL falls and" not in texts(*experiments, warnings=False)
    lacking = "raw KL" if "test" in gap else "reconstruction loss"
    assert f"from each fact to the next: no {lacking} at fact 10." in texts(*experiments)


def test_a_sweep_that_lacks_numbers_says_where_it_breaks_the_trend() -> None:
    wrong = make_experiment("b", 5.0, test=evaluation_numbers(5.0) | {"kl_nats": 50.0})
    said = texts(make_experiment("a", 3.0), wrong, make_experiment("c", 10.0, test={}))
    assert "raw KL does not fall from 3 to 5." in said


def test_a_sweep_over_more_than_fact_is_not_judged() -> None:
    other = make_experiment("b", 5.0, **{"train_vae.epochs": 30})
    assert "raw KL" not in texts(make_experiment("a", 3.0), other, warnings=False)
    twice = [make_experiment("a", 3.0), make_experiment("b", 3.0)]
    assert "raw KL" not in texts(*twice) + texts(*twice, warnings=False)


def test_repeated_seeds_are_no_cause_and_means_decide_about_the_trend() -> None:
    experiments = [judged(fact, seed) for fact in (1.0, 3.0) for seed in (1, 2)]
    assert texts(*experiments) == ""
    said = texts(*experiments, warnings=False)
    assert "Experiments that differ only in a seed are grouped: train_vae.seed (1, 2)." in said
    assert "raw KL falls and the reconstruction loss rises" in said
    experiments[0].test["kl_nats"] = 0.0  # type: ignore[index]
    assert "raw KL does not fall from 1 to 3." in texts(*experiments)


def test_a_different_seed_for_each_fact_is_a_cause() -> None:
    said = texts(judged(1.0, 1), judged(3.0, 2))
    assert "train_vae.seed (1, 2) differs as well: fact is not the only cause" in said


@pytest.mark.parametrize(
    ("words", "sentence"), [("a", "a"), ("a b", "a and b"), ("a b c", "a, b and c"), ("", "")]
)
def test_words_are_listed_as_in_a_sentence(words: str, sentence: str) -> None:
    assert notes.join_words(words.split()) == sentence
