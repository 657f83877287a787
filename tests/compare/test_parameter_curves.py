import re

import pytest

from latentmaps.compare import parameter_curves
from latentmaps.compare.parameter_curves import Line

SWEEP = [(0.5, 60.0), (1.5, 50.0), (3.0, 40.0), (5.0, 30.0), (10.0, 20.0)]


def draw(*lines: Line, key: str = "kl") -> str:
    return parameter_curves.draw_curves(
        lines, key=key, title="KL", unit="nats", parameter="fact", alt="It <falls>."
    )


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_equal_numbers_give_equal_bytes_with_ids_of_the_key() -> None:
    assert draw(Line("", SWEEP)) == draw(Line("", SWEEP))
    ids = [set(re.findall(r' id="([^"]+)"', draw(Line("", SWEEP), key=key))) for key in "ab"]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_every_value_of_the_parameter_is_a_tick() -> None:
    shown = texts(draw(Line("", SWEEP)))
    assert [text for text in shown if text in ("0.5", "1.5", "3", "5")] == ["0.5", "1.5", "3", "5"]
    assert {"KL", "nats", "fact"} <= set(shown)


def test_it_says_what_is_shown_and_takes_the_colours_of_the_page() -> None:
    svg = draw(
        Line("a", SWEEP), Line("b", SWEEP), Line("c", SWEEP), Line("d", SWEEP, is_floor=True)
    )
    assert 'role="img" aria-label="It &lt;falls&gt;."' in svg
    for name in ("--training", "--validation", "--third"):
        assert f"var({name}," in svg
    assert [text for text in texts(svg) if text in "abcd"] == list("abcd")


def test_a_line_joins_its_points_unless_a_value_stands_twice() -> None:
    def num_joints(points: list[tuple[float, float]]) -> int:
        paths = re.findall(
            r'<path d="([^"]*)" clip-path="[^"]*" style="fill: none', draw(Line("", points))
        )
        return sum(path.count("L") for path in paths)

    joined = num_joints(SWEEP)
    assert num_joints([*SWEEP, (10.0, 22.0)]) == joined - 4


@pytest.mark.parametrize(
    "points", [[(0.0, 1.0), (5.0, 2.0)], [(2.0, 1.0)], [(-1.0, 1.0), (9.0, 2.0)]]
)
def test_zero_negative_and_single_values_are_drawn(points: list[tuple[float, float]]) -> None:
    assert f"{points[0][0]:g}".lstrip("-") in "".join(texts(draw(Line("", points))))


def test_more_lines_than_looks_or_no_point_is_an_error() -> None:
    with pytest.raises(ValueError, match="found 4 lines"):
        draw(*[Line("", SWEEP)] * 4)
    with pytest.raises(ValueError, match="expected 1 to 3 with points"):
        draw()
