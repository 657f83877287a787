import pytest
from tests.report.fake_results import Example

from latentmaps.errors import DataError
from latentmaps.report import patterns


def test_each_convolution_has_a_tab(example: Example) -> None:
    found = patterns.read_patterns(example.folder)
    assert list(found.sheets) == list(found.links) == ["Convolution 1", "Convolution 2"]
    titles = [figure.title for figure in found.sheets.values()]
    assert titles == [f"Convolution {number} of the encoder: the patterns" for number in (1, 2)]
    commands = {figure.command for figure in found.sheets.values()}
    assert commands == {"dvc repro --force --single-item draw_face_oips"}


def test_a_missing_sheet_is_named(example: Example) -> None:
    path = example.folder / "draw_face_oips/patterns/convolution_2.png"
    path.unlink()
    with pytest.raises(DataError, match=r"convolution_2\.png: no such file"):
        patterns.read_patterns(example.folder)


def test_an_entry_without_a_title_is_refused(example: Example) -> None:
    example.change("draw_face_oips/patterns/sheets.json", convolution_1={"caption": "none"})
    with pytest.raises(DataError, match="has no 'title'"):
        patterns.read_patterns(example.folder)
