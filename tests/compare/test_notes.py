import pytest
from tests.compare.example_experiments import evaluation, experiment, strips, sweep, training

from latentmaps.compare import notes
from latentmaps.compare.experiment import Experiment, by_fact


def texts(*drawn: Experiment, warnings: bool = True) -> str:
    return " ".join(n.text for n in notes.find_notes(by_fact(drawn)) if n.is_warning == warnings)


def test_a_sweep_as_it_should_be_has_no_warning() -> None:
    assert texts(*sweep()) == ""
    said = texts(*sweep(), warnings=False)
    assert "test faces are the same in all rows" in said
    assert "random points z are the same in all rows" in said
    assert "raw KL falls and the reconstruction loss rises" in said


def test_one_experiment_needs_no_note() -> None:
    assert notes.find_notes([experiment("a", 5.0)]) == []


def test_other_test_faces_are_told_by_their_pixels() -> None:
    other = experiment("b", 5.0, strips=strips(5.0, faces=1))
    assert "The test faces are not the same" in texts(experiment("a", 3.0), other)


@pytest.mark.parametrize("name", ["base.seed", "train_vae.latent_dim"])
def test_other_random_points_are_told_with_the_reason(name: str) -> None:
    said = texts(experiment("a", 3.0), experiment("b", 5.0, **{name: 16}))
    assert f"random points z are not the same in all rows, because of {name}" in said


def test_other_data_losses_code_and_libraries_are_told() -> None:
    other = experiment(
        "b",
        5.0,
        **{
            "data": {"data/faces/split.csv": "zz"},
            "code": {"train_vae": "cc", "evaluate_vae": "other"},
            "training": training(5.0) | {"versions": {"keras": "4.0"}},
            "train_vae.reconstruction_loss": "mse",
        },
    )
    said = texts(experiment("a", 3.0), other)
    assert "different data (data/faces/split.csv)" in said
    assert "train_vae.reconstruction_loss differs" in said
    assert "same code of evaluate_vae:" in said
    assert "different libraries: keras 3.15.1, tensorflow 2.21.0; keras 4.0" in said


def test_a_sweep_that_does_not_behave_is_told_where() -> None:
    wrong = experiment("b", 5.0, test=evaluation(5.0) | {"kl_nats": 50.0})
    said = texts(experiment("a", 3.0), wrong, experiment("c", 10.0))
    assert "raw KL does not fall from 3 to 5." in said
    assert "loss does not rise" not in said


def test_a_sweep_over_more_than_fact_is_not_judged() -> None:
    other = experiment("b", 5.0, **{"train_vae.epochs": 30})
    assert "raw KL" not in texts(experiment("a", 3.0), other, warnings=False)
    twice = [experiment("a", 3.0), experiment("b", 3.0)]
    assert "raw KL" not in texts(*twice) + texts(*twice, warnings=False)
