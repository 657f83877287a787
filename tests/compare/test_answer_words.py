import pytest
from tests.compare.example_experiments import make_experiment, make_sweep
from tests.compare.example_sweeps import judged, sweep_of, trade_off

from latentmaps.compare import answer, answer_words
from latentmaps.compare.experiment import Experiment, sort_by_fact

GOOD: dict[str, float] = {}
BLURRED, FAR = {"kept": 0.5}, {"prior": 0.9}
UNSURE = [{"kept": kept} for kept in (0.7, 0.8, 0.9)]


def headline(experiments: list[Experiment]) -> str:
    return answer_words.headline(answer.judge_sweep(sort_by_fact(experiments)))


def evidence(experiments: list[Experiment]) -> str:
    return "\n".join(answer_words.evidence(answer.judge_sweep(sort_by_fact(experiments))))


def test_the_supported_range_comes_with_its_evidence() -> None:
    assert headline(trade_off()) == "This sweep supports fact 1, 3."
    said = evidence(trade_off())
    assert "test faces (at least 80%): yes at 0 to 3; no at 10." in said
    assert "above the smallest): yes at 1 to 10; no at 0." in said
    assert "The KL term matters (at least 3%): yes at 1 to 10; no at 0." in said
    assert "exclude" not in said
    assert "largest" not in said
    assert "smallest fact tried" not in said


def test_a_range_may_have_gaps_and_values_that_are_not_certain() -> None:
    experiments = sweep_of(
        {1.0: [GOOD] * 3, 2.0: [BLURRED] * 3, 3.0: [GOOD] * 3, 4.0: [GOOD] * 3, 5.0: [GOOD] * 3}
        | {6.0: UNSURE}
    )
    assert headline(experiments) == "This sweep supports fact 1, 3 to 5. Not certain: 6."
    assert "test faces (at least 80%): yes at 1, 3 to 5; no at 2; not certain at 6." in evidence(
        experiments
    )


def test_criteria_that_exclude_each_other_are_named() -> None:
    experiments = sweep_of({1.0: [FAR] * 2, 3.0: [FAR] * 2, 10.0: [BLURRED] * 2})
    assert headline(experiments) == (
        "No fact of this sweep meets all three criteria. With fitted samplers instead of the "
        "prior, it supports fact 1, 3."
    )
    said = evidence(experiments)
    assert (
        "'variance kept' and 'random faces' are mutually exclusive here: no fact of this sweep "
        "meets both." in said
    )
    assert "'KL share'" not in said


def test_a_criterion_that_no_value_meets_excludes_no_other() -> None:
    experiments = sweep_of({1.0: [BLURRED] * 2, 3.0: [BLURRED] * 2})
    said = evidence(experiments)
    assert "test faces (at least 80%): no at 1, 3." in said
    assert "exclude" not in said


def test_a_value_that_may_meet_all_keeps_criteria_from_excluding_each_other() -> None:
    experiments = sweep_of({1.0: [FAR | {"fitted": 0.9}] * 3, 3.0: UNSURE})
    assert (
        headline(experiments) == "No fact of this sweep meets all three criteria. Not certain: 3."
    )
    assert "exclude" not in evidence(experiments)


def test_the_answer_says_that_the_spread_is_unknown_and_where_the_sweep_ends() -> None:
    assert headline(sweep_of({1.0: [FAR], 3.0: [GOOD]})) == (
        "This sweep supports fact 3. 3 is the largest value tried. Each value has one seed, so "
        "the spread is unknown."
    )


def test_a_largest_value_that_is_still_the_best_is_named() -> None:
    said = evidence(sweep_of({1.0: [FAR], 10.0: [GOOD]}))
    assert "The largest fact tried, 10, is still the best one for random faces" in said


def test_a_range_that_reaches_an_end_may_continue() -> None:
    said = evidence(sweep_of({1.0: [GOOD], 10.0: [{"prior": 0.11}]}))
    assert "10 is the largest fact tried: the range may continue above." in said
    assert "1 is the smallest fact tried: the range may start below." in said
    said = evidence(sweep_of({0.0: [GOOD], 10.0: [{"prior": 0.11}]}))
    assert "smallest fact tried" not in said  # there is nothing below 0


def test_the_best_fitted_sampler_is_compared_with_the_prior() -> None:
    experiments = sweep_of(
        {
            1.0: [{"prior": 0.5, "fitted": 0.03}],
            3.0: [{"prior": 0.4, "fitted": 0.02}],
            10.0: [{"prior": 0.2, "fitted": 0.01, "kept": 0.5}],
        }
    )
    said = evidence(experiments)
    sign = "\N{PLUS-MINUS SIGN}"
    assert f"at fact 3, random faces have a kernel distance of 0.0200 {sign} 0.0200" in said
    assert f"0.4000 {sign} 0.0200 with the prior (at best 0.2000 {sign} 0.0200, at fact 10)" in said
    assert said.endswith("With fitted samplers instead of the prior, the sweep supports fact 1, 3.")


def test_without_numbers_of_random_faces_samplers_are_not_mentioned() -> None:
    experiments = [judged(1.0, test={}), judged(3.0, test={})]
    said = evidence(experiments)
    assert "fitted" not in said
    assert "no number at 1, 3." in said


@pytest.mark.parametrize(
    "experiments",
    [[make_experiment("a", 3.0)], [*make_sweep(), make_experiment("a", 3.0, parameters={})]],
)
def test_no_answer_has_a_reason_and_no_evidence(experiments: list[Experiment]) -> None:
    assert headline(experiments).startswith("No answer: ")
    assert evidence(experiments) == ""
