import base64
import dataclasses
import gzip
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.explorer import example_faces

from latentmaps.errors import DataError
from latentmaps.explorer import face_data
from latentmaps.vae.latent import attribute_directions, samplers
from latentmaps.vae.latent.latent_files import Latents

KNOWN = example_faces.attributes(*example_faces.NAMES)


def unpack(packed: dict[str, Any]) -> np.ndarray:
    content = gzip.decompress(base64.b64decode(packed["data"]))
    kind = np.dtype(packed["type"]).newbyteorder("<")
    return np.frombuffer(content, kind).reshape(packed["shape"]) * packed["scale"]


def describe(
    latents: Latents, known: pd.DataFrame = KNOWN, *, are_digits: bool = False
) -> dict[str, Any]:
    return face_data.describe(
        latents, known, example_faces.LOOK, shape=(16, 16, 3), are_digits=are_digits, seed=3
    )


@pytest.fixture(scope="module")
def latents() -> Latents:
    return example_faces.latents(KNOWN)


@pytest.fixture(scope="module")
def data(latents: Latents) -> dict[str, Any]:
    return describe(latents)


def test_the_data_are_json_and_equal_for_equal_faces(latents: Latents) -> None:
    text = json.dumps(describe(latents), allow_nan=False)
    assert text == json.dumps(describe(latents), allow_nan=False)


def test_an_array_comes_back_within_half_a_step() -> None:
    array = np.array([[-3.0, 0.1, 1e-4], [2.0, 0.0, 0.5]])
    for kind, num_steps in ((np.int16, 32767), (np.int8, 127)):
        packed = face_data.pack(array, kind)
        np.testing.assert_allclose(unpack(packed), array, rtol=0, atol=0.501 * 3.0 / num_steps)
    np.testing.assert_array_equal(unpack(face_data.pack(np.zeros(4))), np.zeros(4))


def test_components_are_those_of_the_aggregate_posterior(
    latents: Latents, data: dict[str, Any]
) -> None:
    mean, covariance = latents.train.encodings.moments()
    axes = unpack(data["components"]["axes"])
    stds = [part["std"] for part in data["components"]["each"]]
    np.testing.assert_allclose(unpack(data["mean"]), mean, atol=1e-3)
    np.testing.assert_allclose(axes @ covariance @ axes.T, np.diag(np.square(stds)), atol=1e-2)
    assert stds == sorted(stds, reverse=True)


def test_a_component_is_named_after_the_attributes_that_it_moves(data: dict[str, Any]) -> None:
    moved = [part["name"] for part in data["components"]["each"][0]["moves"]]
    assert moved == ["Wearing Hat"]
    r = data["components"]["each"][0]["moves"][0]["r"]
    assert 0.3 <= abs(r) <= 1.0
    assert all("Smiling" not in str(part["moves"]) for part in data["components"]["each"])


def test_a_correlation_is_pearsons_and_of_a_stated_size() -> None:
    has = pd.DataFrame({"First_one": [True, True, False, False], "All": True})
    values = np.array([[2.0, 1.0], [1.0, -1.0], [0.0, 1.0], [-1.0, -1.0]])
    expected = np.corrcoef(values[:, 0], has["First_one"])[0, 1]
    found = face_data.correlate(values, has)
    assert found == [[{"name": "First one", "r": pytest.approx(expected)}], []]
    assert face_data.correlate(np.ones((4, 1)), has) == [[]]


def test_dimensions_are_those_with_the_most_kl_over_test_faces(
    latents: Latents, data: dict[str, Any]
) -> None:
    kl_nats = latents.test.encodings.kl_per_dimension()
    assert [part["kl_nats"] for part in data["dimensions"]] == sorted(kl_nats, reverse=True)
    assert [kl_nats[part["index"]] for part in data["dimensions"]] == sorted(kl_nats, reverse=True)


def test_an_attribute_that_z_does_not_encode_is_left_out_with_its_d_prime(
    data: dict[str, Any],
) -> None:
    attributes = data["attributes"]
    d_primes = [part["d_prime"] for part in attributes["each"]]
    assert {part["key"] for part in attributes["each"]} == {"Wearing_Hat", "Eyeglasses"}
    assert d_primes == sorted(d_primes, reverse=True)
    [left_out] = attributes["left_out"]
    assert left_out["name"] == "Smiling"
    assert left_out["d_prime"] < attribute_directions.LEAST_D_PRIME


def test_an_attribute_of_few_faces_is_left_out(latents: Latents) -> None:
    few = dataclasses.replace(
        latents.attributes, num_with=np.full(3, attribute_directions.FEWEST_FACES - 1)
    )
    attributes = describe(dataclasses.replace(latents, attributes=few))["attributes"]
    assert attributes["directions"] is None
    assert len(attributes["left_out"]) == 3


def test_a_slider_of_an_attribute_is_0_without_and_1_with_it(
    latents: Latents, data: dict[str, Any]
) -> None:
    z = latents.train.encodings.z_mean.astype(np.float64)
    rows = unpack(data["attributes"]["directions"])
    for one, direction in zip(data["attributes"]["each"], rows, strict=True):
        along = z @ direction / (direction @ direction) - one["without"]
        has = KNOWN[one["key"]].to_numpy()[latents.train.rows]
        assert along[~has].mean() == pytest.approx(0.0, abs=1e-3)
        assert along[has].mean() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_the_one_formula_of_the_page_places_points_as_every_sampler_does(
    latents: Latents, data: dict[str, Any], name: str
) -> None:
    generator = np.random.default_rng(6)
    noise, choices = generator.normal(size=(40, 5)), generator.random(40)
    [packed] = [part for part in data["samplers"] if part["name"] == name]
    mean, centers = (packed[key] and unpack(packed[key]) for key in ("mean", "centers"))
    mean = np.zeros(5) if mean is None else mean
    chosen = mean if centers is None else centers[(choices * len(centers)).astype(int)]
    factor = np.eye(5)
    if packed["factor"]:
        factor[np.tril_indices(5)] = unpack(packed["factor"])
    found = mean + 0.7 * (chosen - mean + noise @ factor.T)
    expected = latents.samplers[name].place(noise, choices, temperature=0.7)
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_marks_of_the_map_are_test_faces_then_training_faces(
    latents: Latents, data: dict[str, Any]
) -> None:
    rows = np.concatenate([data["test"]["rows"], latents.train.rows])
    assert list(data["shown"]) == list(example_faces.NAMES)
    has = KNOWN["Eyeglasses"].to_numpy()[rows]
    assert data["shown"]["Eyeglasses"] == "".join("01"[int(value)] for value in has)
    assert data["dots"]["shape"] == (example_faces.NUM_TRAIN, 2)


def test_the_page_holds_no_more_faces_than_it_needs(
    latents: Latents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_data, "MOST_TEST_FACES", 5)
    monkeypatch.setattr(face_data, "MOST_DOTS", 7)
    monkeypatch.setattr(face_data, "MOST_WINDOWS", 11)
    data = describe(latents)
    assert len(data["test"]["rows"]) == data["test"]["z"]["shape"][0] == 5
    assert data["dots"]["shape"] == (7, 2)
    assert len(data["shown"]["Smiling"]) == 12
    parzen = data["samplers"][-1]
    assert (parzen["centers"]["shape"], parzen["num_centers"]) == ((11, 5), example_faces.NUM_TRAIN)
    assert data["test"]["num_faces"] == example_faces.NUM_TEST
    mean = latents.train.encodings.z_mean.mean(axis=0)  # of all windows
    np.testing.assert_allclose(unpack(parzen["mean"]), mean, atol=1e-3)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_a_small_latent_space_has_fewer_sliders(latent_dim: int) -> None:
    none = KNOWN.iloc[:, :0]
    data = describe(example_faces.latents(none, latent_dim=latent_dim), none, are_digits=True)
    assert len(data["components"]["each"]) == len(data["dimensions"]) == latent_dim
    assert data["dots"]["shape"][1] == latent_dim
    assert data["noun"] == "image"
    assert (data["shown"], data["attributes"]["each"]) == ({}, [])


def test_attributes_of_fewer_faces_are_refused(latents: Latents) -> None:
    with pytest.raises(DataError, match=r"expected more than"):
        describe(latents, KNOWN.iloc[:100])
