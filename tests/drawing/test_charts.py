"""Charts repeat byte for byte, and stand in a page of either colour."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from matplotlib.figure import Figure
from PIL import Image

from latentmaps.drawing import charts

HISTORY = {
    "epoch": [1.0, 2.0, 3.0],
    "kl_loss": [1.0, 5.0, 9.0],
    "val_kl_loss": [2.0, 6.0, 8.0],
    "loss": [3.0, 2.0, 1.0],
}


def _figure() -> Figure:
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([1, 2, 3], label="a")
    return figure


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_equal_figures_are_equal_files(tmp_path: Path, suffix: str) -> None:
    paths = [tmp_path / f"{number}{suffix}" for number in (1, 2)]
    for path in paths:
        charts.save_chart(_figure(), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert b"matplotlib" not in paths[0].read_bytes().lower().replace(b"matplotlib.axis", b"")


def test_a_png_chart_can_be_opened(tmp_path: Path) -> None:
    charts.save_chart(_figure(), tmp_path / "chart.png")
    with Image.open(tmp_path / "chart.png") as image:
        assert image.size == (240, 240)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a name that ends in .png or .svg"):
        charts.save_chart(_figure(), tmp_path / "chart.jpg")


def _draw(column: str) -> str:
    return charts.draw_curve(HISTORY, column, title="KL <loss>", unit="nats per face")


def test_a_curve_is_well_formed_and_named() -> None:
    element = ET.fromstring(_draw("kl_loss"))  # noqa: S314 - our own text
    assert element.tag.endswith("svg")
    assert element.attrib["aria-label"] == "KL <loss>"
    assert "width" not in element.attrib


def test_a_curve_has_titled_axes_and_tells_its_lines_apart_without_colour() -> None:
    svg = _draw("kl_loss")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {"epoch", "nats per face", "training", "validation"} <= set(texts)
    assert svg.count("stroke-dasharray") == 2  # the validation line, and its sample in the legend


def test_without_validation_there_is_one_line() -> None:
    assert "validation" not in _draw("loss")


def test_a_curve_repeats_and_takes_the_ink_of_the_page() -> None:
    assert _draw("kl_loss") == _draw("kl_loss")
    assert "#000000" not in _draw("kl_loss")
    assert "currentColor" in _draw("kl_loss")


def test_two_curves_share_no_id_and_no_style() -> None:
    ids = [set(re.findall(r' id="([^"]*)"', _draw(column))) for column in ("kl_loss", "loss")]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert "<style" not in _draw("loss")
