"""Any values that DVC writes into params.yaml are read back."""

import math
from typing import Any

import pytest
import yaml
from dvc.utils.serialize import dumps_yaml, parse_yaml
from dvc.utils.serialize._yaml import YAMLFileCorruptedError
from hypothesis import given
from hypothesis import strategies as st

from latentmaps.params import yaml12

KEYS = st.text(alphabet="abcdefgnoyt_019", min_size=1, max_size=8)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False),
    st.text(max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(KEYS, children, max_size=4),
    max_leaves=12,
)
# parts of numbers, and of texts that look like numbers
ALMOST_SCALARS = st.text(alphabet="0127.+-_eExoabfnNaAtruels~:", max_size=8)


def is_equal(one: Any, other: Any) -> bool:
    """Return whether two values are equal and of one type, so that 1, 1.0 and true differ."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and bool(one == other)


@pytest.mark.slow
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_values_written_by_dvc_are_read_back(document: dict[str, Any]) -> None:
    assert yaml12.load(dumps_yaml(document)) == document


@pytest.mark.slow
@given(SCALARS)
def test_a_value_that_dvc_writes_keeps_its_type(value: Any) -> None:
    assert is_equal(yaml12.load(dumps_yaml({"key": value}))["key"], value)


@given(ALMOST_SCALARS)
def test_a_value_means_what_it_means_to_dvc_or_is_refused(text: str) -> None:
    document = f"key: {text}\n"
    try:
        ours = yaml12.load(document)
    except yaml.YAMLError:
        return
    try:
        theirs = parse_yaml(document, "params.yaml")
    except (YAMLFileCorruptedError, ValueError):
        return
    assert is_equal(ours["key"], theirs["key"]), document
