from pathlib import Path

import pandas as pd
import pytest

from latentmaps.data import face_tables
from latentmaps.errors import DataError

NAMES = ["000001.jpg", "000002.jpg"]
PARTITION = pd.DataFrame({"file": NAMES, "partition": ["train", "test"]})
ATTRIBUTES = pd.DataFrame({"file": NAMES, "Smiling": [1, -1]})


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_table_survives_writing_and_reading(tmp_path: Path) -> None:
    face_tables.write_table(tmp_path / "t.csv", ATTRIBUTES)

    read = face_tables.read_attributes(tmp_path / "t.csv")

    pd.testing.assert_frame_equal(read, ATTRIBUTES, check_dtype=False)


def test_faces_without_attributes_have_a_table_of_names(tmp_path: Path) -> None:
    face_tables.write_table(tmp_path / "t.csv", ATTRIBUTES[["file"]])

    assert list(face_tables.read_attributes(tmp_path / "t.csv").columns) == ["file"]


def test_an_index_has_row_file_partition_and_attributes() -> None:
    index = face_tables.build_index(NAMES, ATTRIBUTES, PARTITION)

    assert index.to_dict("list") == {
        "row": [0, 1],
        "file": NAMES,
        "partition": ["train", "test"],
        "Smiling": [1, -1],
    }


def test_an_index_follows_the_order_of_the_names() -> None:
    index = face_tables.build_index(NAMES[::-1], ATTRIBUTES, PARTITION)

    assert list(index["Smiling"]) == [-1, 1]


def test_a_face_without_a_row_is_refused() -> None:
    with pytest.raises(DataError, match=r"partition: no row for 1 of 2 faces.*000002\.jpg"):
        face_tables.build_index(NAMES, ATTRIBUTES, PARTITION[:1])


def test_a_face_with_two_rows_is_refused() -> None:
    with pytest.raises(DataError, match=r"attributes: 000001\.jpg has two rows"):
        face_tables.build_index(NAMES[:1], pd.concat([ATTRIBUTES, ATTRIBUTES]), PARTITION)


def test_an_attribute_other_than_one_and_minus_one_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", "file,Smiling\n000001.jpg,0\n")

    with pytest.raises(DataError, match="neither 1 nor -1"):
        face_tables.read_attributes(path)


def test_an_unknown_partition_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", "file,partition\n000001.jpg,dev\n")

    with pytest.raises(DataError, match="partition 'dev', expected one of train"):
        face_tables.read_partition(path)


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="columns a, b, expected file, partition"):
        face_tables.read_partition(_write(tmp_path / "t.csv", "a,b\n1,2\n"))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no table"):
        face_tables.read_partition(_write(tmp_path / "t.csv", ""))
