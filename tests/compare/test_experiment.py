import math

from tests.compare.example_experiments import make_experiment, make_sweep

from latentmaps.compare.experiment import Experiment, sort_by_fact


def test_experiments_are_sorted_by_fact_then_name_unknown_facts_last() -> None:
    unknown = Experiment("a")
    experiments = [unknown, *make_sweep(), make_experiment("also", 3.0)]
    assert [experiment.name for experiment in sort_by_fact(experiments)] == [
        "run-0.5", "run-1.5", "also", "run-3", "run-5", "run-10", "a",
    ]  # fmt: skip
    assert math.isnan(unknown.kl_weight)
    assert unknown.label == "unknown"


def test_experiments_of_one_fact_are_sorted_by_value_and_then_by_seed() -> None:
    experiments = [
        make_experiment(
            f"d{size}-s{seed}", 3.0, **{"train_vae.latent_dim": size, "train_vae.seed": seed}
        )
        for seed in (10, 9)
        for size in (256, 16)
    ]
    assert [experiment.name for experiment in sort_by_fact(experiments)] == [
        "d16-s9",
        "d16-s10",
        "d256-s9",
        "d256-s10",
    ]


def test_a_number_is_finite_or_none() -> None:
    experiment = make_experiment("a", 5.0, test={"a": {"b": 2}, "c": True, "d": math.nan, "e": "5"})
    assert experiment.number("test", "a", "b") == 2.0
    assert [experiment.number("test", key) for key in "acdef"] == [None] * 5
    assert experiment.number("test", "e", "f") is None


def test_experiments_that_failed_or_have_no_result_are_not_shown() -> None:
    assert make_experiment("a", 5.0).is_shown
    assert not make_experiment("a", 5.0, state="failed").is_shown
    assert not Experiment("a").is_shown
