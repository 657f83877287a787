from typing import Any

import pytest
from tests.compare.example_experiments import evaluation, experiment
from tests.compare.test_notes import texts


def test_a_sweep_that_does_not_behave_is_told_where() -> None:
    wrong = experiment("b", 5.0, test=evaluation(5.0) | {"kl_nats": 50.0})
    said = texts(experiment("a", 3.0), wrong, experiment("c", 10.0))
    assert "raw KL does not fall from 3 to 5." in said
    assert "loss does not rise" not in said


@pytest.mark.parametrize("gap", [{"test": {}}, {"training": {}}])
def test_a_sweep_without_the_numbers_is_not_praised(gap: dict[str, Any]) -> None:
    ones = [experiment("a", 3.0), experiment("b", 5.0), experiment("c", 10.0, **gap)]
    assert "raw KL falls and" not in texts(*ones, warnings=False)
    lacking = "raw KL" if "test" in gap else "reconstruction loss"
    assert f"cannot be told: no {lacking} at fact 10." in texts(*ones)


def test_a_sweep_that_lacks_numbers_is_told_where_it_does_not_behave() -> None:
    wrong = experiment("b", 5.0, test=evaluation(5.0) | {"kl_nats": 50.0})
    said = texts(experiment("a", 3.0), wrong, experiment("c", 10.0, test={}))
    assert "raw KL does not fall from 3 to 5." in said


def test_a_sweep_over_more_than_fact_is_not_judged() -> None:
    other = experiment("b", 5.0, **{"train_vae.epochs": 30})
    assert "raw KL" not in texts(experiment("a", 3.0), other, warnings=False)
    twice = [experiment("a", 3.0), experiment("b", 3.0)]
    assert "raw KL" not in texts(*twice) + texts(*twice, warnings=False)
