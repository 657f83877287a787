import pytest
from tests.compare.example_experiments import (
    SAMPLERS,
    evaluation_numbers,
    make_experiment,
    make_sweep,
    training_numbers,
    without_kernel_headlines,
)
from tests.compare.example_sweeps import judged, trade_off

from latentmaps.compare import table
from latentmaps.compare.experiment import Experiment, Problem
from latentmaps.compare.headlines import HEADLINES
from latentmaps.errors import DataError
from latentmaps.report import glossary
from latentmaps.storage import stage_numbers

Lines = list[list[str]]


def split(text: str) -> tuple[Lines, Lines]:
    """Return the words of the first block, by line: the heads, then the experiments."""
    lines = [line.split() for line in text.partition("\n\n")[0].splitlines()]
    [last_head] = [place for place, line in enumerate(lines) if line[0] == "experiment"]
    return lines[: last_head + 1], lines[last_head + 1 :]


def test_experiments_are_sorted_by_fact_and_have_their_numbers() -> None:
    older = without_kernel_headlines(evaluation_numbers(5.0))
    first = make_experiment("a", 5.0, test=older)
    headlines = {f"kernel_{name}": 0.25 * place for place, name in enumerate(SAMPLERS, 1)}
    second = make_experiment("b", 0.5, test=evaluation_numbers(0.5) | headlines)
    heads, lines = split(table.render([first, second]))
    assert heads[-1][:2] == ["experiment", "fact"]
    assert [line[:2] for line in lines] == [["b", "0.5"], ["a", "5"]]
    assert lines[0][2:7] == ["5,120", "0.5705", "59.00", "2.05", "20.85"]
    assert lines[0][-len(SAMPLERS) :] == [f"{value:.4f}" for value in headlines.values()]
    # an older version has the kernel distance only among the numbers of its samplers
    assert lines[1][-len(SAMPLERS)] == f"{0.08 / 6:.4f}"


def test_every_headline_of_the_vae_has_a_column() -> None:
    of_vae = {*stage_numbers.HEADLINES} - {"test_accuracy"}
    names = {headline.name for headline in HEADLINES}
    assert names == of_vae | {f"kernel_{name}" for name in glossary.samplers()}


def test_differing_parameters_follow_fact() -> None:
    text = table.render([*make_sweep(), make_experiment("c", 7.0, **{"train_vae.epochs": 3})])
    heads, lines = split(text)
    assert "train_vae" not in str(heads)  # no other section has such a name
    assert heads[-1][:3] == ["experiment", "fact", "epochs"]
    assert [line[2] for line in lines] == ["11", "11", "11", "11", "3", "11"]
    assert "warning: train_vae.epochs (3, 11) differs as well" in text


def test_parameters_of_the_same_name_keep_their_sections() -> None:
    other = make_experiment("c", 7.0, **{"train_vae.seed": 1, "train_cnn.seed": 2})
    heads, _ = split(table.render([make_experiment("a", 7.0), other]))
    assert {"train_cnn", "train_vae"} <= {*heads[-2]}
    assert heads[-1][2:4] == ["seed", "seed"]


def test_experiments_of_one_fact_are_sorted_by_seed() -> None:
    seeds = {"a": 3, "b": 2}
    experiments = [
        make_experiment(name, 5.0, **{"train_vae.seed": seed}) for name, seed in seeds.items()
    ]
    _, lines = split(table.render(experiments))
    assert [line[0] for line in lines] == ["b", "a"]


def test_experiments_left_out_are_named_with_all_that_differs() -> None:
    waiting = Experiment(
        "c",
        state="queued",
        parameters={"train_vae.fact": 5.0, "train_vae.seed": 4},
        problems=[Problem("waits", "dvc queue start")],
    )
    text = table.render([make_experiment("a", 5.0, **{"train_vae.seed": 3}), waiting])
    assert "left out: c (fact 5, train_vae.seed 4): waits - dvc queue start" in " ".join(
        text.split()
    )


def test_no_line_is_wider_than_a_terminal_and_no_column_is_lost() -> None:
    others = {f"draw_samples.a_rather_long_name_{place}": "a-value" * 9 for place in range(9)}
    text = table.render([make_experiment("n" * 80, 3.0), make_experiment("b", 5.0, **others)])
    assert max(map(len, text.splitlines())) <= table.WIDTH
    assert all(f"a_rather_long_name_{place}" in text for place in range(9))
    assert text.count("experiment  ") > 1
    rows, _, _ = text.partition("variance kept")
    assert rows.count("Parzen") == 1


def test_a_number_that_no_experiment_has_gets_no_column() -> None:
    text = table.render(make_sweep())
    assert "NLL" not in text
    other = make_experiment("b", 7.0, training=training_numbers(7.0) | {"val_nll_per_dim": -3.5})
    assert "NLL" in table.render([*make_sweep(), other])


def test_experiments_that_failed_or_lack_their_test_are_named_below() -> None:
    lost = Experiment("lost", state="failed", problems=[Problem("failed", "dvc queue logs lost")])
    half = make_experiment("half", 7.0, test={}, problems=[Problem("evaluate_vae left out: old")])
    text = table.render([*make_sweep(), lost, half])
    assert "left out: lost (fact unknown): failed - dvc queue logs lost" in text
    assert "incomplete: half (fact 7): evaluate_vae left out: old" in text
    with pytest.raises(DataError, match="no experiment has results; left out: lost"):
        table.render([lost])


def test_means_of_seeds_are_below_the_rows_with_their_spreads() -> None:
    text = table.render([judged(1.0, seed, prior=0.1) for seed in (1, 2, 3)] + [judged(3.0)])
    [block] = [part for part in text.split("\n\n") if "fact  seeds" in part]
    lines = [line.split() for line in block.splitlines()]
    assert lines[-4][:2] == ["fact", "seeds"]
    assert lines[-3][:3] == ["1", "3", "5,141"]
    assert lines[-2][:2] == ["\N{PLUS-MINUS SIGN}", "0"]
    assert lines[-1][:2] == ["3", "1"]  # no line of spreads for a single seed
    assert "the sample standard deviation" in text


def test_mean_and_spread_are_computed_over_the_seeds() -> None:
    experiments = [
        judged(1.0, seed, training=training_numbers(1.0) | {"val_kl_nats": value})
        for seed, value in enumerate((10.0, 11.0, 15.0), 1)
    ]
    text = table.render(experiments)
    assert " 12.00 " in text
    assert " 2.65 " in text  # sqrt((4 + 1 + 9) / 2)


def test_without_repeated_seeds_there_are_no_means_and_a_command_adds_seeds() -> None:
    text = " ".join(table.render(make_sweep()).split())
    assert "Means over seeds" not in text
    assert "The spread over seeds is unknown for any value" in text
    assert "dvc exp run --queue -S train_vae.fact=0.5,1.5,3,5,10 -S train_vae.seed=1,2" in text


def test_the_answer_is_below_with_a_line_for_each_value() -> None:
    text = table.render(trade_off())
    [block] = [part for part in text.split("\n\n") if "supported" in part and "yes:" in part]
    lines = block.splitlines()
    assert "variance kept" in block
    assert [line.split()[0] for line in lines[-5:]] == ["fact", "0", "1", "3", "10"]
    assert [line.split()[-1] for line in lines[-5:]] == ["supported", "no", "yes", "yes", "no"]
    assert "This sweep supports fact 1, 3." in text
    assert max(map(len, text.splitlines())) <= table.WIDTH


def test_a_table_of_verdicts_that_are_not_certain_is_no_wider() -> None:
    unsure = [
        judged(fact, seed, kept=0.7 + 0.1 * seed, prior=12.3 * seed, share=0.02 * seed)
        for fact in (1.0, 3.0)
        for seed in (1, 2)
    ]
    text = table.render(unsure)
    assert text.count("not certain: ") == 4
    assert max(map(len, text.splitlines())) <= table.WIDTH


def test_no_value_is_judged_if_two_parameters_differ() -> None:
    text = table.render([*trade_off(), judged(3.0, name="b", **{"train_vae.epochs": 3})])
    assert "yes:" not in text
    assert "No answer: more than one parameter differs" in text
