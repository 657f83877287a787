"""Values of parameters on a page: as in params.yaml, without what belongs to one machine."""

from typing import Any

import pytest

from latentmaps.report import content


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (5.0, "5.0"),
        (1e-5, "1e-05"),
        ("bce", "bce"),
        ("1/2", "1/2"),
        ([32, 64.0, "same"], "[32, 64.0, same]"),
        ((None, False), "[null, false]"),
    ],
)
def test_values_read_as_in_params_yaml(value: Any, text: str) -> None:
    assert content.as_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("/home/me/faces", "(a local folder)"),
        ("/home/me/.hidden", "(a local folder)"),
        ("~/faces", "(a local folder)"),
        ("/home/me/weights.h5", "(a local file: weights.h5)"),
        (r"C:\Users\me\faces.zip", "(a local file: faces.zip)"),
        (r"\\host\share\faces", "(a local folder)"),
        (["/home/me/a", "b"], "[(a local folder), b]"),
    ],
)
def test_no_parameter_reveals_a_path_of_the_machine(value: Any, text: str) -> None:
    assert content.as_text(value) == text
