import dataclasses
from typing import Any

import pytest

from latentmaps.compare import parameters
from latentmaps.params import loader


def test_values_of_the_active_profile_appear_under_their_section() -> None:
    values = {
        "base.seed": 1,
        "train_vae": {"fact": 5.0},
        "profiles.celeba.train_vae": {"epochs": 24},
    }
    assert parameters.flatten(values) == {
        "base.seed": 1,
        "train_vae.fact": 5.0,
        "train_vae.epochs": 24,
    }


@pytest.mark.parametrize("is_first", [True, False])
def test_the_value_of_the_profile_takes_precedence(is_first: bool) -> None:
    own = {"train_vae": {"fact": 5.0, "latent_dim": 256}}
    from_profile = {"profiles.digits.train_vae": {"fact": 1.0}}
    values = from_profile | own if is_first else own | from_profile
    assert parameters.flatten(values) == {"train_vae.fact": 1.0, "train_vae.latent_dim": 256}


def test_the_placeholder_for_a_value_of_the_profile_is_not_a_value() -> None:
    values = {
        "profiles.celeba.train_vae": {"epochs": 24},
        "train_vae": {"epochs": loader.FROM_PROFILE, "batch_size": loader.FROM_PROFILE},
    }
    assert parameters.flatten(values) == {"train_vae.epochs": 24}


def test_every_section_with_a_seed_is_known() -> None:
    sections = loader.section_classes()
    seeded = {
        f"{name}.seed"
        for name, section in sections.items()
        if name != "base" and "seed" in {field.name for field in dataclasses.fields(section)}
    }
    assert set(parameters.SEEDS_OF_SECTIONS) == seeded


def test_a_parameter_differs_if_its_values_are_not_all_equal() -> None:
    parameter_sets: list[dict[str, Any]] = [
        {"a": 1, "b": 2.0},
        {"a": 1, "b": 2},
        {"a": 1, "b": 2.0, "c": 3},
        {},
    ]
    assert parameters.find_differing(parameter_sets) == ["c"]
    assert parameters.find_differing([]) == []
    dash = {"c": "\N{EN DASH}"}
    assert parameters.describe_differing(parameter_sets) == [dash, dash, {"c": "3"}, dash]
    assert parameters.describe_differing(parameter_sets, excluding="c") == [{}, {}, {}, {}]


def test_numbers_that_differ_in_a_late_digit_differ() -> None:
    parameter_sets = [{"a": 0.12345678}, {"a": 0.12345679}]
    assert parameters.describe_differing(parameter_sets) == [
        {"a": "0.12345678"},
        {"a": "0.12345679"},
    ]


def test_different_folders_differ_and_are_not_shown() -> None:
    paths = ("/home/me/x", "/home/me/y", "/home/me/x", None)
    parameter_sets = [{"a": path} for path in paths]
    assert parameters.find_differing(parameter_sets) == ["a"]
    assert [texts["a"] for texts in parameters.describe_differing(parameter_sets)] == [
        "(a local folder) no. 1", "(a local folder) no. 2", "(a local folder) no. 1", "null",
    ]  # fmt: skip


def test_different_files_are_shown_by_their_names() -> None:
    parameter_sets = [{"a": "/home/me/old.h5"}, {"a": "/home/me/new.h5"}]
    assert [texts["a"] for texts in parameters.describe_differing(parameter_sets)] == [
        "(a local file: old.h5)", "(a local file: new.h5)",
    ]  # fmt: skip


def test_many_values_of_a_cause_are_cut() -> None:
    parameter_sets = [{"train_vae.fact": 1.0, "train_vae.seed": seed} for seed in range(9, 0, -1)]
    described = parameters.describe_causes(parameter_sets, excluding="train_vae.fact")
    assert described == ["train_vae.seed (1, 2, 3, 4, 5, 6, ...)"]


def test_a_cause_that_one_version_lacks_is_shown_with_a_dash() -> None:
    described = parameters.describe_causes([{"train_vae.seed": 1}, {"base.seed": 1}], excluding="")
    assert described == ["base.seed (1, \N{EN DASH})", "train_vae.seed (1, \N{EN DASH})"]


def test_a_seed_of_a_section_that_follows_base_seed_is_not_a_separate_cause() -> None:
    parameter_sets = [
        {"base.seed": seed, "train_vae.seed": seed, "train_cnn.seed": seed} for seed in (1, 2)
    ]
    assert parameters.find_differing(parameter_sets) == ["base.seed"]
    parameter_sets[1]["train_vae.seed"] = 3
    assert parameters.find_differing(parameter_sets) == ["base.seed", "train_vae.seed"]


def test_a_version_without_a_separate_seed_uses_base_seed() -> None:
    parameter_sets = [{"base.seed": 1}, {"base.seed": 1, "draw_samples.seed": 1}]
    assert parameters.find_differing(parameter_sets) == []
    parameter_sets[1]["draw_samples.seed"] = 2
    assert parameters.find_differing(parameter_sets) == ["draw_samples.seed"]


def test_seeds_are_split_from_other_parameters_that_affect_the_numbers() -> None:
    values = {
        "base.seed": 1, "train_vae.seed": 2, "split_faces.seed": 3, "train_vae.fact": 5.0,
        "evaluate_vae.num_compared": 9, "train_cnn.seed": 4, "draw_samples.num_columns": 8,
    }  # fmt: skip
    others, seeds = parameters.split_seeds(values)
    assert others == {"train_vae.fact": 5.0, "evaluate_vae.num_compared": 9}
    assert seeds == {"base.seed": 1, "train_vae.seed": 2, "split_faces.seed": 3}
    assert not parameters.is_seed("train_vae.seeds")


def test_causes_can_be_listed_without_seeds() -> None:
    parameter_sets = [{"train_vae.seed": seed, "train_vae.epochs": seed} for seed in (1, 2)]
    described = parameters.describe_causes(parameter_sets, excluding="", has_seeds=False)
    assert described == ["train_vae.epochs (1, 2)"]
