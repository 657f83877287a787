"""Comparison of samplers: the order of the table, and the mark of the best value."""

from pathlib import Path
from typing import Any

import pytest
from tests.report import fake_numbers

from latentmaps.errors import DataError
from latentmaps.report import glossary, samplers
from latentmaps.report.content import Table
from latentmaps.report.inputs import Document

NET = "pixels-pca"


def _document(**changes: Any) -> Document:
    return Document(Path("metrics.json"), fake_numbers.EVALUATE_VAE | changes)


def _with(name: str, values: dict[str, float]) -> Document:
    """Return the fake numbers with `name` replaced in some rows."""
    samples: dict[str, Any] = {}
    for row, numbers in fake_numbers.EVALUATE_VAE["samples"].items():
        value = {name: values[row]} if row in values else {}
        in_net = name in numbers[NET]
        samples[row] = numbers | ({NET: numbers[NET] | value} if in_net else value)
    return _document(samples=samples)


def _column(table: Table, label: str) -> dict[str, tuple[str, bool]]:
    place = [head.label for head in table.columns].index(label)
    return {row.head.label: (row.cells[place].text, row.cells[place].is_best) for row in table.rows}


def _marked(table: Table, label: str) -> list[str]:
    return [row for row, (_, is_best) in _column(table, label).items() if is_best]


def test_real_faces_come_first_and_cool_samplers_name_their_temperature() -> None:
    [table] = samplers.make_tables(_document())
    heads = [row.head.label for row in table.rows]
    assert heads[:3] == ["Real faces", "Prior", "Prior, cooled to 0.8"]
    labels = [term.label for term in glossary.samplers().values()]
    assert heads[1::2] == labels
    assert heads[2::2] == [f"{label}, cooled to 0.8" for label in labels]


def test_every_column_is_explained() -> None:
    [table] = samplers.make_tables(_document())
    assert [head.label for head in table.columns] == [
        *("Sharpness", "Diversity", "Fréchet distance", "Kernel distance"),
        *("Precision", "Recall", "Density", "Coverage", "Nearest training face"),
    ]
    assert all(head.term for head in table.columns)
    assert sum(group.num_columns for group in table.groups) == len(table.columns)


@pytest.mark.parametrize(
    ("name", "label", "values", "best"),
    [
        ("frechet_distance", "Fréchet distance", {"prior": 9.0, "gaussian": 0.5}, "Gaussian"),
        ("coverage", "Coverage", {"prior": 0.9, "gaussian": 0.1}, "Prior"),
        ("nearest_training", "Nearest training face", {"prior": 1.2, "parzen": 1.01}, "Parzen"),
        ("diversity", "Diversity", {"prior": 0.32, "parzen": 0.5}, "Prior"),
        ("sharpness", "Sharpness", {"prior_cool": 6.5, "prior": 9.9}, "Prior, cooled to 0.8"),
    ],
)
def test_the_best_sampler_of_a_column_is_marked(
    name: str, label: str, values: dict[str, float], best: str
) -> None:
    [table] = samplers.make_tables(_with(name, values))
    assert _marked(table, label) == [best]


def test_real_faces_are_never_marked() -> None:
    [table] = samplers.make_tables(_document())
    real, *random = table.rows
    assert not any(cell.is_best for cell in real.cells)
    assert any(cell.is_best for row in random for cell in row.cells)


@pytest.mark.parametrize(
    ("net", "label"),
    [("inception-2015-fid", "FID"), ("keras-InceptionV3", "Fréchet distance")],
)
def test_a_second_feature_net_has_a_separate_table(net: str, label: str) -> None:
    samples = {
        row: numbers | {net: numbers[NET]}
        for row, numbers in fake_numbers.EVALUATE_VAE["samples"].items()
    }
    document = _document(feature_nets=[NET, net], samples=samples)
    first, second = samplers.make_tables(document)
    assert "Fréchet distance" in [head.label for head in first.columns]
    assert second.columns[0].label == label
    assert len(second.columns) == 7
    assert first.key != second.key


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"feature_nets": []}, "feature_nets: found .*, expected a list of strings"),
        ({"feature_nets": ["gone"]}, "has no 'gone'"),
        ({"temperature": None}, "temperature: found None, expected a number"),
        ({"samples": {"real": fake_numbers.REAL}}, "has no 'prior'"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"metrics.json: {message}"):
        samplers.make_tables(_document(**changes))
