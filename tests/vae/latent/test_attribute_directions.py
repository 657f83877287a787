import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.latent import attribute_directions
from latentmaps.vae.latent.attribute_directions import AttributeDirections
from latentmaps.vae.network.encodings import Encodings

RANDOM = np.random.default_rng(6)
NUM_FACES = 200
SHOWN = pd.DataFrame(
    {
        "Smiling": np.arange(NUM_FACES) % 2 == 0,
        "Eyeglasses": np.arange(NUM_FACES) < 20,
        "Bald": np.arange(NUM_FACES) < 19,
        "Young": np.arange(NUM_FACES) < 190,
        "Hat": np.zeros(NUM_FACES, bool),
    }
)


def encoded(num_faces: int = NUM_FACES, *, smile: float = 0.0) -> Encodings:
    """Noise in 3 dimensions; every second face is shifted along the first."""
    z = RANDOM.normal(size=(num_faces, 3))
    z[::2, 0] += smile
    return Encodings(z, np.zeros_like(z))


@pytest.fixture
def directions() -> AttributeDirections:
    return attribute_directions.fit(encoded(smile=2.0), SHOWN, encoded(smile=2.0), SHOWN)


def test_a_direction_leads_from_faces_without_to_faces_with(
    directions: AttributeDirections,
) -> None:
    smiling = directions.find("Smiling")
    np.testing.assert_allclose(smiling.vector, [2.0, 0.0, 0.0], atol=0.4)
    assert smiling.length == pytest.approx(np.linalg.norm(smiling.vector))
    assert (smiling.num_with, smiling.num_without) == (100, 100)
    assert smiling.d_prime == pytest.approx(2.0, abs=0.4)


def test_the_d_prime_is_that_of_test_faces() -> None:
    found = attribute_directions.fit(encoded(smile=2.0), SHOWN, encoded(smile=-2.0), SHOWN)
    assert found.find("Smiling").d_prime < -1.0


def test_attributes_of_too_few_faces_are_kept_with_their_count(
    directions: AttributeDirections,
) -> None:
    assert directions.names == tuple(SHOWN.columns)
    assert len(directions) == 5
    assert directions.num_with.tolist() == [100, 20, 19, 190, 0]
    assert directions.num_without.tolist() == [100, 180, 181, 10, 200]
    assert directions.with_enough_faces().names == ("Smiling", "Eyeglasses")
    assert len(directions.with_enough_faces().directions) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Bald", "attribute Bald: 19 training faces with it, expected at least 20"),
        ("Young", "attribute Young: 10 training faces without it, expected at least 20"),
        ("Hat", "attribute Hat: 0 training faces with it"),
        ("smile", "attribute smile: unknown, expected one of Smiling, Eyeglasses$"),
        ("Glasses", "attribute Glasses: unknown, expected one of Eyeglasses, Smiling$"),
        ("x" * 9999, r"attribute x{57}\.\.\.: unknown"),
        (3, "attribute 3: unknown"),
    ],
)
def test_an_unusable_attribute_is_refused(
    directions: AttributeDirections, name: Any, message: str
) -> None:
    with pytest.raises(DataError, match=f"^{message}"):
        directions.find(name)


def test_faces_without_attributes_are_reported(tmp_path: Path) -> None:
    none = pd.DataFrame(index=range(NUM_FACES))
    found = attribute_directions.fit(encoded(), none, encoded(), none)
    attribute_directions.save(tmp_path / "a.npz", found)
    loaded = attribute_directions.load(tmp_path / "a.npz", latent_dim=3, advice="go")
    assert len(loaded) == 0
    with pytest.raises(DataError, match="the source of these faces has no attributes"):
        loaded.find("Smiling")
    few = attribute_directions.fit(encoded(), SHOWN[["Bald"]], encoded(), SHOWN[["Bald"]])
    with pytest.raises(DataError, match="no other attribute is shown by 20 training faces"):
        few.find("Smiling")


def test_d_prime_is_the_distance_of_the_means_over_the_pooled_deviation() -> None:
    values = np.array([1.0, 3.0, 5.0, 0.0, 2.0])
    has = np.array([True, True, True, False, False])
    # variances 4 and 2 with 2 and 1 degrees of freedom
    pooled = math.sqrt((2 * 4.0 + 1 * 2.0) / 3)
    expected = (3.0 - 1.0) / pooled
    assert attribute_directions.measure_d_prime(values, has) == pytest.approx(expected)
    assert attribute_directions.measure_d_prime(-7.0 * values, has) == pytest.approx(-expected)


@pytest.mark.parametrize("has", [[True, True, True, False], [True] * 4, [False] * 4])
def test_too_few_faces_of_a_kind_have_no_d_prime(has: list[bool]) -> None:
    assert math.isnan(attribute_directions.measure_d_prime(np.arange(4.0), np.array(has)))


def test_equal_values_have_no_d_prime() -> None:
    has = np.arange(4) % 2 == 0
    assert math.isnan(attribute_directions.measure_d_prime(np.ones(4), has))


def test_everything_comes_back_as_it_was_saved(
    tmp_path: Path, directions: AttributeDirections
) -> None:
    attribute_directions.save(tmp_path / "a.npz", directions)
    loaded = attribute_directions.load(tmp_path / "a.npz", latent_dim=3, advice="go")
    assert loaded.names == directions.names
    for name in ("directions", "num_with", "num_without", "d_prime"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(directions, name))
    assert math.isnan(loaded.d_prime[-1])


def test_the_numbers_of_a_file_are_finite(directions: AttributeDirections) -> None:
    numbers = attribute_directions.tabulate(directions)
    assert list(numbers) == list(SHOWN.columns)
    assert numbers["Hat"] == {"num_with": 0, "num_without": 200, "length": 0.0, "d_prime": None}
    assert numbers["Smiling"]["d_prime"] == directions.find("Smiling").d_prime


NAMES = np.frombuffer(b'["a", "a", "b", "c", "d"]', np.uint8)
WRONG = [
    ("names", NAMES, "names: found invalid or repeated names"),
    ("names", np.frombuffer(b"[[", np.uint8), "names: found invalid or repeated names"),
    ("names", np.frombuffer(b"[1]", np.uint8), "names: found invalid or repeated names"),
    ("names", np.frombuffer(b'["a"]', np.uint8), r"directions: found the shape \(5, 3\), expec"),
    ("names", np.full(3, 0.5), "names: found invalid or repeated names"),
    ("directions", np.zeros((5, 4)), "points of 4 dimensions, expected 3, the latent_dim of"),
    ("directions", np.full((5, 3), np.nan), "directions: found float64 values that are invalid"),
    ("directions", np.full((5, 3), 1e9), "directions: found float64 values that are invalid"),
    ("directions", np.zeros((5, 3), int), "directions: found int64 values that are invalid"),
    ("directions", np.zeros(15), r"directions: found the shape \(15,\), expected \(5, 3\)"),
    ("num_with", np.zeros(5), "num_with: found float64 values that are invalid"),
    ("num_with", np.full(5, -1), "num_with: found int64 values that are invalid"),
    ("num_without", np.zeros(4, int), r"num_without: found the shape \(4,\), expected \(5,\)"),
    ("d_prime", np.full(5, np.inf), "d_prime: found float64 values that are invalid"),
    ("d_prime", None, "not an .npz file with the arrays names, directions, num_with"),
]


@pytest.mark.parametrize(("name", "array", "message"), WRONG, ids=range(len(WRONG)))
def test_an_unusable_file_is_refused(
    tmp_path: Path, directions: AttributeDirections, name: str, array: Any, message: str
) -> None:
    path = tmp_path / "a.npz"
    attribute_directions.save(path, directions)
    with np.load(path) as file:
        arrays = dict(file) | {name: array}
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(DataError, match=rf"a\.npz: {message}.*; go$"):
        attribute_directions.load(path, latent_dim=3, advice="go")
