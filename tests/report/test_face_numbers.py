"""Numbers on reconstructions and dimensions are in the right columns."""

from pathlib import Path

import pytest
from tests.report import fake_numbers

from latentmaps.errors import DataError
from latentmaps.report import face_numbers
from latentmaps.report.content import Table
from latentmaps.report.inputs import Document

TEST = Document(Path("metrics.json"), fake_numbers.EVALUATE_VAE)
TRAINING = Document(Path("metrics.json"), fake_numbers.TRAIN_VAE)


def _texts(table: Table) -> dict[str, list[str]]:
    return {row.head.label: [cell.text for cell in row.cells] for row in table.rows}


def test_a_sampled_z_is_next_to_the_posterior_mean() -> None:
    table = face_numbers.reconstruction_table(TEST)
    assert [head.label for head in table.columns] == ["From the posterior mean", "From a sampled z"]
    assert _texts(table)["Signal-to-noise ratio (PSNR)"] == ["19.87 dB", "18.55 dB"]
    assert _texts(table)["Cross-entropy above its floor"] == ["0.0412 nats", "0.0493 nats"]


def test_sharpness_comes_with_that_of_the_originals() -> None:
    notes = [row.head.note for row in face_numbers.reconstruction_table(TEST).rows]
    assert notes == [*[""] * 6, "The original faces have 6.43."]


def test_the_latent_space_is_next_to_random_points() -> None:
    texts = _texts(face_numbers.latent_table(TRAINING, TEST))
    assert texts["Distance from the origin"] == ["15.62 \N{PLUS-MINUS SIGN} 0.81", "15.98"]
    assert texts["Offset of a dimension"] == ["0.071", "0.000"]
    assert texts["Spread of the narrowest dimension"] == ["0.847", "1.000"]
    assert texts["Distance to the prior (MMD)"] == ["0.0123", "0.0004"]
    assert texts["Dimensions in use"][0] == "41 of 256"


def test_a_number_of_the_validation_part_says_so_in_a_table_of_test_faces() -> None:
    assert _texts(face_numbers.latent_table(TRAINING, TEST))[
        "KL share of the loss, validation faces"
    ] == ["2.21%", "\N{EN DASH}"]


def _write(folder: Path, num_dimensions: int, *, is_used: str = "True") -> Path:
    rows = [f"{i},{i / 4},0.5,0.25,{is_used}" for i in range(num_dimensions)]
    path = folder / "dimensions.csv"
    path.write_text("\n".join(["dimension,kl_nats,mean,std,is_used", *rows]), encoding="utf-8")
    return path


def test_the_dimensions_with_the_most_kl_come_first(tmp_path: Path) -> None:
    dimensions = face_numbers.read_dimensions(_write(tmp_path, 20))
    assert [row.head.label for row in dimensions.table.rows] == [str(i) for i in range(19, -1, -1)]
    assert _texts(dimensions.table)["19"] == ["4.750 nats", "0.500", "0.250", "yes"]
    assert dimensions.num_left_out == 0


@pytest.mark.parametrize(
    ("num_dimensions", "num_shown", "num_left_out"), [(1, 1, 0), (256, 256, 0), (260, 256, 4)]
)
def test_any_number_of_dimensions_is_shown_or_counted(
    tmp_path: Path, num_dimensions: int, num_shown: int, num_left_out: int
) -> None:
    dimensions = face_numbers.read_dimensions(_write(tmp_path, num_dimensions))
    assert len(dimensions.table.rows) == num_shown
    assert dimensions.num_left_out == num_left_out


def test_an_unknown_activity_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, 2, is_used="maybe")
    with pytest.raises(DataError, match=r"dimensions.csv: is_used: found 'maybe', expected True"):
        face_numbers.read_dimensions(path)


def test_the_clearest_attributes_come_first() -> None:
    table = face_numbers.attribute_table(TEST)
    assert table is not None
    assert [head.label for head in table.columns] == ["Training faces with it", "Length", "d'"]
    assert list(_texts(table).items()) == [
        ("Wearing_Hat", ["179", "4.17", "3.98"]),
        ("Smiling", ["1,100", "1.25", "0.81"]),
        ("Bald", ["7", "4.00", "\N{EN DASH}"]),
    ]


def test_faces_without_attributes_have_no_table_of_them() -> None:
    assert face_numbers.attribute_table(Document(Path("n.json"), {"attributes": {}})) is None


def test_an_attribute_without_a_number_is_refused() -> None:
    attributes = {"attributes": {"Bald": {"num_with": 7, "length": 4.0}}}
    with pytest.raises(DataError, match="has no 'd_prime'"):
        face_numbers.attribute_table(Document(Path("n.json"), attributes))
