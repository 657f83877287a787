from typing import Any

import pytest
from tests.compare.example_experiments import make_sweep
from tests.compare.example_sweeps import judged, sweep_of, trade_off

from latentmaps.compare import answer
from latentmaps.compare.criteria import Verdict
from latentmaps.compare.experiment import FACT, sort_by_fact

TWO_DIFFER = (
    "more than one parameter differs - train_vae.epochs (3, 11), train_vae.fact (1.0, 3.0, 5.0); "
    "without f5-s1 only train_vae.fact differs"
)


def test_a_value_is_supported_when_it_meets_all_three() -> None:
    found = answer.judge_sweep(sort_by_fact(trade_off()))
    assert (found.parameter, found.name) == (FACT, "fact")
    assert {trial.label: trial.verdict.value for trial in found.trials} == {
        "0": "no", "1": "yes", "3": "yes", "10": "no",
    }  # fmt: skip
    assert found.advice is None


def test_the_order_of_the_experiments_does_not_matter() -> None:
    experiments = trade_off()
    first, second = answer.judge_sweep(experiments), answer.judge_sweep(experiments[::-1])
    assert [trial.label for trial in first.trials] == [trial.label for trial in second.trials]
    assert [t.verdict for t in first.trials] == [t.verdict for t in second.trials]


def test_seeds_that_disagree_make_a_value_not_certain() -> None:
    found = answer.judge_sweep(
        sweep_of({1.0: [{}] * 3, 3.0: [{"kept": kept} for kept in (0.79, 0.82, 0.85)]})
    )
    assert [trial.verdict for trial in found.trials] == [Verdict.YES, Verdict.UNCERTAIN]


def test_any_number_of_the_training_may_be_swept() -> None:
    experiments = [
        judged(3.0, seed, name=f"d{size}-s{seed}", **{"train_vae.latent_dim": size, "kept": kept})
        for size, kept in ((256, 0.9), (16, 0.6), (64, 0.85))
        for seed in (1, 2)
    ]
    found = answer.judge_sweep(sort_by_fact(experiments))
    assert found.parameter == "train_vae.latent_dim"
    assert [trial.label for trial in found.trials] == ["16", "64", "256"]
    assert [trial.verdict.value for trial in found.trials] == ["no", "yes", "yes"]
    assert found.trials[0].group.name == "d16-s1 and 1 more"


def test_a_verdict_with_the_fitted_sampler_replaces_the_prior() -> None:
    found = answer.judge_sweep(
        sweep_of({1.0: [{"prior": 0.5, "fitted": 0.02}], 3.0: [{"prior": 0.1, "fitted": 0.02}]})
    )
    assert [trial.verdict.value for trial in found.trials] == ["no", "yes"]
    assert [trial.verdict_fitted.value for trial in found.trials] == ["yes", "yes"]
    samplers = [trial.sampler for trial in found.trials]
    assert all(s is not None and s.distance.mean == 0.02 for s in samplers)


def test_one_experiment_and_seeds_of_one_value_are_not_a_sweep() -> None:
    single = answer.judge_sweep([judged(3.0)])
    assert single.trials == ()
    assert single.reason == "found one experiment, but a sweep needs at least two values"
    assert single.advice is not None
    assert single.advice.command == ("dvc exp run --queue -S train_vae.fact=0.5,1.5,3.0,5.0,10.0")
    seeds = answer.judge_sweep([judged(3.0, 1), judged(3.0, 2)])
    assert seeds.reason == "found 2 seeds of one value, but a sweep needs at least two values"
    again = answer.judge_sweep([judged(3.0, 1), judged(3.0, 1, name="again")])
    assert again.reason == "found 1 seed of one value, but a sweep needs at least two values"


def test_without_seeds_single_values_are_judged_and_a_command_adds_seeds() -> None:
    found = answer.judge_sweep(sort_by_fact(make_sweep()))
    assert len(found.trials) == 5
    assert found.advice is not None
    assert found.advice.reason == (
        "The spread over seeds is unknown for any value: there is one seed, and its numbers are "
        "judged as they are. To add seeds, keeping all other -S options of the sweep"
    )
    assert found.advice.command == (
        "dvc exp run --queue -S train_vae.fact=0.5,1.5,3,5,10 -S train_vae.seed=1,2"
    )


def test_seeds_are_added_to_single_ones_and_never_twice() -> None:
    experiments = [judged(1.0, 2), judged(3.0, 1), judged(3.0, 2), judged(5.0, 4)]
    advice = answer.judge_sweep(experiments).advice
    assert advice is not None
    assert "unknown for 1, 5:" in advice.reason
    assert advice.command.endswith("-S train_vae.fact=1,5 -S train_vae.seed=3,5")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"train_vae.epochs": 3}, TWO_DIFFER),
        ({"parameters": {}}, "the parameters of f5-s1 are unknown"),
        (
            {"code": {"train_vae": "new", "evaluate_vae": "dd"}},
            "the experiments did not all run the same code of train_vae and evaluate_vae",
        ),
        (
            {"data": {"data/faces/split.csv": "other"}},
            "the experiments were not all trained and tested on the same data",
        ),
    ],
)
def test_more_than_one_difference_gives_a_reason_instead_of_an_answer(
    changes: dict[str, Any], reason: str
) -> None:
    found = answer.judge_sweep([judged(1.0), judged(3.0), judged(5.0, **changes)])
    assert found.trials == ()
    assert found.reason == reason


def test_many_rows_to_leave_out_are_not_named() -> None:
    experiments = [
        judged(fact, **{"train_vae.epochs": epochs}) for fact in (1.0, 3.0) for epochs in (1, 2)
    ]
    found = answer.judge_sweep(
        [*experiments, *(judged(5.0, s, **{"train_vae.epochs": s}) for s in (5, 6, 7))]
    )
    assert found.reason.startswith("more than one parameter differs - ")
    assert "without" not in found.reason


def test_advice_never_leaves_a_single_value() -> None:
    experiments = [judged(1.0), judged(3.0, **{"train_vae.epochs": 3})]
    assert "without" not in answer.judge_sweep(experiments).reason


@pytest.mark.parametrize(
    ("name", "values"),
    [("train_vae.kl_method", ("a", "b")), ("crop_faces.image_size", (64, 96))],
)
def test_texts_and_other_stages_are_not_a_number_of_the_training(
    name: str, values: tuple[Any, Any]
) -> None:
    found = answer.judge_sweep([judged(3.0, **{name: value}) for value in values])
    texts = ", ".join(map(str, values))
    assert found.reason == f"the difference is {name} ({texts}), which is not a number of train_vae"


def test_data_may_differ_if_a_seed_explains_it() -> None:
    experiments = [
        judged(fact, seed, data={"split.csv": str(seed)}, **{"base.seed": seed})
        for fact in (1.0, 3.0)
        for seed in (1, 2)
    ]
    assert len(answer.judge_sweep(sort_by_fact(experiments)).trials) == 2
