import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.compare.example_experiments import (
    BEST,
    FID_NETWORK,
    KINDS,
    evaluation_numbers,
    make_experiment,
    sample_numbers,
    training_numbers,
    with_fid_network,
)

from latentmaps.compare import page, scores
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.scores import ScoreTable

DASH = "\N{EN DASH}"
NOT_ON_THE_PAGE = {
    # parameters, and numbers that follow from others on the page
    *("fact", "learning_rate", "seed", "epochs", "batch_size", "num_steps", "num_train"),
    *("kernel_prior", "kernel_gaussian", "kernel_parzen"),
    # numbers of the report only
    *("val_bce_per_dim", "val_bce_above_floor", "val_num_dimensions_used"),
    *("val_num_dimensions_90", "dense_share", "layers"),
    *("kl_nats_of_means", "kl_nats_of_variances", "active_units", "attributes", "num_searched"),
}


def tables(*experiments: Experiment) -> dict[str, ScoreTable]:
    keys = [f"row-{place + 1}" for place, _ in enumerate(experiments)]
    all_tables = [
        *scores.tabulate_experiments(experiments, keys),
        *scores.tabulate_samplers(experiments, keys),
    ]
    return {table.key: table for table in all_tables}


def labels(table: ScoreTable) -> list[str]:
    return [column.label for column in table.columns]


def cell(table: ScoreTable, row: int, label: str) -> scores.ScoreCell:
    return table.rows[row].cells[labels(table).index(label)]


def _numbered(value: Any, numbers: Iterator[int]) -> Any:
    """Return the document with each number replaced by a different one."""
    if isinstance(value, dict):
        return {key: _numbered(item, numbers) for key, item in value.items()}
    return next(numbers) if isinstance(value, int | float) else value


def _without(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


def _nets(metrics: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for faces in metrics["samples"].values():
        yield from (part for part in faces.values() if isinstance(part, dict))


@pytest.mark.slow
def test_every_number_of_the_test_and_every_loss_is_on_the_page() -> None:
    numbers = itertools.count(101)
    evaluation = with_fid_network(evaluation_numbers(5.0))
    metrics = _numbered(_without(evaluation, NOT_ON_THE_PAGE), numbers)
    losses = _numbered(_without(training_numbers(5.0), NOT_ON_THE_PAGE), numbers)
    last = next(numbers)
    text = page.render([make_experiment("a", 5.0, test=metrics, training=losses)], {})
    shown = re.sub(r"<[^>]*>", " ", text[text.index('<section id="numbers"') :])
    shown = shown.partition("Glossary")[0]
    assert last > 220
    # a share is shown in percent, a standard error with one digit
    texts = {number: f"{number}(00)?" for number in range(101, last)}
    errors = [net["kernel_distance_error"] for net in _nets(metrics)]
    texts |= {number: re.escape(f"{number:.1g}") for number in errors}
    assert [n for n, t in texts.items() if not re.search(rf"(?<![\d.]){t}(?!\d)", shown)] == []


def test_every_table_has_fact_and_the_first_one_differing_parameters() -> None:
    experiments = [make_experiment("a", 0.5), make_experiment("b", 5.0, **{"train_vae.epochs": 30})]
    table = tables(*experiments)["training"]
    assert labels(table)[:3] == ["fact", "train_vae.epochs", "Reconstruction loss"]
    assert [column.is_differing for column in table.columns[:3]] == [False, True, False]
    [_, row] = table.rows
    assert (row.key, row.name, len(row.cells)) == ("row-2", "b", len(table.columns))
    assert [(cell.text, cell.order) for cell in row.cells[:3]] == [
        ("5", "5.0"), ("30", "30"), ("5,200", "5200.0"),
    ]  # fmt: skip
    assert labels(tables(*experiments)["latent-space"])[:2] == ["fact", "Raw KL"]


def test_sharpness_is_shown_with_that_of_the_faces() -> None:
    by_key = tables(make_experiment("a", 0.5))
    for key in ("posterior-mean", "sampled"):
        assert cell(by_key[key], 0, "Sharpness").text == "1.90"
        assert cell(by_key[key], 0, "Sharpness").note == "the faces 15.70"


def test_a_number_that_all_lack_gets_no_column_and_one_that_some_lack_sorts_last() -> None:
    without = {k: v for k, v in evaluation_numbers(5.0).items() if k != "mse"}
    experiments = [
        make_experiment("a", 5.0, test=without),
        make_experiment("b", 6.0, test=without | {"ssim": None}),
    ]
    table = tables(*experiments)["posterior-mean"]
    assert "MSE" not in labels(table)
    assert (cell(table, 1, "SSIM").text, cell(table, 1, "SSIM").order) == (DASH, "")


def test_a_table_without_any_number_is_left_out() -> None:
    assert list(tables(make_experiment("a", 5.0, test={}))) == ["training"]


def test_random_faces_have_a_row_for_every_sampler_and_one_for_real_faces() -> None:
    table = tables(make_experiment("a", 0.5), make_experiment("b", 5.0))["random-pixels-pca"]
    assert [(row.name, row.cells[1].text) for row in table.rows][:3] == [
        ("a", "Prior"), ("a", "Prior, cooled to 0.8"), ("a", "Gaussian"),
    ]  # fmt: skip
    assert len(table.rows) == 2 * len(KINDS) + 1
    last = table.rows[-1]
    assert (last.key, last.name, [cell.text for cell in last.cells[:2]]) == (
        "", "all", [DASH, "Real faces"],
    )  # fmt: skip
    assert labels(table) == [
        *("fact", "Faces", "Sharpness", "Diversity", "Fréchet distance", "Kernel distance"),
        *("Precision", "Recall", "Density", "Coverage", "Nearest training face"),
    ]
    assert table.caption == (
        "Random faces by pixels-pca: 250 of each kind, compared with 250 test faces"
    )


def test_real_faces_with_different_numbers_have_a_row_for_each_experiment() -> None:
    other = evaluation_numbers(5.0)
    other["samples"]["real"] = other["samples"]["prior"]
    table = tables(make_experiment("a", 0.5), make_experiment("b", 5.0, test=other))[
        "random-pixels-pca"
    ]
    assert [row.name for row in table.rows if row.cells[1].text == "Real faces"] == ["a", "b"]


def test_every_feature_net_has_a_table_and_only_the_net_of_fid_has_fid() -> None:
    by_key = tables(make_experiment("a", 5.0, test=with_fid_network(evaluation_numbers(5.0))))
    assert "FID" not in labels(by_key["random-pixels-pca"])
    assert labels(by_key[f"random-{FID_NETWORK}"])[:3] == ["fact", "Faces", "FID"]


def test_a_sampler_of_another_version_has_rows() -> None:
    metrics = evaluation_numbers(5.0)
    metrics["samples"] = {"flow": metrics["samples"]["prior"], "odd": 3}
    table = tables(make_experiment("a", 5.0, test=metrics))["random-pixels-pca"]
    assert [row.cells[1].text for row in table.rows] == ["flow"]


def test_the_best_sampler_of_each_experiment_is_marked_but_never_real_faces() -> None:
    table = tables(make_experiment("a", 0.5), make_experiment("b", 5.0))["random-pixels-pca"]
    column = labels(table).index("Kernel distance")
    best = [(row.name, row.cells[1].text) for row in table.rows if row.cells[column].is_best]
    assert best == [("a", BEST), ("b", BEST)]
    assert not any(cell.is_best for row in table.rows for cell in row.cells[:2])
    assert not any(cell.is_best for cell in table.rows[-1].cells)


def test_a_sampler_that_lacks_a_number_is_not_the_best() -> None:
    metrics = evaluation_numbers(5.0)
    metrics["samples"] = {
        "real": sample_numbers(0.0),
        "flow": sample_numbers(0.01),
        "odd": {"sharpness": 2.0},
    }
    older = make_experiment("old", 1.0, test={"psnr_db": 20.0})
    table = tables(older, make_experiment("b", 5.0, test=metrics))["random-pixels-pca"]
    found = {row.cells[1].text: cell for row in table.rows for cell in [row.cells[5]]}
    assert labels(table)[5] == "Kernel distance"
    assert (found["flow"].text, found["flow"].note) == ("0.0100", "\N{PLUS-MINUS SIGN} 0.004")
    assert (found["odd"].text, found["odd"].is_best) == (DASH, False)
    assert found["flow"].is_best
