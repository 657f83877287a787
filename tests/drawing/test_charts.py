"""Charts are reproducible byte for byte, and fit into light and dark pages."""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from matplotlib.figure import Figure
from PIL import Image

from latentmaps.drawing import charts
from latentmaps.drawing.charts import Line

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
    return charts.draw_history(HISTORY, column, title="KL <loss>", unit="nats per face")


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_a_curve_is_well_formed_and_named() -> None:
    element = ET.fromstring(_draw("kl_loss"))  # noqa: S314 - our own text
    assert element.tag.endswith("svg")
    assert element.attrib["aria-label"] == "KL <loss>"
    assert "width" not in element.attrib


def test_a_curve_has_titled_axes_and_lines_that_differ_without_color() -> None:
    svg = _draw("kl_loss")
    assert {"epoch", "nats per face", "training", "validation"} <= set(texts(svg))
    assert svg.count("stroke-dasharray") == 2  # the validation line, in the chart and the legend


def test_reference_levels_share_one_label() -> None:
    levels = [Line(label, [(1.0, y), (3.0, y)], is_floor=True) for label, y in (("a", 4), ("", 7))]
    svg = charts.draw_history(HISTORY, "kl_loss", title="KL", unit="nats", floors=levels)
    labels = [text for text in texts(svg) if text in ("training", "validation", "a", "")]
    assert labels == ["training", "validation", "a"]
    assert svg.count("stroke-dasharray: 1.6,2.64") == 3  # two levels, and one in the legend


def test_without_validation_there_is_one_line() -> None:
    assert "validation" not in _draw("loss")


@pytest.mark.slow
def test_a_curve_is_reproducible_and_uses_the_text_color_of_the_page() -> None:
    assert _draw("kl_loss") == _draw("kl_loss")
    assert "#000000" not in _draw("kl_loss")
    assert "currentColor" in _draw("kl_loss")


@pytest.mark.slow
def test_two_curves_share_no_id_and_no_style() -> None:
    ids = [set(re.findall(r' id="([^"]*)"', _draw(column))) for column in ("kl_loss", "loss")]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert "<style" not in _draw("loss")


SWEEP = [(0.5, 60.0), (1.5, 50.0), (3.0, 40.0), (5.0, 30.0), (10.0, 20.0)]


def draw_lines(*lines: Line, key: str = "kl") -> str:
    return charts.draw_over_parameter(
        lines, key=key, title="KL", unit="nats", parameter="fact", alt="It <falls>."
    )


@pytest.mark.slow
def test_equal_numbers_give_equal_bytes_with_ids_of_the_key() -> None:
    assert draw_lines(Line("", SWEEP)) == draw_lines(Line("", SWEEP))
    ids = [set(re.findall(r' id="([^"]+)"', draw_lines(Line("", SWEEP), key=key))) for key in "ab"]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_every_value_of_the_parameter_is_a_tick() -> None:
    shown = texts(draw_lines(Line("", SWEEP)))
    assert [text for text in shown if text in ("0.5", "1.5", "3", "5")] == ["0.5", "1.5", "3", "5"]
    assert {"KL", "nats", "fact"} <= set(shown)


@pytest.mark.slow
def test_it_has_a_description_and_uses_the_colors_of_the_page() -> None:
    svg = draw_lines(
        Line("a", SWEEP), Line("b", SWEEP), Line("c", SWEEP), Line("d", SWEEP, is_floor=True)
    )
    assert 'role="img" aria-label="It &lt;falls&gt;."' in svg
    for name in ("--training", "--validation", "--third"):
        assert f"var({name}," in svg
    assert [text for text in texts(svg) if text in "abcd"] == list("abcd")


@pytest.mark.slow
def test_a_line_joins_its_points_unless_a_value_occurs_twice() -> None:
    def num_joints(points: list[tuple[float, float]]) -> int:
        paths = re.findall(
            r'<path d="([^"]*)" clip-path="[^"]*" style="fill: none', draw_lines(Line("", points))
        )
        return sum(path.count("L") for path in paths)

    joined = num_joints(SWEEP)
    assert num_joints([*SWEEP, (10.0, 22.0)]) == joined - 4


@pytest.mark.slow
@pytest.mark.parametrize(
    "points", [[(0.0, 1.0), (5.0, 2.0)], [(2.0, 1.0)], [(-1.0, 1.0), (9.0, 2.0)]]
)
def test_zero_negative_and_single_values_are_drawn(points: list[tuple[float, float]]) -> None:
    assert f"{points[0][0]:g}".lstrip("-") in "".join(texts(draw_lines(Line("", points))))


def test_a_zero_has_its_place_on_a_logarithmic_axis_and_moves_no_other_value_far() -> None:
    def places(points: list[tuple[float, float]]) -> list[float]:
        uses = re.findall(r'<use [^>]*x="([\d.]+)"[^>]*style="fill: ', draw_lines(Line("", points)))
        return sorted({float(x) for x in uses})[: len(points)]

    zero, *others = places([(0.0, 70.0), *SWEEP])
    assert len(others) == len(SWEEP)
    assert zero < others[0]
    gaps = [after - before for before, after in itertools.pairwise([zero, *others])]
    assert min(gaps) > 0.1 * sum(gaps)  # on a linear axis 0 and 0.5 would be 0.05 apart


@pytest.mark.slow
def test_one_result_far_above_the_others_does_not_crowd_them() -> None:
    points = [(0.0, 11466.0), (0.5, 118.0), (3.0, 35.0), (10.0, 18.0)]
    assert {"100", "1,000", "10,000"} <= set(texts(draw_lines(Line("", points))))
    below_0 = [Line("a", points), Line("b", [(0.0, -0.5), (10.0, -0.5)], is_floor=True)]
    assert {"0", "100", "1,000"} <= set(texts(draw_lines(*below_0)))
    assert not {"100", "1,000"} <= set(texts(draw_lines(Line("", SWEEP))))


@pytest.mark.slow
def test_single_results_are_pale_and_do_not_break_the_line_of_means() -> None:
    singles = [(x, y + more) for x, y in SWEEP for more in (-1.0, 1.0)]
    svg = draw_lines(Line("", SWEEP, singles=singles))
    assert len(re.findall(r"<use [^>]*fill-opacity: 0.4", svg)) == len(singles)
    assert "stroke-opacity: 0.4" not in draw_lines(Line("", SWEEP))


@pytest.mark.slow
def test_all_lines_look_different() -> None:
    drawn = draw_lines(*[Line(f"line {number}", SWEEP) for number in range(8)])
    styles = re.findall(r'style="fill: none; ([^"]*stroke-width: 1.6[^"]*)"', drawn)
    assert len(set(styles)) == 6  # colors and line styles
    shapes = re.findall(r'<defs>\s*<path(?: id="[^"]*")? d="([^"]*)"', drawn)
    assert len(set(shapes)) >= 7  # and markers


def test_no_point_is_an_error() -> None:
    with pytest.raises(ValueError, match="points: found none, expected at least one"):
        draw_lines()
