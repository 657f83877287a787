import math

from tests.compare.example_experiments import experiment, sweep

from latentmaps.compare.experiment import Experiment, by_fact


def test_experiments_are_sorted_by_fact_then_name_unknown_facts_last() -> None:
    unknown = Experiment("a")
    ones = [unknown, *sweep(), experiment("also", 3.0)]
    assert [one.name for one in by_fact(ones)] == [
        "run-0.5", "run-1.5", "also", "run-3", "run-5", "run-10", "a",
    ]  # fmt: skip
    assert math.isnan(unknown.fact)
    assert unknown.label == "unknown"


def test_of_one_fact_the_seeds_of_a_value_stand_together() -> None:
    ones = [
        experiment(
            f"d{size}-s{seed}", 3.0, **{"train_vae.latent_dim": size, "train_vae.seed": seed}
        )
        for seed in (10, 9)
        for size in (256, 16)
    ]
    assert [one.name for one in by_fact(ones)] == ["d16-s9", "d16-s10", "d256-s9", "d256-s10"]


def test_a_number_is_finite_or_none() -> None:
    one = experiment("a", 5.0, test={"a": {"b": 2}, "c": True, "d": math.nan, "e": "5"})
    assert one.number("test", "a", "b") == 2.0
    assert [one.number("test", key) for key in "acdef"] == [None] * 5
    assert one.number("test", "e", "f") is None


def test_what_failed_or_has_no_result_is_not_drawn() -> None:
    assert experiment("a", 5.0).is_drawn
    assert not experiment("a", 5.0, state="failed").is_drawn
    assert not Experiment("a").is_drawn
