"""An answer is written as a page, a picture and arrays: all or none."""

from pathlib import Path

import pytest
from PIL import Image

from latentmaps.errors import DataError
from latentmaps.lab import answer_files
from latentmaps.lab.answer import Answer


@pytest.mark.parametrize(
    ("layer", "units", "name"),
    [
        ("Conv2D_3", [17], "Conv2D_3-17"),
        ("dense", [1, 0], "dense-1-0"),
        ("block/conv", list(range(10)), "block-conv-0-1-2-3-4-5-6-7-and-2-more"),
        ("../..", [0], "layer-0"),
    ],
)
def test_a_page_is_named_after_its_units(layer: str, units: list[int], name: str) -> None:
    assert answer_files.default_output(layer, units) == Path(f"reports/oip/{name}.html")


@pytest.mark.slow
def test_three_files_are_written(answer: Answer, tmp_path: Path) -> None:
    output = tmp_path / "new" / "folder" / "a.html"
    with answer_files.opened(output) as write:
        assert not output.exists()
        write(answer)
    names = sorted(path.name for path in output.parent.iterdir())
    assert names == ["a.html", "a.npz", "a.png"]
    with Image.open(output.with_suffix(".png")) as image:
        assert image.mode == "RGB"


def test_a_failure_leaves_no_files(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="no"),
        answer_files.opened(tmp_path / "new" / "a.html"),
    ):
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_not_a_page_is_refused(tmp_path: Path) -> None:
    for output in (tmp_path, tmp_path / "a.txt"):
        with (
            pytest.raises(
                DataError, match=r"expected the name of an HTML file, such as reports/oip"
            ),
            answer_files.opened(output),
        ):
            pass
    (tmp_path / "a.npz").mkdir()
    with (
        pytest.raises(DataError, match=r"a\.npz: found a folder, expected none; choose another"),
        answer_files.opened(tmp_path / "a.html"),
    ):
        pass
    assert (tmp_path / "a.npz").is_dir()
