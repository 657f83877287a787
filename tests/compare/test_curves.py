import re

import pytest
from tests.compare.example_experiments import (
    FID_NETWORK,
    SAMPLERS,
    evaluation_numbers,
    make_experiment,
    make_sweep,
    with_fid_network,
)
from tests.compare.example_sweeps import judged

from latentmaps.compare import curves
from latentmaps.compare.experiment import sort_by_fact


@pytest.mark.slow
def test_a_sweep_has_a_curve_for_each_number_with_its_ends_in_words() -> None:
    by_title = {curve.title: curve for curve in curves.make_curves(sort_by_fact(make_sweep()))}
    assert list(by_title) == [
        "Raw KL",
        "KL share of the loss",
        "Reconstruction loss",
        "Distance to the prior (MMD)",
        "Kernel distance, pixels-pca",
    ]
    assert by_title["Raw KL"].caption == "From 58.00 nats at fact 0.5 to 20.00 nats at fact 10."
    assert by_title["KL share of the loss"].caption == "From 2.05% at fact 0.5 to 3.00% at fact 10."
    assert "Floor: -0.0004." in by_title["Kernel distance, pixels-pca"].caption
    assert 'aria-label="Raw KL over fact. From 58.00 nats' in by_title["Raw KL"].drawing


def test_one_fact_makes_no_curve() -> None:
    assert curves.make_curves([make_experiment("a", 5.0), make_experiment("b", 5.0)]) == []


@pytest.mark.slow
def test_equal_results_are_one_point() -> None:
    once = [make_experiment("a", 0.5), make_experiment("b", 5.0)]
    again = [*once, make_experiment("c", 5.0, results="b")]
    first, second = (curves.make_curves(experiments)[0].drawing for experiments in (once, again))
    assert first == second


@pytest.mark.slow
def test_a_number_of_a_single_fact_is_a_point_that_the_caption_names_once() -> None:
    incomplete = make_experiment("b", 5.0, test={"mmd_floor": 0.0, "mmd_prior": 0.1})
    raw_kl = curves.make_curves([make_experiment("a", 1.0), incomplete])[0]
    assert raw_kl.title == "Raw KL"
    number = evaluation_numbers(1.0)["kl_nats"]
    assert raw_kl.caption == f"{number:.2f} nats at fact 1."


@pytest.mark.slow
def test_a_number_that_no_experiment_has_gets_no_curve() -> None:
    without = {"mmd_floor": 0.0, "kl_nats": evaluation_numbers(1.0)["kl_nats"]}
    experiments = [
        make_experiment(name, fact, test=without) for name, fact in (("a", 1.0), ("b", 2.0))
    ]
    titles = [curve.title for curve in curves.make_curves(experiments)]
    assert titles == ["Raw KL", "KL share of the loss", "Reconstruction loss"]


@pytest.mark.slow
def test_every_feature_net_has_a_curve_and_the_net_of_fid_a_second_one() -> None:
    experiments = [
        make_experiment(f"run-{fact:g}", fact, test=with_fid_network(evaluation_numbers(fact)))
        for fact in (1.0, 2.0)
    ]
    by_title = {curve.title: curve for curve in curves.make_curves(experiments)}
    assert list(by_title)[-3:] == [
        "Kernel distance, pixels-pca", f"Kernel distance, {FID_NETWORK}", f"FID, {FID_NETWORK}",
    ]  # fmt: skip
    assert "Prior: from 16 at fact 1" in by_title[f"FID, {FID_NETWORK}"].caption


@pytest.mark.slow
def test_a_caption_names_what_differs_besides_fact() -> None:
    other = make_experiment("b", 7.0, **{"train_vae.epochs": 3})
    drawn_curves = curves.make_curves([make_experiment("a", 5.0), other])
    assert len(drawn_curves) == 5
    for curve in drawn_curves:
        assert curve.caption.endswith(". Besides fact, train_vae.epochs (3, 11) differs.")


@pytest.mark.slow
def test_a_point_is_the_mean_over_seeds_with_single_experiments_around_it() -> None:
    experiments = [
        judged(fact, seed, prior=fact * seed) for fact in (1.0, 3.0) for seed in (1, 2, 3)
    ]
    curve = {c.label: c for c in curves.make_curves(experiments)}["Kernel distance"]
    assert "Prior: from 2.0000 at fact 1 to 6.0000 at fact 3." in curve.caption
    assert curve.caption.endswith(" Means over 3 seeds; individual experiments are pale.")
    pale = re.findall(r"<use [^>]*fill-opacity: 0.4", curve.drawing)
    assert len(pale) == len(SAMPLERS) * 6


@pytest.mark.slow
def test_a_caption_names_different_numbers_of_seeds() -> None:
    experiments = [judged(1.0, 1), judged(3.0, 1), judged(3.0, 2)]
    assert "Means over 1 to 2 seeds" in curves.make_curves(experiments)[0].caption


@pytest.mark.slow
def test_what_was_swept_is_the_horizontal_axis() -> None:
    experiments = [
        judged(3.0, name=f"d{size}", results=f"{size}", **{"train_vae.latent_dim": size})
        for size in (64, 16)
    ]
    drawn_curves = curves.make_curves(experiments, "train_vae.latent_dim")
    assert ">latent_dim</text>" in drawn_curves[0].drawing
    assert "at latent_dim 16 to" in drawn_curves[0].caption
    assert "Besides" not in drawn_curves[0].caption


@pytest.mark.slow
def test_fact_0_has_a_place_on_the_axis() -> None:
    experiments = [judged(fact) for fact in (0.0, 0.5, 10.0)]
    drawing = curves.make_curves(experiments)[0].drawing
    assert [f">{text}</text>" in drawing for text in ("0", "0.5", "10")] == [True] * 3
