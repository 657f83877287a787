"""Put wild cells into CSV files, and move, drop and duplicate rows and columns."""

import random

from tests.attack import mutators

WILD = (
    *(b"", b" ", b"0", b"-1", b"1", b"-0", b"00", b"1.0", b"1e5", b"1e400", b"nan", b"NaN", b"inf"),
    *(b"-inf", b"NA", b"null", b"None", b"True", b"true", b"2147483648", b"9223372036854775808"),
    *(b"9" * 30, b"-" + b"9" * 30, b"9" * 5_000, b"0x10", b"1_000", b"1,5", b"+1", b"1 ", b"\t1"),
    *(
        b'"',
        b'""',
        b'"a',
        b'a"b',
        b'"a\nb"',
        b"'",
        b"\x00",
        b"a\x00b",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\r", b"\n", b"\r\n", b"\x1a", b"\\"),
    *(
        b"=1+1",
        b"../../x",
        b"a" * 100_000,
        b"," * 1_000,
        b"\n" * 1_000,
        b"train",
        b"unused",
        b"test",
    ),
    *("\N{ARABIC-INDIC DIGIT ONE}".encode(), "\N{SUPERSCRIPT TWO}".encode(), b"1e-400", b"-2"),
)


def mutate(content: bytes, generator: random.Random) -> bytes:
    """Return a table after one or two changes of cells, rows or columns, or with damaged bytes."""
    if generator.randrange(5) == 0:
        return mutators.mutate(content, generator)
    rows = [line.split(b",") for line in content.splitlines()]
    for _ in range(generator.randint(1, 2)):
        generator.choice(_CHANGES)(rows, generator)
    return generator.choice((b"\n", b"\n", b"\r\n", b"\r")).join(b",".join(row) for row in rows)


def _set_cell(rows: list[list[bytes]], generator: random.Random) -> None:
    row = generator.choice(rows) if rows else []
    if row:
        row[generator.randrange(len(row))] = generator.choice(WILD)


def _add_cell(rows: list[list[bytes]], generator: random.Random) -> None:
    if rows:
        row = generator.choice(rows)
        row.insert(generator.randint(0, len(row)), generator.choice(WILD))


def _drop_cell(rows: list[list[bytes]], generator: random.Random) -> None:
    row = generator.choice(rows) if rows else []
    if row:
        del row[generator.randrange(len(row))]


def _double_row(rows: list[list[bytes]], generator: random.Random) -> None:
    if rows:
        rows.insert(generator.randint(0, len(rows)), list(generator.choice(rows)))


def _drop_row(rows: list[list[bytes]], generator: random.Random) -> None:
    if rows:
        del rows[generator.randrange(len(rows))]


def _swap_columns(rows: list[list[bytes]], generator: random.Random) -> None:
    for row in rows:
        row.reverse()


def _double_column(rows: list[list[bytes]], generator: random.Random) -> None:
    place = generator.randrange(8)
    for row in rows:
        row += row[place : place + 1]


_CHANGES = (
    *(_set_cell, _set_cell, _set_cell, _add_cell, _drop_cell),
    *(_double_row, _drop_row, _swap_columns, _double_column),
)
