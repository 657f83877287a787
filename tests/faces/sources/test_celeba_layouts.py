import hashlib
from pathlib import Path

import pandas as pd
import pytest

from latentmaps.faces.raw import archive
from latentmaps.faces.sources import celeba_files, celeba_layouts, celeba_tables

NAMES = [archive.face_name(index) for index in range(202_599)]


@pytest.mark.slow
def test_the_known_partition_equals_the_authors_file_to_the_byte() -> None:
    partition = celeba_layouts.official_partition(NAMES)

    assert partition is not None
    sizes = partition["partition"].value_counts().to_dict()
    assert sizes == {"train": 162_770, "validation": 19_867, "test": 19_962}
    content = celeba_layouts.render_partition(partition).replace("\n", "\r\n").encode()
    official = celeba_files.OFFICIAL[celeba_files.PARTITION]
    assert len(content) == 2_836_386
    assert hashlib.sha256(content).hexdigest() == official.sha256


@pytest.mark.parametrize("names", [NAMES[:-1], [*NAMES[1:], "202600.jpg"], []])
def test_the_partition_is_unknown_for_other_names(names: list[str]) -> None:
    assert celeba_layouts.official_partition(names) is None


@pytest.mark.slow
@pytest.mark.parametrize("line", ["{} {}\n", "{} {}\r\n", "{},{}\n"])
def test_the_partition_is_official_in_every_form(tmp_path: Path, line: str) -> None:
    path = tmp_path / "partition"
    ends = celeba_layouts.PARTITION_ENDS
    numbers = [sum(index >= end for end in ends) for index in range(ends[-1])]
    rows = [line.format(*row) for row in zip(NAMES, numbers, strict=True)]
    head = ["image_id,partition\n"] if "," in line else []
    path.write_bytes("".join([*head, *reversed(rows)]).encode())
    same = celeba_files.OFFICIAL[celeba_files.PARTITION].is_equivalent
    assert same is not None

    assert same(path)
    rows[0] = line.format("000001.jpg", 2)
    path.write_bytes("".join([*head, *rows]).encode())
    assert not same(path)


def test_attributes_are_two_characters_wide_except_for_the_first() -> None:
    table = pd.DataFrame({"file": NAMES[:2], "Bald": [-1, 1], "Male": [1, -1], "Young": [1, 1]})

    assert celeba_layouts.render_attributes(table) == (
        "2\nBald Male Young \n000001.jpg -1  1  1\n000002.jpg 1 -1  1\n"
    )


def test_a_file_that_is_not_a_table_is_not_official(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("<html>quota</html>")

    assert not celeba_layouts.has_content(
        tmp_path / "page.txt",
        read=celeba_tables.read_identity,
        render=celeba_layouts.render_identity,
        sha256="0" * 64,
    )
