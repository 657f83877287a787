"""Read the CSV tables of the stages; rows that pandas would pad or truncate are refused."""

import csv
import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from latentmaps.errors import DataError, excerpt

# CelebA has 40 attributes; the time that pandas needs grows with the square of this number
MOST_COLUMNS = 1_000
MOST_CHARACTERS_A_LINE = 100_000


def read(path: Path, dtypes: Mapping[str, str], *, kind: str, advice: str) -> pd.DataFrame:
    """Return a table; empty fields stay empty, but become NA in the nullable column ``identity``.

    Args:
        path: the table.
        dtypes: names of required columns -> their dtypes; pandas infers the dtypes of other
            columns.
        kind: description of the table, for messages.
        advice: what to do if the table is unusable, for messages.

    Raises:
        DataError: the file is missing or is not a table of this kind, a row has more or fewer
            fields than there are columns, or a field does not have the dtype of its column.
    """
    header = read_header(path, kind=kind, advice=advice)
    missing = [column for column in dtypes if column not in header]
    if missing:
        raise DataError(
            f"{path}: not a valid {kind} (columns {excerpt(', '.join(header))}, expected also "
            f"{excerpt(missing[0])}); {advice}"
        )
    try:
        _check_rows(path, len(header))
        # pandas only warns about some rows that it changes
        with warnings.catch_warnings(action="error"):
            table = pd.read_csv(
                path,
                dtype=dict(dtypes),
                index_col=False,
                keep_default_na=False,
                na_values={"identity": [""]},
                low_memory=False,
            )
    # TypeError, OverflowError: a number that is not an integer, or has too many digits
    except (ValueError, csv.Error, TypeError, OverflowError, Warning) as error:
        raise _no_table(path, kind, advice, error) from error
    if list(table.columns) != header:
        raise DataError(f"{path}: not a valid {kind} (ambiguous column names); {advice}")
    return table


def read_header(path: Path, *, kind: str, advice: str) -> list[str]:
    """Check the header and the first row, and return the column names.

    Args:
        path: the table.
        kind: description of the table, for messages.
        advice: what to do if the table is unusable, for messages.

    Raises:
        DataError: the file is missing or is not a table, has more than 1,000 columns or duplicate
            column names, or has a different number of fields in its first row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [file.readline(MOST_CHARACTERS_A_LINE) for _ in range(2)]
        # an empty line has no fields
        header, row = (next(csv.reader([line], strict=True), []) for line in lines)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; {advice}") from None
    except (ValueError, csv.Error) as error:
        raise _no_table(path, kind, advice, error) from error
    if max(map(len, lines)) == MOST_CHARACTERS_A_LINE:
        raise DataError(f"{path}: not a valid {kind} (a line that is too long); {advice}")
    if not 1 <= len(header) <= MOST_COLUMNS or len(set(header)) < len(header):
        raise DataError(
            f"{path}: not a valid {kind} ({len(header):,} columns with {len(set(header)):,} "
            f"different names, expected 1 to {MOST_COLUMNS:,} columns with unique names); {advice}"
        )
    if row and len(row) != len(header):
        raise DataError(
            f"{path}: not a valid {kind} ({len(header):,} columns, but {len(row):,} fields in the "
            f"first row); {advice}"
        )
    return header


def _check_rows(path: Path, num_columns: int) -> None:
    """Refuse rows of the wrong length, since pandas pads short ones with empty fields.

    Raises:
        ValueError: a row has more or fewer fields than there are columns.
        csv.Error: a field has more than 131,072 characters.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        # like pandas, skip lines without text
        rows = csv.reader(line for line in file if not line.isspace())
        for number, row in enumerate(rows):
            if len(row) != num_columns:
                raise ValueError(
                    f"row {number:,} below the header has {len(row):,} fields, expected "
                    f"{num_columns:,}"
                )


def _no_table(path: Path, kind: str, advice: str, error: Exception) -> DataError:
    reason = excerpt(str(error).partition("\n")[0] or type(error).__name__)
    return DataError(f"{path}: not a valid {kind} ({reason}); {advice}")
