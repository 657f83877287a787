from typing import Any

import pytest
from tests.compare.example_experiments import sweep
from tests.compare.example_sweeps import judged, sweep_of, trade_off

from latentmaps.compare import answer
from latentmaps.compare.criteria import Verdict
from latentmaps.compare.experiment import FACT, by_fact

TWO_DIFFER = (
    "more than one parameter differs - train_vae.epochs (3, 11), train_vae.fact (1.0, 3.0, 5.0); "
    "without f5-s1 it is train_vae.fact alone"
)


def test_a_value_is_supported_when_it_meets_all_three() -> None:
    found = answer.find(by_fact(trade_off()))
    assert (found.parameter, found.name) == (FACT, "fact")
    assert {trial.label: trial.verdict.value for trial in found.trials} == {
        "0": "no", "1": "yes", "3": "yes", "10": "no",
    }  # fmt: skip
    assert found.lacking is None


def test_the_order_of_the_experiments_does_not_matter() -> None:
    ones = trade_off()
    first, second = answer.find(ones), answer.find(ones[::-1])
    assert [trial.label for trial in first.trials] == [trial.label for trial in second.trials]
    assert [t.verdict for t in first.trials] == [t.verdict for t in second.trials]


def test_seeds_that_disagree_make_a_value_not_certain() -> None:
    found = answer.find(
        sweep_of({1.0: [{}] * 3, 3.0: [{"kept": kept} for kept in (0.79, 0.82, 0.85)]})
    )
    assert [trial.verdict for trial in found.trials] == [Verdict.YES, Verdict.UNCERTAIN]


def test_any_number_of_the_training_may_be_swept() -> None:
    ones = [
        judged(3.0, seed, name=f"d{size}-s{seed}", **{"train_vae.latent_dim": size, "kept": kept})
        for size, kept in ((256, 0.9), (16, 0.6), (64, 0.85))
        for seed in (1, 2)
    ]
    found = answer.find(by_fact(ones))
    assert found.parameter == "train_vae.latent_dim"
    assert [trial.label for trial in found.trials] == ["16", "64", "256"]
    assert [trial.verdict.value for trial in found.trials] == ["no", "yes", "yes"]
    assert found.trials[0].group.name == "d16-s1 and 1 more"


def test_the_fitted_sampler_stands_in_for_the_prior() -> None:
    found = answer.find(
        sweep_of({1.0: [{"prior": 0.5, "fitted": 0.02}], 3.0: [{"prior": 0.1, "fitted": 0.02}]})
    )
    assert [trial.verdict.value for trial in found.trials] == ["no", "yes"]
    assert [trial.verdict_fitted.value for trial in found.trials] == ["yes", "yes"]
    samplers = [trial.sampler for trial in found.trials]
    assert all(one is not None and one.distance.mean == 0.02 for one in samplers)


def test_one_experiment_and_seeds_of_one_value_are_no_sweep() -> None:
    one = answer.find([judged(3.0)])
    assert one.trials == ()
    assert one.reason == "one experiment, where a sweep has two values at least"
    assert one.lacking is not None
    assert one.lacking.command == ("dvc exp run --queue -S train_vae.fact=0.5,1.5,3.0,5.0,10.0")
    seeds = answer.find([judged(3.0, 1), judged(3.0, 2)])
    assert seeds.reason == "2 seeds of one value, where a sweep has two values at least"
    again = answer.find([judged(3.0, 1), judged(3.0, 1, name="again")])
    assert again.reason == "1 seed of one value, where a sweep has two values at least"


def test_without_seeds_the_single_values_stand_and_a_command_adds_seeds() -> None:
    found = answer.find(by_fact(sweep()))
    assert len(found.trials) == 5
    assert found.lacking is not None
    assert found.lacking.reason == (
        "No spread over seeds is known of any value: there is one seed, and the single numbers "
        "stand. More seeds, with all other -S of the sweep"
    )
    assert found.lacking.command == (
        "dvc exp run --queue -S train_vae.fact=0.5,1.5,3,5,10 -S train_vae.seed=1,2"
    )


def test_seeds_are_added_where_there_is_one_and_none_twice() -> None:
    ones = [judged(1.0, 2), judged(3.0, 1), judged(3.0, 2), judged(5.0, 4)]
    lacking = answer.find(ones).lacking
    assert lacking is not None
    assert "known of 1, 5:" in lacking.reason
    assert lacking.command.endswith("-S train_vae.fact=1,5 -S train_vae.seed=3,5")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"train_vae.epochs": 3}, TWO_DIFFER),
        ({"parameters": {}}, "the parameters of f5-s1 are not known"),
        (
            {"code": {"train_vae": "new", "evaluate_vae": "dd"}},
            "not all experiments ran the same code of train_vae and evaluate_vae",
        ),
        (
            {"data": {"data/faces/split.csv": "other"}},
            "not all experiments were trained or tested on the same data",
        ),
    ],
)
def test_where_more_differs_there_is_no_answer_and_a_reason(
    changes: dict[str, Any], reason: str
) -> None:
    found = answer.find([judged(1.0), judged(3.0), judged(5.0, **changes)])
    assert found.trials == ()
    assert found.reason == reason


def test_many_rows_to_leave_out_are_not_named() -> None:
    ones = [
        judged(fact, **{"train_vae.epochs": epochs}) for fact in (1.0, 3.0) for epochs in (1, 2)
    ]
    found = answer.find([*ones, *(judged(5.0, s, **{"train_vae.epochs": s}) for s in (5, 6, 7))])
    assert found.reason.startswith("more than one parameter differs - ")
    assert "without" not in found.reason


def test_no_advice_leaves_a_single_value() -> None:
    ones = [judged(1.0), judged(3.0, **{"train_vae.epochs": 3})]
    assert "without" not in answer.find(ones).reason


@pytest.mark.parametrize(
    ("name", "values"),
    [("train_vae.kl_method", ("a", "b")), ("crop_faces.image_size", (64, 96))],
)
def test_words_and_other_stages_are_no_number_of_the_training(
    name: str, values: tuple[Any, Any]
) -> None:
    found = answer.find([judged(3.0, **{name: value}) for value in values])
    told = ", ".join(map(str, values))
    assert found.reason == f"what differs is {name} ({told}), and not a number of train_vae"


def test_data_may_differ_with_the_seed_that_decides_them() -> None:
    ones = [
        judged(fact, seed, data={"split.csv": str(seed)}, **{"base.seed": seed})
        for fact in (1.0, 3.0)
        for seed in (1, 2)
    ]
    assert len(answer.find(by_fact(ones)).trials) == 2
