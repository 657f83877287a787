"""Read the CSV tables of the stages: a row that pandas would fill or cut off is refused."""

import csv
import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from latentmaps.errors import DataError, excerpt

# CelebA has 40 attributes; the time that pandas takes grows with the square of this number
MOST_COLUMNS = 1_000
MOST_CHARACTERS_A_LINE = 100_000


def read(path: Path, dtypes: Mapping[str, str], *, kind: str, advice: str) -> pd.DataFrame:
    """Return a table; an empty field stays empty, in the nullable column identity it is NA.

    Args:
        path: the table.
        dtypes: of columns that it must have; of others pandas guesses the dtype.
        kind: what the table is, for the message.
        advice: what to do when it is of no use.

    Raises:
        DataError: the file is missing, no such table, has a row of more or fewer fields than
            columns, or a field is no value of its column.
    """
    header = read_header(path, kind=kind, advice=advice)
    missing = [column for column in dtypes if column not in header]
    if missing:
        raise DataError(
            f"{path}: no {kind} (columns {excerpt(', '.join(header))}, expected also "
            f"{excerpt(missing[0])}); {advice}"
        )
    try:
        _check_rows(path, len(header))
        # of some rows that it changes pandas warns
        with warnings.catch_warnings(action="error"):
            table = pd.read_csv(
                path,
                dtype=dict(dtypes),
                index_col=False,
                keep_default_na=False,
                na_values={"identity": [""]},
                low_memory=False,
            )
    # TypeError, OverflowError: a number that is not whole, or has too many digits
    except (ValueError, csv.Error, TypeError, OverflowError, Warning) as error:
        raise _no_table(path, kind, advice, error) from error
    if list(table.columns) != header:
        raise DataError(
            f"{path}: no {kind} (names of columns that can be read in two ways); {advice}"
        )
    return table


def read_header(path: Path, *, kind: str, advice: str) -> list[str]:
    """Return the names of the columns after a look at the first row.

    Raises:
        DataError: the file is missing, no table, has more than 1,000 columns or one twice, or its
            first row has more or fewer fields.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [file.readline(MOST_CHARACTERS_A_LINE) for _ in range(2)]
        # an empty line is no fields
        header, row = (next(csv.reader([line], strict=True), []) for line in lines)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; {advice}") from None
    except (ValueError, csv.Error) as error:
        raise _no_table(path, kind, advice, error) from error
    if max(map(len, lines)) == MOST_CHARACTERS_A_LINE:
        raise DataError(f"{path}: no {kind} (a line without end); {advice}")
    if not 1 <= len(header) <= MOST_COLUMNS or len(set(header)) < len(header):
        raise DataError(
            f"{path}: no {kind} ({len(header):,} columns, {len(set(header)):,} of them with a name "
            f"of their own, expected 1 to {MOST_COLUMNS:,} different ones); {advice}"
        )
    if row and len(row) != len(header):
        raise DataError(
            f"{path}: no {kind} ({len(header):,} columns, and {len(row):,} fields in the first "
            f"row); {advice}"
        )
    return header


def _check_rows(path: Path, num_columns: int) -> None:
    """Refuse rows of other lengths: pandas fills a short one with empty fields.

    Raises:
        ValueError: a row has more or fewer fields than columns.
        csv.Error: a field has more than 131,072 characters.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        # pandas leaves out lines without text, too
        rows = csv.reader(line for line in file if not line.isspace())
        for number, row in enumerate(rows):
            if len(row) != num_columns:
                raise ValueError(
                    f"row {number:,} below the header has {len(row):,} fields, expected "
                    f"{num_columns:,}"
                )


def _no_table(path: Path, kind: str, advice: str, error: Exception) -> DataError:
    reason = excerpt(str(error).partition("\n")[0] or type(error).__name__)
    return DataError(f"{path}: no {kind} ({reason}); {advice}")
