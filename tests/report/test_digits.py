from pathlib import Path

import pytest
from tests.report.fake_numbers import LAYERS
from tests.report.fake_results import Example

from latentmaps.errors import DataError
from latentmaps.report import digits


@pytest.mark.slow
def test_the_output_has_rows_without_links_and_is_not_a_feature_map(example: Example) -> None:
    example.add_outputs()
    found = digits.read_digits(example.folder, [*LAYERS, "probabilities"])
    *with_maps, output = found.layers
    assert output.is_output
    assert not any(layer.is_output for layer in with_maps)
    assert output.links == []
    labels = [head.label for head in output.table.columns]
    assert labels[-2:] == ["Confidence", "Confidence in range"]
    assert found.headlines == digits.read_digits(example.folder, list(LAYERS)).headlines
    table = example.folder / "draw_oips/probabilities.csv"
    *lines, _ = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=r"found 6 tiles, expected 3 for the units in"):
        digits.read_digits(example.folder, ["probabilities"])


def write(folder: Path, *pairs: str) -> Path:
    path = folder / "predictions.csv"
    path.write_text("\n".join(["label,prediction", *pairs]) + "\n", encoding="utf-8")
    return path


def test_the_matrix_counts_what_was_written_by_what_was_read(tmp_path: Path) -> None:
    found = digits.read_confusion(write(tmp_path, "1,1", "1,1", "1,7", "7,7", "7,1", "1,7"))
    assert found.digits == ["1", "7"]
    assert [[cell.number for cell in row] for row in found.rows] == [[2, 2], [1, 1]]
    assert [[cell.weight for cell in row] for row in found.rows] == [
        ["right", "wrong"],
        ["wrong", "right"],
    ]
    assert found.num_wrong == 3
    assert found.worst == "a 1 read as a 7 (2)"


def test_without_errors_there_is_no_worst_one(tmp_path: Path) -> None:
    found = digits.read_confusion(write(tmp_path, "1,1", "7,7"))
    assert (found.num_wrong, found.worst) == (0, "")
    assert found.rows[0][1].weight == "none"


@pytest.mark.parametrize("pair", ["1,seven", "10,1", "1,"])
def test_an_invalid_digit_is_refused(tmp_path: Path, pair: str) -> None:
    with pytest.raises(DataError, match="expected labels and predictions from 0 to 9"):
        digits.read_confusion(write(tmp_path, "1,1", pair))
