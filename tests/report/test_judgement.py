import pytest
from tests.report.fake_results import Example

from latentmaps.errors import DataError
from latentmaps.report import glossary, judgement


@pytest.mark.slow
def test_faces_have_no_judgement_and_the_page_no_heading(example: Example) -> None:
    assert judgement.read_judgement(example.folder) is None
    assert "Read by the CNN" not in example.render()


@pytest.mark.slow
def test_each_sampler_has_a_row_below_real_digits(example: Example) -> None:
    example.judge()
    found = judgement.read_judgement(example.folder)
    assert found is not None
    heads = [row.head.label for row in found.table.rows]
    assert heads == ["Real digits", *(term.label for term in glossary.samplers().values())]
    assert found.table.rows[0].head.note == "97.7% read correctly"
    texts = [cell.text for cell in found.table.rows[1].cells]
    assert texts[0] == "36"
    assert texts[6] == "40 (10)"
    assert texts[10] == "\N{EN DASH} (0)"
    assert next(figure.title for figure in found.sheets.values()) == "Random digits of prior"


@pytest.mark.slow
def test_the_page_shows_it(example: Example) -> None:
    example.judge()
    text = example.render()
    assert text.count('id="judgement"') == 1
    assert 'href="#judgement"' in text
    assert "at least 95% confidence" in text


@pytest.mark.slow
def test_a_page_of_digits_speaks_of_images(example: Example) -> None:
    example.judge()
    assert "Random faces" in example.render()
    example.change("receipt.json", source="digits")
    text = example.render()
    assert "Random images" in text
    assert "Random faces" not in text
    assert "whose faces are they" not in text


def test_a_missing_number_is_named(example: Example) -> None:
    example.judge()
    example.change("judge_digits/numbers.json", accuracy=None)
    with pytest.raises(DataError, match=r"judge_digits.*has no 'accuracy', which the page shows"):
        judgement.read_judgement(example.folder)


def test_an_answer_that_is_neither_true_nor_false_is_refused(example: Example) -> None:
    example.change("judge_digits/numbers.json", is_judged="maybe")
    with pytest.raises(DataError, match="is_judged: found 'maybe', expected true or false"):
        judgement.read_judgement(example.folder)
