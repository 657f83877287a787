from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from latentmaps.errors import DataError
from latentmaps.faces.sources import celeba_tables

Reader = Callable[[Path], pd.DataFrame]

PARTITION = "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n"
ATTRIBUTES = "3\nMale Smiling \n000001.jpg -1  1\n000002.jpg  1  1\n000003.jpg -1 -1\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a list with its line endings unchanged."""

    def write(text: str) -> Path:
        path = tmp_path / "list.txt"
        path.write_bytes(text.encode())
        return path

    return write


def test_a_partition_has_names_instead_of_numbers(write: Callable[[str], Path]) -> None:
    table = celeba_tables.read_partition(write(PARTITION))

    assert table.to_dict("list") == {
        "file": ["000001.jpg", "000002.jpg", "000003.jpg"],
        "partition": ["train", "validation", "test"],
    }


def test_attributes_have_a_column_each(write: Callable[[str], Path]) -> None:
    table = celeba_tables.read_attributes(write(ATTRIBUTES))

    assert table.drop(columns="file").to_dict("list") == {
        "Male": [-1, 1, -1],
        "Smiling": [1, 1, -1],
    }


def test_identities_are_numbers(write: Callable[[str], Path]) -> None:
    table = celeba_tables.read_identity(write("000001.jpg 2880\n000002.jpg 2937\n"))

    assert list(table["identity"]) == [2880, 2937]


CSV: dict[Reader, tuple[str, str]] = {
    celeba_tables.read_partition: (PARTITION, "image_id,partition\n"),
    celeba_tables.read_attributes: (ATTRIBUTES, "image_id,Male,Smiling\n"),
}


@pytest.mark.parametrize("reader", CSV)
def test_a_csv_file_gives_the_same_table_as_the_text_file(
    write: Callable[[str], Path], reader: Reader
) -> None:
    text, head = CSV[reader]
    rows = [line.split() for line in text.splitlines() if ".jpg" in line]
    csv = head + "".join(",".join(row) + "\n" for row in rows)

    pd.testing.assert_frame_equal(reader(write(csv)), reader(write(text)))


@pytest.mark.parametrize(
    ("reader", "text"),
    [(celeba_tables.read_partition, PARTITION), (celeba_tables.read_attributes, ATTRIBUTES)],
)
def test_line_endings_and_byte_order_mark_change_nothing(
    write: Callable[[str], Path], reader: Reader, text: str
) -> None:
    plain = reader(write(text))

    pd.testing.assert_frame_equal(reader(write("\ufeff" + text.replace("\n", "\r\n"))), plain)


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        (celeba_tables.read_partition, "000001.jpg 3\n", r"partition 3 of 000001\.jpg, expected 0"),
        (celeba_tables.read_partition, "000001.jpg x\n", "a field is not an integer"),
        (celeba_tables.read_partition, "000001.jpg\n", "line 1 has 1 fields, expected 2"),
        (celeba_tables.read_partition, "a.jpg 1\n", "line 1 begins with 'a.jpg', expected a name"),
        (celeba_tables.read_partition, "<!DOCTYPE html>\n", "line 1 begins with '<!DOCTYPE'"),
        (celeba_tables.read_partition, "", "no rows, expected one per face"),
        (celeba_tables.read_attributes, "", "begins with '', expected the number of faces"),
        (celeba_tables.read_attributes, "1\nMale\n000001.jpg 0\n", "neither 1 nor -1"),
        (celeba_tables.read_attributes, "1\nMale Young\n000001.jpg 1\n", "line 3 has 2 fields"),
        (
            celeba_tables.read_attributes,
            "2\nMale\n000001.jpg 1\n",
            "announces 2 faces and 1 follow",
        ),
        (celeba_tables.read_attributes, "1\nx\n000001.jpg 1.5\n", "a field is not an integer"),
    ],
)
def test_a_damaged_list_is_refused(
    write: Callable[[str], Path], reader: Reader, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        reader(write(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("000001.jpg inf\n", "a field is not an integer"),
        (f"000001.jpg {'9' * 30}\n", "a field is not an integer"),
        (f"000001.jpg {'x' * 5_000}\n", "a field is not an integer"),
        ("image_id,identity" + ",x" * 2_000 + "\n", "more than 1,000 columns"),
    ],
)
def test_a_value_that_fits_no_column_is_refused_in_a_short_message(
    write: Callable[[str], Path], text: str, reason: str
) -> None:
    with pytest.raises(DataError, match=reason) as raised:
        celeba_tables.read_identity(write(text))

    assert len(str(raised.value)) < 700


@pytest.mark.parametrize("head", ["9" * 5_000 + "\na b\n", "1\n" + "a " * 2_000 + "\n"])
def test_an_unknown_header_is_refused(write: Callable[[str], Path], head: str) -> None:
    with pytest.raises(DataError, match=r"begins with '999|more than 1,000 columns"):
        celeba_tables.read_attributes(write(head + "000001.jpg 1 1\n"))
