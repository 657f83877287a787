import dataclasses
from typing import Any

import pytest

from latentmaps.compare import parameters
from latentmaps.params import loader


def test_the_profile_in_force_stands_under_its_section() -> None:
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
def test_the_value_of_the_profile_wins(is_first: bool) -> None:
    own = {"train_vae": {"fact": 5.0, "latent_dim": 256}}
    of_profile = {"profiles.digits.train_vae": {"fact": 1.0}}
    values = of_profile | own if is_first else own | of_profile
    assert parameters.flatten(values) == {"train_vae.fact": 1.0, "train_vae.latent_dim": 256}


def test_the_mark_that_the_profile_has_the_value_is_no_value() -> None:
    values = {
        "profiles.celeba.train_vae": {"epochs": 24},
        "train_vae": {"epochs": loader.FROM_PROFILE, "batch_size": loader.FROM_PROFILE},
    }
    assert parameters.flatten(values) == {"train_vae.epochs": 24}


def test_every_section_with_a_seed_of_its_own_is_known() -> None:
    sections = loader.section_classes()
    seeded = {
        f"{name}.seed"
        for name, section in sections.items()
        if name != "base" and "seed" in {field.name for field in dataclasses.fields(section)}
    }
    assert set(parameters.SEEDS_OF_SECTIONS) == seeded


def test_only_what_is_not_the_same_everywhere_differs() -> None:
    of_each: list[dict[str, Any]] = [
        {"a": 1, "b": 2.0},
        {"a": 1, "b": 2},
        {"a": 1, "b": 2.0, "c": 3},
        {},
    ]
    assert parameters.find_differing(of_each) == ["c"]
    assert parameters.find_differing([]) == []
    dash = {"c": "\N{EN DASH}"}
    assert parameters.describe_differing(of_each) == [dash, dash, {"c": "3"}, dash]
    assert parameters.describe_differing(of_each, but="c") == [{}, {}, {}, {}]


def test_numbers_that_part_late_differ() -> None:
    of_each = [{"a": 0.12345678}, {"a": 0.12345679}]
    assert parameters.describe_differing(of_each) == [{"a": "0.12345678"}, {"a": "0.12345679"}]


def test_other_folders_differ_and_are_not_told() -> None:
    paths = ("/home/me/x", "/home/me/y", "/home/me/x", None)
    of_each = [{"a": path} for path in paths]
    assert parameters.find_differing(of_each) == ["a"]
    assert [texts["a"] for texts in parameters.describe_differing(of_each)] == [
        "(a local folder) no. 1", "(a local folder) no. 2", "(a local folder) no. 1", "null",
    ]  # fmt: skip


def test_other_files_are_told_by_their_names() -> None:
    of_each = [{"a": "/home/me/old.h5"}, {"a": "/home/me/new.h5"}]
    assert [texts["a"] for texts in parameters.describe_differing(of_each)] == [
        "(a local file: old.h5)", "(a local file: new.h5)",
    ]  # fmt: skip


def test_many_values_of_a_cause_are_cut() -> None:
    of_each = [{"train_vae.fact": 1.0, "train_vae.seed": seed} for seed in range(9, 0, -1)]
    described = parameters.describe_causes(of_each, but="train_vae.fact")
    assert described == ["train_vae.seed (1, 2, 3, 4, 5, 6, ...)"]


def test_a_cause_that_one_version_lacks_is_told() -> None:
    described = parameters.describe_causes([{"train_vae.seed": 1}, {"base.seed": 1}], but="")
    assert described == ["base.seed (1, \N{EN DASH})", "train_vae.seed (1, \N{EN DASH})"]


def test_a_seed_of_a_training_that_only_follows_base_seed_is_no_cause_of_its_own() -> None:
    of_each = [
        {"base.seed": seed, "train_vae.seed": seed, "train_cnn.seed": seed} for seed in (1, 2)
    ]
    assert parameters.find_differing(of_each) == ["base.seed"]
    of_each[1]["train_vae.seed"] = 3
    assert parameters.find_differing(of_each) == ["base.seed", "train_vae.seed"]


def test_a_version_without_a_seed_of_its_own_takes_base_seed() -> None:
    of_each = [{"base.seed": 1}, {"base.seed": 1, "draw_samples.seed": 1}]
    assert parameters.find_differing(of_each) == []
    of_each[1]["draw_samples.seed"] = 2
    assert parameters.find_differing(of_each) == ["draw_samples.seed"]


def test_seeds_are_split_from_what_decides_the_numbers_of_the_network() -> None:
    values = {
        "base.seed": 1, "train_vae.seed": 2, "split_faces.seed": 3, "train_vae.fact": 5.0,
        "evaluate_vae.num_compared": 9, "train_cnn.seed": 4, "draw_samples.num_columns": 8,
    }  # fmt: skip
    others, seeds = parameters.split_seeds(values)
    assert others == {"train_vae.fact": 5.0, "evaluate_vae.num_compared": 9}
    assert seeds == {"base.seed": 1, "train_vae.seed": 2, "split_faces.seed": 3}
    assert not parameters.is_seed("train_vae.seeds")


def test_causes_may_be_told_without_seeds() -> None:
    of_each = [{"train_vae.seed": seed, "train_vae.epochs": seed} for seed in (1, 2)]
    described = parameters.describe_causes(of_each, but="", has_seeds=False)
    assert described == ["train_vae.epochs (1, 2)"]
