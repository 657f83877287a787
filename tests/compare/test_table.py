import pytest
from tests.compare.example_experiments import (
    SAMPLERS,
    evaluation,
    experiment,
    sweep,
    training,
)

from latentmaps.compare import table
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.errors import DataError
from latentmaps.report import glossary
from latentmaps.storage import stage_numbers

Lines = list[list[str]]


def split(text: str) -> tuple[Lines, Lines]:
    """Return the words of the first block, by line: the heads, then the experiments."""
    lines = [line.split() for line in text.partition("\n\n")[0].splitlines()]
    [last_head] = [place for place, line in enumerate(lines) if line[0] == "experiment"]
    return lines[: last_head + 1], lines[last_head + 1 :]


def test_experiments_stand_by_fact_with_their_numbers() -> None:
    first, second = experiment("a", 5.0), experiment("b", 0.5)
    headlines = {f"kernel_{name}": 0.25 * place for place, name in enumerate(SAMPLERS, 1)}
    second = experiment("b", 0.5, test=evaluation(0.5) | headlines)
    heads, lines = split(table.render([first, second]))
    assert heads[-1][:2] == ["experiment", "fact"]
    assert [line[:2] for line in lines] == [["b", "0.5"], ["a", "5"]]
    assert lines[0][2:6] == ["5,120", "59.00", "2.05", "20.85"]
    assert lines[0][-len(SAMPLERS) :] == [f"{value:.4f}" for value in headlines.values()]
    # an older version has the kernel distance in its table of samplers alone
    assert lines[1][-len(SAMPLERS)] == f"{0.08 / 6:.4f}"


def test_every_headline_of_the_vae_has_a_column() -> None:
    of_vae = {*stage_numbers.HEADLINES} - {"test_accuracy"}
    assert {*table._HEADLINES} == of_vae | {f"kernel_{name}" for name in glossary.samplers()}


def test_parameters_that_differ_stand_behind_fact() -> None:
    text = table.render([*sweep(), experiment("c", 7.0, **{"train_vae.epochs": 3})])
    heads, lines = split(text)
    assert "train_vae" not in str(heads)  # no other section has such a name
    assert heads[-1][:3] == ["experiment", "fact", "epochs"]
    assert [line[2] for line in lines] == ["11", "11", "11", "11", "3", "11"]
    assert "mind: train_vae.epochs (3, 11) differs, too" in text


def test_values_of_one_name_keep_their_sections() -> None:
    other = experiment("c", 7.0, **{"train_vae.seed": 1, "train_cnn.seed": 2})
    heads, _ = split(table.render([experiment("a", 7.0), other]))
    assert {"train_cnn", "train_vae"} <= {*heads[-2]}
    assert heads[-1][2:4] == ["seed", "seed"]


def test_experiments_of_one_fact_stand_by_their_seeds() -> None:
    seeds = {"a": 3, "b": 2}
    made = [experiment(name, 5.0, **{"train_vae.seed": seed}) for name, seed in seeds.items()]
    _, lines = split(table.render(made))
    assert [line[0] for line in lines] == ["b", "a"]


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
    assert text.count("Parzen") == 1


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
