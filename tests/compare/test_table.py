import pytest
from tests.compare.example_experiments import evaluation, experiment, sweep, training

from latentmaps.compare import table
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.errors import DataError
from latentmaps.report import glossary
from latentmaps.storage import stage_numbers


def rows(text: str) -> list[list[str]]:
    """The words of the lines of the first block."""
    return [line.split() for line in text.partition("\n\n")[0].splitlines()]


def test_experiments_stand_by_fact_with_their_numbers() -> None:
    first, second = experiment("a", 5.0), experiment("b", 0.5)
    headlines = {"kernel_prior": 0.25, "kernel_gaussian": 0.5, "kernel_mixture": 0.75}
    second = experiment("b", 0.5, test=evaluation(0.5) | headlines)
    _, heads, *lines = rows(table.render([first, second]))
    assert heads[:2] == ["experiment", "fact"]
    assert [line[:2] for line in lines] == [["b", "0.5"], ["a", "5"]]
    assert lines[0][2:6] == ["5,120", "59.00", "2.05", "20.85"]
    assert lines[0][-3:] == ["0.25", "0.5", "0.75"]
    # an older version has the kernel distance in its table of samplers alone
    assert lines[1][-3] == f"{0.08 / 6:.3g}"


def test_every_headline_of_the_vae_has_a_column() -> None:
    of_vae = {*stage_numbers.HEADLINES} - {"test_accuracy"}
    assert {*table._HEADLINES} == of_vae | {f"kernel_{name}" for name in glossary.samplers()}


def test_parameters_that_differ_stand_behind_fact() -> None:
    text = table.render([*sweep(), experiment("c", 7.0, **{"train_vae.epochs": 3})])
    heads, lines = text.splitlines()[:2], rows(text)
    assert "train_vae" not in heads[0] + heads[1]  # one section alone has a value of that name
    assert heads[1].split()[:3] == ["experiment", "fact", "epochs"]
    assert [line[2] for line in lines[2:]] == ["11", "11", "11", "11", "3", "11"]
    assert "mind: train_vae.epochs (3, 11) differs, too" in text


def test_values_of_one_name_keep_their_sections() -> None:
    other = experiment("c", 7.0, **{"train_vae.seed": 1, "train_cnn.seed": 2})
    text = table.render([experiment("a", 7.0), other])
    heads = text.splitlines()[:2]
    assert "train_cnn" in heads[0]
    assert "train_vae" in heads[0]
    assert heads[1].split()[2:4] == ["seed", "seed"]


def test_experiments_of_one_fact_stand_by_their_seeds() -> None:
    seeds = {"a": 3, "b": 2}
    made = [experiment(name, 5.0, **{"train_vae.seed": seed}) for name, seed in seeds.items()]
    assert [line[0] for line in rows(table.render(made))[2:4]] == ["b", "a"]


def test_what_is_left_out_is_told_with_all_that_differs() -> None:
    waiting = Experiment(
        "c",
        state="queued",
        parameters={"train_vae.fact": 5.0, "train_vae.seed": 4},
        problems=[Problem("waits", "dvc queue start")],
    )
    text = table.render([experiment("a", 5.0, **{"train_vae.seed": 3}), waiting])
    assert "left out: c (fact 5, train_vae.seed 4): waits - dvc queue start" in " ".join(
        text.split()
    )


def test_no_line_is_wider_than_a_terminal_and_no_column_is_lost() -> None:
    others = {f"draw_samples.a_rather_long_name_{place}": "a-value" * 9 for place in range(9)}
    text = table.render([experiment("n" * 80, 3.0), experiment("b", 5.0, **others)])
    assert max(map(len, text.splitlines())) <= table.WIDTH
    assert all(f"a_rather_long_name_{place}" in text for place in range(9))
    assert text.count("experiment  ") > 1
    assert text.count("mixture") == 1


def test_a_number_that_nobody_has_is_no_column() -> None:
    text = table.render(sweep())
    assert "NLL" not in text
    other = experiment("b", 7.0, training=training(7.0) | {"val_nll_per_dim": -3.5})
    assert "NLL" in table.render([*sweep(), other])


def test_what_failed_or_lacks_its_test_is_named_below() -> None:
    lost = Experiment("lost", state="failed", problems=[Problem("failed", "dvc queue logs lost")])
    half = experiment("half", 7.0, test={}, problems=[Problem("evaluate_vae left out: old")])
    text = table.render([*sweep(), lost, half])
    assert "left out: lost (fact unknown): failed - dvc queue logs lost" in text
    assert "incomplete: half (fact 7): evaluate_vae left out: old" in text
    with pytest.raises(DataError, match="no experiment has results; left out: lost"):
        table.render([lost])
