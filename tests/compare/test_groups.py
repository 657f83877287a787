import math

import pytest
from tests.compare.example_experiments import experiment
from tests.compare.example_sweeps import judged, trade_off

from latentmaps.compare import groups
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.groups import Statistic


def names(*drawn: Experiment) -> list[list[str]]:
    return [[one.name for one in group.members] for group in groups.make_groups(drawn)]


def test_the_spread_is_the_sample_standard_deviation_and_the_error_that_of_the_mean() -> None:
    found = Statistic([1.0, 2.0, 6.0])
    assert found.mean == 3.0
    assert found.spread == pytest.approx(math.sqrt((4 + 1 + 9) / 2))
    assert found.error == pytest.approx(math.sqrt(7 / 3))


def test_of_a_single_value_no_spread_is_known() -> None:
    found = Statistic([4.0])
    assert (found.mean, found.spread, found.error) == (4.0, None, None)


def test_experiments_that_differ_in_a_seed_alone_are_a_group() -> None:
    made = groups.make_groups(trade_off())
    assert [len(group.seeds) for group in made] == [3, 3, 3, 3]
    assert [group.label for group in made] == ["0", "1", "3", "10"]
    assert made[0].name == "f0-s1 and 2 more"


@pytest.mark.parametrize("name", ["base.seed", "train_vae.seed", "split_faces.seed"])
def test_every_seed_is_a_seed(name: str) -> None:
    assert names(experiment("a", 3.0), experiment("b", 3.0, **{name: 7})) == [["a", "b"]]


@pytest.mark.parametrize("name", ["train_vae.epochs", "evaluate_vae.num_encoded", "base.seeds"])
def test_what_decides_a_number_parts_groups(name: str) -> None:
    assert names(experiment("a", 3.0), experiment("b", 3.0, **{name: 7})) == [["a"], ["b"]]


def test_the_cnn_and_pictures_part_no_group_and_are_no_other_seed() -> None:
    others = {"train_cnn.seed": 7, "draw_samples.num_columns": 3}
    [group] = groups.make_groups([experiment("a", 3.0), experiment("b", 3.0, **others)])
    assert len(group.members) == 2
    assert len(group.seeds) == 1


def test_other_code_of_the_training_or_the_test_parts_groups() -> None:
    other = {"train_vae": "new", "evaluate_vae": "dd"}
    assert names(experiment("a", 3.0), experiment("b", 3.0, code=other)) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [["a"], ["b"]]),
        ({"train_vae.seed": 7}, [["a"], ["b"]]),
        ({"base.seed": 7}, [["a", "b"]]),
    ],
)
def test_other_data_part_groups_unless_a_seed_before_the_training_explains_them(
    changes: dict[str, int], expected: list[list[str]]
) -> None:
    other = experiment("b", 3.0, data={"data/faces/images.npy": "other"}, **changes)
    assert names(experiment("a", 3.0), other) == expected


def test_experiments_of_unknown_parameters_are_groups_of_their_own() -> None:
    ones = [experiment(name, 3.0, parameters={}) for name in "ab"]
    assert names(*ones) == [["a"], ["b"]]


def test_a_run_that_was_repeated_counts_once() -> None:
    ones = [judged(3.0, 1, kept=0.8), judged(3.0, 1, kept=0.9, name="again"), judged(3.0, 2)]
    [group] = groups.make_groups(ones)
    assert [one.name for one in group.seeds] == ["f3-s1", "f3-s2"]


def test_a_number_that_one_seed_lacks_is_that_of_the_others() -> None:
    ones = [judged(3.0, 1), judged(3.0, 2, test={}), judged(3.0, 3)]
    [group] = groups.make_groups(ones)
    found = group.statistic(lambda one: one.number("test", "mse"))
    assert found is not None
    assert len(found.values) == 2
    assert group.statistic(lambda one: one.number("test", "none")) is None


def test_seeds_are_no_parameter_in_which_groups_differ() -> None:
    ones = [judged(3.0, 1), judged(3.0, 2), judged(3.0, 3, **{"train_vae.epochs": 2})]
    made = groups.make_groups(ones)
    assert groups.differing_parameters(made) == [
        {"train_vae.epochs": "11"}, {"train_vae.epochs": "2"},
    ]  # fmt: skip
    assert groups.have_seeds(made)
    assert not groups.have_seeds(made[1:])
