import math

import pytest
from tests.compare.example_experiments import evaluation_numbers, make_experiment
from tests.compare.example_sweeps import ERROR, judged

from latentmaps.compare import criteria, groups
from latentmaps.compare.criteria import (
    ALIVE,
    CRITERIA,
    FAITHFUL,
    FITTED,
    RANDOM,
    Finding,
    Verdict,
)
from latentmaps.compare.experiment import Experiment


def seeds_of(fact: float, name: str, *values: float, error: float = ERROR) -> list[Experiment]:
    return [
        judged(fact, seed, **{"error": error, name: value}) for seed, value in enumerate(values, 1)
    ]


def judge(criterion: criteria.Criterion, *experiments: Experiment) -> list[Finding]:
    return criterion.judge(groups.make_groups(experiments))


def verdicts(criterion: criteria.Criterion, *experiments: Experiment) -> list[str]:
    return [finding.verdict.value for finding in judge(criterion, *experiments)]


def test_the_variance_kept_is_one_for_a_copy_and_zero_for_a_mean_face() -> None:
    assert criteria.variance_kept(judged(3.0, kept=1.0)) == 1.0
    assert criteria.variance_kept(judged(3.0, kept=0.0)) == pytest.approx(0.0)
    numbers = evaluation_numbers(3.0) | {"mse": 0.02, "diversity_originals": 0.4}
    assert criteria.variance_kept(make_experiment("a", 3.0, test=numbers)) == pytest.approx(0.75)


@pytest.mark.parametrize("numbers", [{"mse": None}, {"diversity_originals": 0.0}])
def test_without_both_numbers_or_with_equal_faces_the_share_is_unknown(
    numbers: dict[str, object],
) -> None:
    experiment = make_experiment("a", 3.0, test=evaluation_numbers(3.0) | numbers)
    assert criteria.variance_kept(experiment) is None
    assert verdicts(FAITHFUL, experiment) == ["no number"]


@pytest.mark.parametrize(
    ("kept", "verdict"),
    [
        ((0.84, 0.85, 0.86), "yes"),
        ((0.74, 0.75, 0.76), "no"),
        ((0.79, 0.85, 0.86), "not certain"),  # seeds disagree
        ((0.801, 0.811, 0.821), "not certain"),  # 0.811 - 2 * 0.01 / sqrt(3) < 0.8
        ((0.803, 0.813, 0.823), "yes"),
        ((0.801,), "yes"),
        ((0.799,), "no"),
    ],
)
def test_a_share_is_judged_by_its_seeds_and_two_standard_errors(
    kept: tuple[float, ...], verdict: str
) -> None:
    assert verdicts(FAITHFUL, *seeds_of(3.0, "kept", *kept)) == [verdict]


def test_the_share_has_two_standard_errors_if_there_are_seeds() -> None:
    [found] = judge(FAITHFUL, *seeds_of(3.0, "kept", 0.84, 0.85, 0.86))
    assert found.text == f"85.0 \N{PLUS-MINUS SIGN} {200 * 0.01 / math.sqrt(3):.1f}%"
    [found] = judge(FAITHFUL, *seeds_of(3.0, "kept", 0.84))
    assert found.text == "84.0%"


def test_the_rule_of_three_percent_uses_the_share_above_the_floor_and_fact_0_fails_it() -> None:
    experiments = [*seeds_of(0.0, "share", 0.0, 0.0), *seeds_of(5.0, "share", 0.04, 0.041)]
    assert verdicts(ALIVE, *experiments) == ["no", "yes"]
    assert judge(ALIVE, *experiments)[0].text == "0.0 \N{PLUS-MINUS SIGN} 0.0%"


def test_kernel_distances_are_compared_with_the_smallest_one() -> None:
    near, far = seeds_of(3.0, "prior", 0.128), seeds_of(10.0, "prior", 0.129)
    best = seeds_of(1.0, "prior", 0.1)
    found = judge(RANDOM, *best, *near, *far)
    # 2 * sqrt(0.01^2 + 0.01^2) = 0.0283
    assert [finding.verdict.value for finding in found] == ["yes", "yes", "no"]
    assert [finding.is_best for finding in found] == [True, False, False]
    assert found[1].text == "+0.0280 \N{PLUS-MINUS SIGN} 0.0283"


def test_the_error_of_a_difference_contains_the_spread_of_seeds_and_the_sampling_error() -> None:
    best = seeds_of(1.0, "prior", 0.09, 0.1, 0.11)
    others = seeds_of(3.0, "prior", 0.28, 0.3, 0.32)
    [_, found] = judge(RANDOM, *best, *others)
    error = math.sqrt(0.01**2 / 3 + ERROR**2 + 0.02**2 / 3 + ERROR**2)
    assert found.text == f"+0.2000 \N{PLUS-MINUS SIGN} {2 * error:.4f}"


def test_a_kernel_distance_is_not_certain_if_seeds_disagree() -> None:
    best = seeds_of(1.0, "prior", 0.1, 0.1, 0.1)
    others = seeds_of(3.0, "prior", 0.09, 0.1, 0.17)
    assert verdicts(RANDOM, *best, *others) == ["yes", "not certain"]


def test_without_any_error_only_the_best_is_certain() -> None:
    experiments = [*seeds_of(1.0, "prior", 0.1), *seeds_of(3.0, "prior", 0.2)]
    for experiment in experiments:
        for kind in experiment.test["samples"].values():
            del kind["pixels-pca"]["kernel_distance_error"]
    assert verdicts(RANDOM, *experiments) == ["yes", "not certain"]


def test_without_a_kernel_distance_there_is_no_verdict() -> None:
    lacking = judged(3.0, test={"feature_nets": ["pixels-pca"]})
    assert verdicts(RANDOM, judged(1.0), lacking) == ["yes", "no number"]
    assert verdicts(RANDOM, lacking) == ["no number"]
    assert verdicts(RANDOM, judged(3.0, test={})) == ["no number"]


def test_each_value_uses_its_best_fitted_sampler_and_no_cooled_one() -> None:
    experiment = judged(3.0, prior=0.01, fitted=0.3)
    experiment.test["samples"]["gaussian"]["pixels-pca"]["kernel_distance"] = 0.2
    [group] = groups.make_groups([experiment])
    best = criteria.find_best_sampler(group, FITTED.samplers, ["pixels-pca"])
    assert best is not None
    assert (best.sampler, best.label, best.distance.mean) == ("gaussian", "Gaussian", 0.2)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("yes yes", "yes"),
        ("yes uncertain", "not certain"),
        ("unknown uncertain", "no number"),
        ("no unknown uncertain", "no"),
    ],
)
def test_yes_needs_all_findings_and_a_single_no_decides(said: str, verdict: str) -> None:
    findings = [Finding(Verdict[word.upper()], "") for word in said.split()]
    assert criteria.combine(findings).value == verdict


def test_every_criterion_describes_how_it_judges() -> None:
    for criterion in (*CRITERIA, FITTED):
        texts = (criterion.head, criterion.words, criterion.formula, criterion.threshold)
        assert all([criterion.name, *texts, criterion.error])
    assert len({criterion.name for criterion in (*CRITERIA, FITTED)}) == 4
