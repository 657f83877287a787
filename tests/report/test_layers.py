"""Each network has a table of its layers, with the counts of the stage."""

from pathlib import Path
from typing import Any

import pytest
from tests.report import fake_numbers

from latentmaps.errors import DataError
from latentmaps.report import layers
from latentmaps.report.inputs import Document


def of(numbers: dict[str, Any], **changes: Any) -> layers.Layers:
    return layers.read_layers(Document(Path("numbers.json"), numbers | changes))


def test_each_network_has_a_table() -> None:
    found = of(fake_numbers.TRAIN_VAE)
    assert (found.num_weights, found.dense_share) == ("5,123,456", "100%")
    assert [(table.key, table.caption) for table in found.tables] == [
        ("layers-encoder", "Encoder: layers with weights"),
        ("layers-decoder", "Decoder: layers with weights"),
    ]
    texts = [[row.head.label, *(cell.text for cell in row.cells)] for row in found.tables[0].rows]
    assert texts == [
        ["convolution_1", "48x48x32", "864", "0.02%"],
        ["z_mean", "256", "3,002,592", "58.60%"],
    ]


def test_the_cnn_is_one_network() -> None:
    [table] = of(fake_numbers.TRAIN_CNN).tables
    assert (table.key, table.caption) == ("layers-cnn", "CNN: layers with weights")


def test_both_are_folded_on_the_page(rendered: str) -> None:
    assert "contain 100% of the 5,123,456 weights" in rendered
    assert "contain 55% of the 221,234 weights" in rendered
    for title in ("Layers of encoder and decoder", "Layers of the CNN"):
        assert f"<summary>{title}, with the number of weights in each</summary>" in rendered


ROW = fake_numbers.TRAIN_CNN["layers"][0]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], r"layers: found \[\], expected a list of objects"),
        ({"CNN": 3}, r"layers: found .*, expected a list of objects"),
        ([3], r"layers: found \[3\], expected a list of objects"),
        ([{}], r"has no 'output_shape'"),
        ([ROW | {"weights": "many"}], r"weights: found 'many', expected a number"),
        ([ROW | {"network": None}], r"network: found None, expected a string"),
    ],
)
def test_an_invalid_table_of_layers_is_refused(value: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"numbers\.json: {message}"):
        of(fake_numbers.TRAIN_CNN, layers=value)


def test_old_numbers_without_layers_are_refused_with_what_to_do() -> None:
    old = {k: v for k, v in fake_numbers.TRAIN_VAE.items() if k != "layers"}
    with pytest.raises(DataError, match=r"has no 'layers', .*; rerun the stage that writes"):
        of(old)
