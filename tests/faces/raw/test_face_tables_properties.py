"""The tables of the faces, for any names, persons and attributes."""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentmaps.errors import DataError
from latentmaps.faces.raw import face_tables
from latentmaps.faces.raw.archive import face_name

# what CelebA has, and what a CSV file has to quote
ATTRIBUTES = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]),
    min_size=1,
    max_size=8,
).filter(lambda name: name not in (*face_tables.INDEX_COLUMNS, "file"))


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Return the arguments of build_index for up to eight faces."""
    indices = draw(st.lists(st.integers(0, 999_998), min_size=1, max_size=8, unique=True))
    names = sorted(map(face_name, indices))
    size: dict[str, Any] = {"min_size": len(names), "max_size": len(names)}
    partitions = st.lists(st.sampled_from(face_tables.PARTITIONS), **size)
    persons = st.lists(st.integers(1, 10_177) | st.none(), **size)
    columns = draw(st.lists(ATTRIBUTES, max_size=3, unique=True))
    values = {name: draw(st.lists(st.sampled_from([1, -1]), **size)) for name in columns}
    files = face_tables.names_only(names)
    return {
        "names": names,
        "partition": files.assign(partition=draw(partitions)),
        "identity": files.assign(identity=pd.array(draw(persons), dtype="Int64")),
        "attributes": pd.DataFrame({"file": names} | values).astype(dict.fromkeys(columns, "int8")),
    }


@pytest.mark.slow
@given(tables())
def test_an_index_is_read_back_as_it_was_built(tables: dict[str, Any]) -> None:
    index = face_tables.build_index(**tables)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.csv"
        face_tables.write_table(path, index)
        read = face_tables.read_index(path)
    pd.testing.assert_frame_equal(read, index, check_dtype=False)
    assert read["identity"].dtype == "Int64"


@pytest.mark.slow
@given(tables())
def test_attributes_are_read_back_as_they_were_written(tables: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attributes.csv"
        face_tables.write_table(path, tables["attributes"])
        pd.testing.assert_frame_equal(
            face_tables.read_attributes(path), tables["attributes"], check_dtype=False
        )


@pytest.mark.slow
@given(tables(), st.data())
def test_rows_of_refused_faces_are_removed_and_no_others(
    tables: dict[str, Any], data: st.DataObject
) -> None:
    index = face_tables.build_index(**tables)
    refused = data.draw(st.sets(st.sampled_from(tables["names"])))
    kept = face_tables.without_refused(index, sorted(refused))
    assert list(kept["file"]) == [name for name in tables["names"] if name not in refused]
    assert list(kept["row"]) == list(range(len(kept)))


@pytest.mark.slow
@given(tables(), st.data())
def test_a_table_that_lacks_a_face_is_refused(tables: dict[str, Any], data: st.DataObject) -> None:
    title = data.draw(st.sampled_from(["partition", "identity", "attributes"]))
    row = data.draw(st.integers(0, len(tables["names"]) - 1))
    with pytest.raises(DataError, match=title):
        face_tables.build_index(**tables | {title: tables[title].drop(index=row)})
