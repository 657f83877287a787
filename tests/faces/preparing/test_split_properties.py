"""The split of the faces, for any number of faces, persons and wanted sizes."""

import dataclasses
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentmaps.errors import ParamsError
from latentmaps.faces.dataset import split_table
from latentmaps.faces.preparing import split
from latentmaps.faces.raw import face_tables
from latentmaps.faces.raw.archive import face_name
from latentmaps.params.split_faces import SplitFaces

SIZES = st.integers(1, 30) | st.floats(0.01, 0.99)
WANTED = st.builds(
    SplitFaces,
    scheme=st.sampled_from(["random", "identity"]),
    num_train=st.none() | SIZES,
    num_validation=SIZES,
    num_test=SIZES,
)
PERSONS = st.lists(st.integers(1, 12), min_size=1, max_size=60)
SEEDS = st.integers(0, 2**31 - 1)


def make_split(persons: list[int], wanted: SplitFaces, seed: int) -> np.ndarray | None:
    """Return the part of each face; None if the sizes were refused."""
    index = pd.DataFrame(
        {
            "row": range(len(persons)),
            "file": [face_name(i) for i in range(len(persons))],
            "partition": "",
            "identity": persons,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.csv"
        face_tables.write_table(path, index)
        try:
            parts = split.split_faces(path, wanted, seed)
        except ParamsError:
            return None
    assert list(parts["row"]) == list(range(len(persons)))
    return parts["part"].to_numpy()


def wanted_count(size: float, num_faces: int) -> int:
    return int(size) if size >= 1 else max(1, round(size * num_faces))


@pytest.mark.slow
@given(PERSONS, WANTED, SEEDS)
def test_every_part_has_the_wanted_size_or_the_split_is_refused(
    persons: list[int], wanted: SplitFaces, seed: int
) -> None:
    parts = make_split(persons, wanted, seed)
    sizes = [
        None if size is None else wanted_count(size, len(persons))
        for size in (wanted.num_train, wanted.num_validation, wanted.num_test)
    ]
    if parts is None:
        # a random split is refused only if the faces do not suffice
        needed = sum(size or 1 for size in sizes)
        assert wanted.scheme == "identity" or needed > len(persons)
        return
    for part, size in zip(split_table.USED, sizes, strict=True):
        found = int((parts == part).sum())
        assert found >= 1
        assert size is None or found == size
    assert set(parts) <= set(split_table.PARTS)


@given(PERSONS, WANTED, SEEDS)
def test_nobody_is_in_two_parts_of_a_split_by_person(
    persons: list[int], wanted: SplitFaces, seed: int
) -> None:
    parts = make_split(persons, wanted, seed)
    if parts is None or wanted.scheme != "identity":
        return
    for person in set(persons):
        assert len(set(parts[np.array(persons) == person])) == 1


@pytest.mark.slow
@given(PERSONS, WANTED, st.none() | SIZES, SEEDS)
def test_the_test_part_does_not_depend_on_the_size_of_the_training_part(
    persons: list[int], wanted: SplitFaces, num_train: float | None, seed: int
) -> None:
    other = dataclasses.replace(wanted, num_train=num_train)
    before, after = make_split(persons, wanted, seed), make_split(persons, other, seed)
    if before is not None and after is not None:
        assert np.array_equal(before == "test", after == "test")
