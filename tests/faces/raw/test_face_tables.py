from pathlib import Path

import pandas as pd
import pytest

from latentmaps.errors import DataError
from latentmaps.faces.raw import face_tables

NAMES = ["000001.jpg", "000002.jpg"]
PARTITION = pd.DataFrame({"file": NAMES, "partition": ["train", "test"]})
IDENTITY = pd.DataFrame({"file": NAMES, "identity": [7, 8]})
ATTRIBUTES = pd.DataFrame({"file": NAMES, "Smiling": [1, -1]})


def _index(
    names: list[str] = NAMES,
    *,
    partition: pd.DataFrame = PARTITION,
    identity: pd.DataFrame = IDENTITY,
    attributes: pd.DataFrame = ATTRIBUTES,
) -> pd.DataFrame:
    return face_tables.build_index(
        names, partition=partition, identity=identity, attributes=attributes
    )


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


def test_an_index_has_row_file_partition_identity_and_attributes() -> None:
    index = _index()

    assert index.to_dict("list") == {
        "row": [0, 1],
        "file": NAMES,
        "partition": ["train", "test"],
        "identity": [7, 8],
        "Smiling": [1, -1],
    }


def test_an_index_follows_the_order_of_the_names() -> None:
    index = _index(NAMES[::-1])

    assert list(index["Smiling"]) == [-1, 1]


def test_a_face_without_a_row_is_refused() -> None:
    with pytest.raises(DataError, match=r"partition: no row for 1 of 2 faces.*000002\.jpg"):
        _index(partition=PARTITION[:1])


def test_a_face_with_two_rows_is_refused() -> None:
    with pytest.raises(DataError, match=r"attributes: 000001\.jpg has two rows"):
        _index(attributes=pd.concat([ATTRIBUTES, ATTRIBUTES]))


def test_unknown_values_are_empty_in_the_index(tmp_path: Path) -> None:
    face_tables.write_table(tmp_path / "t.csv", face_tables.names_only(NAMES))

    index = _index(
        partition=face_tables.read_partition(tmp_path / "t.csv"),
        identity=face_tables.read_identity(tmp_path / "t.csv"),
        attributes=face_tables.read_attributes(tmp_path / "t.csv"),
    )
    face_tables.write_table(tmp_path / "index.csv", index)

    assert (tmp_path / "index.csv").read_text().splitlines() == [
        "row,file,partition,identity",
        "0,000001.jpg,,",
        "1,000002.jpg,,",
    ]


def test_a_refused_face_leaves_no_gap_in_the_index() -> None:
    kept = face_tables.without_refused(_index(), [NAMES[0]])

    assert list(kept["row"]) == [0]
    assert list(kept["file"]) == [NAMES[1]]


def test_a_table_without_refusals_has_a_header() -> None:
    assert face_tables.refusals([]).to_csv(index=False) == "file,reason\n"


def test_an_identity_that_is_not_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not a valid table .*invalid literal"):
        face_tables.read_identity(_write(tmp_path / "t.csv", "file,identity\n000001.jpg,x\n"))


def test_an_attribute_with_a_reserved_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="an attribute called partition"):
        face_tables.read_attributes(_write(tmp_path / "t.csv", "file,partition\n000001.jpg,1\n"))


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
    with pytest.raises(DataError, match="not a valid table"):
        face_tables.read_partition(_write(tmp_path / "t.csv", ""))
