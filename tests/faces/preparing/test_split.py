from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

from latentmaps.errors import DataError, ParamsError
from latentmaps.faces.dataset import split_table
from latentmaps.faces.preparing import split
from latentmaps.faces.raw import face_tables
from latentmaps.params.split_faces import SplitFaces


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of 20 faces: 12 for training, 4 for validation, 4 for test."""
    return _write(tmp_path, identity=range(20))


def _write(folder: Path, *, identity: Sequence[int | None], partition: str | None = None) -> Path:
    official = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    table = pd.DataFrame(
        {
            "row": range(20),
            "file": "x.jpg",
            "partition": official if partition is None else partition,
            "identity": pd.array(identity, dtype="Int64"),
            "Smiling": 1,
        }
    )
    face_tables.write_table(folder / "index.csv", table)
    return folder / "index.csv"


def _wanted(
    scheme: Any, num_train: float | None, num_validation: float, num_test: float
) -> SplitFaces:
    return SplitFaces(
        scheme=scheme, num_train=num_train, num_validation=num_validation, num_test=num_test
    )


def _rows(table: pd.DataFrame, part: str) -> list[int]:
    return list(table["row"][table["part"] == part])


def test_params_accept_every_scheme_and_no_other() -> None:
    assert get_args(get_type_hints(SplitFaces)["scheme"]) == tuple(split.SCHEMES)


def test_every_row_occurs_once_and_parts_have_their_sizes(index: Path) -> None:
    table = split.split_faces(index, _wanted("random", 10, 3, 4), seed=1)

    assert list(table["row"]) == list(range(20))
    assert table["part"].value_counts().to_dict() == {
        "train": 10,
        "validation": 3,
        "test": 4,
        "unused": 3,
    }


def test_null_for_training_takes_the_remaining_faces(index: Path) -> None:
    table = split.split_faces(index, _wanted("random", None, 3, 4), seed=1)

    assert len(_rows(table, "train")) == 13
    assert _rows(table, "unused") == []


def test_the_parts_depend_on_the_seed(index: Path) -> None:
    tables = [
        split.split_faces(index, _wanted("random", 10, 3, 4), seed=seed) for seed in (1, 1, 2)
    ]

    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])


def test_the_test_part_does_not_depend_on_the_other_sizes(index: Path) -> None:
    few = split.split_faces(index, _wanted("random", 5, 1, 4), seed=1)
    many = split.split_faces(index, _wanted("random", 13, 3, 4), seed=1)

    assert _rows(few, "test") == _rows(many, "test")


@pytest.mark.parametrize("num_train", [14, None])
def test_parts_that_do_not_fit_are_refused_with_the_numbers(
    index: Path, num_train: int | None
) -> None:
    num_test = 4 if num_train else 17
    with pytest.raises(ParamsError, match=f"num_test {num_test} do not fit into 20 faces"):
        split.split_faces(index, _wanted("random", num_train, 3, num_test), seed=1)


@pytest.mark.parametrize("sizes", [(None, 4, 4), (170_000, 1, 1)])
def test_the_official_split_ignores_the_numbers(
    index: Path, sizes: tuple[int | None, int, int]
) -> None:
    table = split.split_faces(index, _wanted("official", *sizes), seed=1)

    assert _rows(table, "train") == list(range(12))
    assert _rows(table, "validation") == [12, 13, 14, 15]
    assert _rows(table, "test") == [16, 17, 18, 19]


def test_an_official_split_needs_a_partition(tmp_path: Path) -> None:
    index = _write(tmp_path, identity=range(20), partition="")

    with pytest.raises(DataError, match=r"has no partition, so .* cannot be official"):
        split.split_faces(index, _wanted("official", None, 4, 4), seed=1)


def test_an_official_split_needs_faces_in_every_part(tmp_path: Path) -> None:
    index = _write(tmp_path, identity=range(20), partition="train")

    with pytest.raises(DataError, match="none of 20 faces to validation"):
        split.split_faces(index, _wanted("official", None, 4, 4), seed=1)


PERSONS = [0] * 3 + [1] * 3 + [2] * 2 + list(range(3, 15))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("num_train", [None, 7])
def test_nobody_is_in_two_parts(tmp_path: Path, seed: int, num_train: int | None) -> None:
    index = _write(tmp_path, identity=PERSONS)

    table = split.split_faces(index, _wanted("identity", num_train, 3, 4), seed=seed)

    parts = table["part"].groupby(PERSONS).nunique()
    assert (parts == 1).all()
    sizes = table["part"].value_counts()
    assert (sizes["test"], sizes["validation"]) == (4, 3)
    assert sizes["train"] == (num_train or 13)


def test_the_persons_in_a_part_depend_on_the_seed(tmp_path: Path) -> None:
    index = _write(tmp_path, identity=range(20))

    tests = [
        _rows(split.split_faces(index, _wanted("identity", None, 3, 4), seed=seed), "test")
        for seed in (1, 1, 2)
    ]

    assert tests[0] == tests[1]
    assert tests[0] != tests[2]


def test_a_size_that_whole_persons_cannot_reach_is_refused_with_the_numbers(tmp_path: Path) -> None:
    index = _write(tmp_path, identity=[0] * 10 + [1] * 10)

    message = "num_test 4 do not fit into 20 faces of 2 people.*test gets 0 faces"
    with pytest.raises(ParamsError, match=message):
        split.split_faces(index, _wanted("identity", None, 3, 4), seed=1)


def test_a_split_by_identity_needs_identities(tmp_path: Path) -> None:
    index = _write(tmp_path, identity=[None, *range(19)])

    with pytest.raises(DataError, match="does not identify people"):
        split.split_faces(index, _wanted("identity", None, 3, 4), seed=1)


@pytest.mark.parametrize("scheme", ["random", "identity", "official"])
def test_every_row_is_in_one_part(index: Path, scheme: str) -> None:
    table = split.split_faces(index, _wanted(scheme, 10, 3, 4), seed=1)

    assert list(table["row"]) == list(range(20))
    assert table["part"].isin(split_table.PARTS).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "not a valid index of faces"),
        ("row,file,partition,identity\n0,a.jpg,train,x\n", "not a valid index of faces"),
        (f"row,file,partition,identity\n0,a.jpg,train,{'9' * 30}\n", "not a valid index of faces"),
        ("row,file,partition,identity\n0,a.jpg,train,inf\n", "not a valid index of faces"),
        ("row,file,partition,identity\n0,a.jpg,train,1.5\n", "not a valid index of faces"),
        ("row,file,partition,identity\n1,a.jpg,train,1\n", "the column row is not 0, 1, 2"),
        ("row,partition,identity,file\n0,train,1,a\n", "columns row, partition, identity, file"),
    ],
)
def test_a_damaged_index_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "index.csv").write_text(text)

    with pytest.raises(DataError, match=message):
        split.split_faces(tmp_path / "index.csv", _wanted("random", 1, 1, 1), seed=1)


def test_a_split_survives_writing_and_reading(index: Path, tmp_path: Path) -> None:
    table = split.split_faces(index, _wanted("random", 10, 3, 4), seed=1)
    face_tables.write_table(tmp_path / "split.csv", table)

    parts = split_table.read_split(tmp_path / "split.csv", num_rows=len(table))

    assert {part: list(rows) for part, rows in parts.items()} == {
        part: _rows(table, part) for part in split_table.PARTS
    }
    assert all(rows.dtype == np.int64 for rows in parts.values())


def test_a_missing_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file; run split_faces"):
        split_table.read_split(tmp_path / "split.csv", num_rows=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a valid split of faces"),
        ("row,part\nx,train\n", "not a valid split of faces"),
        ("row,part\n0,dev\n1,train\n", "part 'dev', expected one of train"),
        ("row,part\n0,train\n0,test\n", "expected exactly one row per face"),
        ("row,part\n0,train\n1,validation\n", "no faces in the part test"),
        (f"row,part\n{'9' * 30},train\n", r"not a valid split of faces \(Overflow\)"),
        ("row,part\n0,train,x\n1,test,x\n", "3 fields in the first row"),
        ("row,part\n0,train\n1,test,x\n", "not a valid split of faces .*3 fields, expected 2"),
        (f"row,part\n0,{'x' * 5000}\n1,train\n", r"part 'xxx.{140,150}\.\.\.'"),
        ("row,part" + ",c" * 100_000, "100,002 columns|a line that is too long"),
        ("row,part\n0,train\n", "1 faces, expected 2, the number of images"),
    ],
)
def test_a_damaged_split_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "split.csv").write_text(text)

    with pytest.raises(DataError, match=message):
        split_table.read_split(tmp_path / "split.csv", num_rows=2)


def test_a_size_below_one_is_a_share_of_all_faces(index: Path) -> None:
    num_faces = len(split.split_faces(index, _wanted("random", None, 3, 4), seed=1))
    shares = split.split_faces(index, _wanted("random", None, 0.1, 0.2), seed=1)
    counts = shares["part"].value_counts()
    assert counts["validation"] == max(1, round(0.1 * num_faces))
    assert counts["test"] == round(0.2 * num_faces)
    assert counts["train"] == num_faces - counts["validation"] - counts["test"]


def test_a_small_share_is_one_face(index: Path) -> None:
    table = split.split_faces(index, _wanted("random", None, 0.001, 0.001), seed=1)
    assert (table["part"] == "validation").sum() == 1


@pytest.mark.parametrize(("num_test", "is_enough"), [(6, False), (7, True)])
def test_a_test_part_without_neighbors_is_refused_before_the_training(
    index: Path, num_test: int, is_enough: bool
) -> None:
    parts = split.split_faces(index, _wanted("random", None, 1, num_test), seed=1)
    if is_enough:
        split.require_enough(parts)
        return
    with pytest.raises(ParamsError, match="part test has 6 of 20 faces, expected at least 7"):
        split.require_enough(parts)
