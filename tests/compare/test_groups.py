import math

import pytest
from tests.compare.example_experiments import make_experiment
from tests.compare.example_sweeps import judged, trade_off

from latentmaps.compare import groups
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.groups import SeedStatistic


def names(*experiments: Experiment) -> list[list[str]]:
    return [[member.name for member in g.members] for g in groups.make_groups(experiments)]


def test_the_spread_is_the_sample_standard_deviation_and_the_error_is_of_the_mean() -> None:
    statistic = SeedStatistic([1.0, 2.0, 6.0])
    assert statistic.mean == 3.0
    assert statistic.spread == pytest.approx(math.sqrt((4 + 1 + 9) / 2))
    assert statistic.error == pytest.approx(math.sqrt(7 / 3))


def test_a_single_value_has_no_spread() -> None:
    statistic = SeedStatistic([4.0])
    assert (statistic.mean, statistic.spread, statistic.error) == (4.0, None, None)


def test_experiments_that_differ_only_in_a_seed_form_a_group() -> None:
    seed_groups = groups.make_groups(trade_off())
    assert [len(group.seeds) for group in seed_groups] == [3, 3, 3, 3]
    assert [group.label for group in seed_groups] == ["0", "1", "3", "10"]
    assert seed_groups[0].name == "f0-s1 and 2 more"


@pytest.mark.parametrize("name", ["base.seed", "train_vae.seed", "split_faces.seed"])
def test_every_seed_parameter_counts_as_a_seed(name: str) -> None:
    assert names(make_experiment("a", 3.0), make_experiment("b", 3.0, **{name: 7})) == [["a", "b"]]


@pytest.mark.parametrize("name", ["train_vae.epochs", "evaluate_vae.num_encoded", "base.seeds"])
def test_a_parameter_that_affects_a_number_separates_groups(name: str) -> None:
    assert names(make_experiment("a", 3.0), make_experiment("b", 3.0, **{name: 7})) == [
        ["a"],
        ["b"],
    ]


def test_the_cnn_and_pictures_separate_no_group_and_add_no_seed() -> None:
    others = {"train_cnn.seed": 7, "draw_samples.num_columns": 3}
    [group] = groups.make_groups([make_experiment("a", 3.0), make_experiment("b", 3.0, **others)])
    assert len(group.members) == 2
    assert len(group.seeds) == 1


def test_other_code_of_the_training_or_the_test_separates_groups() -> None:
    other = {"train_vae": "new", "evaluate_vae": "dd"}
    assert names(make_experiment("a", 3.0), make_experiment("b", 3.0, code=other)) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [["a"], ["b"]]),
        ({"train_vae.seed": 7}, [["a"], ["b"]]),
        ({"base.seed": 7}, [["a", "b"]]),
    ],
)
def test_other_data_separate_groups_unless_a_seed_before_the_training_explains_them(
    changes: dict[str, int], expected: list[list[str]]
) -> None:
    other = make_experiment("b", 3.0, data={"data/faces/images.npy": "other"}, **changes)
    assert names(make_experiment("a", 3.0), other) == expected


def test_experiments_with_unknown_parameters_form_separate_groups() -> None:
    experiments = [make_experiment(name, 3.0, parameters={}) for name in "ab"]
    assert names(*experiments) == [["a"], ["b"]]


def test_a_run_that_was_repeated_counts_once() -> None:
    experiments = [judged(3.0, 1, kept=0.8), judged(3.0, 1, kept=0.9, name="again"), judged(3.0, 2)]
    [group] = groups.make_groups(experiments)
    assert [seed.name for seed in group.seeds] == ["f3-s1", "f3-s2"]


def test_a_number_that_one_seed_lacks_is_computed_from_the_others() -> None:
    experiments = [judged(3.0, 1), judged(3.0, 2, test={}), judged(3.0, 3)]
    [group] = groups.make_groups(experiments)
    statistic = group.statistic(lambda seed: seed.number("test", "mse"))
    assert statistic is not None
    assert len(statistic.values) == 2
    assert group.statistic(lambda seed: seed.number("test", "none")) is None


def test_groups_do_not_differ_in_seeds() -> None:
    experiments = [judged(3.0, 1), judged(3.0, 2), judged(3.0, 3, **{"train_vae.epochs": 2})]
    seed_groups = groups.make_groups(experiments)
    assert groups.differing_parameters(seed_groups) == [
        {"train_vae.epochs": "11"}, {"train_vae.epochs": "2"},
    ]  # fmt: skip
    assert groups.have_seeds(seed_groups)
    assert not groups.have_seeds(seed_groups[1:])
