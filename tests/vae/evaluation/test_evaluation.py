"""The complete evaluation of an untrained VAE."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.vae.example_vae import small_vae

from latentmaps.errors import DataError
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.storage import stage_numbers
from latentmaps.vae.evaluation import evaluation
from latentmaps.vae.evaluation.evaluation import Evaluation
from latentmaps.vae.evaluation.samples import RealFaces
from latentmaps.vae.latent.samplers import SAMPLERS
from latentmaps.vae.network.inference import TrainedVae

IMAGES = np.random.default_rng(2).integers(0, 256, (60, 16, 16, 3), dtype=np.uint8)
KNOWN = pd.DataFrame({"Smiling": np.arange(60) % 2 == 0, "Bald": np.zeros(60, bool)})


def section(**changes: Any) -> EvaluateVae:
    given: dict[str, Any] = {
        "num_encoded": 25,
        "num_compared": 15,
        "num_searched": None,
        "temperature": 0.5,
        "feature_net": None,
        "feature_net_weights": None,
    }
    return EvaluateVae(**given | changes)


def evaluate(*, num_test: int = 20, fid_weights: Path | None = None, **changes: Any) -> Evaluation:
    real = RealFaces(IMAGES, np.arange(40), np.arange(40, 40 + num_test))
    trained = TrainedVae(small_vae())
    return evaluation.evaluate(
        trained, real, KNOWN, section(**changes), fid_weights=fid_weights, seed=1
    )


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate()


def test_every_headline_of_the_evaluation_is_measured(found: Evaluation) -> None:
    of_trainings = {name for name in stage_numbers.HEADLINES if name.startswith("val_")}
    expected = set(stage_numbers.HEADLINES) - of_trainings - {"test_accuracy"}
    assert expected <= found.numbers.keys()


def test_headlines_are_distances_on_the_net_that_is_always_used(found: Evaluation) -> None:
    rows = found.numbers["samples"]
    for name in SAMPLERS:
        assert found.numbers[f"kernel_{name}"] == rows[name]["pixels-pca"]["kernel_distance"]
    assert found.numbers["feature_nets"] == ["pixels-pca"]


def test_samplers_are_fitted_to_num_encoded_training_faces(found: Evaluation) -> None:
    assert len(found.latents.train.rows) == len(found.latents.train.encodings.z_mean) == 25
    assert set(found.latents.train.rows) < set(range(40))
    np.testing.assert_array_equal(found.latents.test.rows, np.arange(40, 60))
    assert list(found.latents.samplers) == list(SAMPLERS)
    assert found.numbers["num_test"] == 20
    assert len(found.dimensions) == 5


def test_every_attribute_has_a_direction_from_the_encoded_training_faces(
    found: Evaluation,
) -> None:
    smiles = KNOWN["Smiling"].to_numpy()[found.latents.train.rows]
    z = found.latents.train.encodings.z_mean.astype(np.float64)
    direction = z[smiles].mean(axis=0) - z[~smiles].mean(axis=0)
    smiling, bald = found.latents.attributes.to_list()
    np.testing.assert_allclose(smiling.vector, direction)
    assert not bald.vector.any()
    assert found.numbers["attributes"] == {
        "Smiling": {
            "num_with": smiles.sum(),
            "num_without": (~smiles).sum(),
            "length": smiling.length,
            "d_prime": smiling.d_prime,
        },
        "Bald": {"num_with": 0, "num_without": 25, "length": 0.0, "d_prime": None},
    }


def test_attributes_of_fewer_faces_are_refused() -> None:
    real = RealFaces(IMAGES, np.arange(40), np.arange(40, 60))
    with pytest.raises(DataError, match=r"index\.csv: 59 faces, expected more than 59"):
        evaluation.evaluate(
            TrainedVae(small_vae()), real, KNOWN[:59], section(), fid_weights=None, seed=1
        )


def test_the_libraries_are_those_that_compute(found: Evaluation) -> None:
    names = ["keras", "numpy", "scikit-learn", "scipy", "tensorflow"]
    assert list(found.numbers["versions"]) == names


def test_an_untrained_vae_causes_a_warning(found: Evaluation) -> None:
    reconstructions, random_faces = found.doubts()
    assert reconstructions.startswith("Reconstructions hardly differ from one another")
    of_prior = found.numbers["samples"]["prior"]["diversity"]
    assert random_faces.startswith("Random faces from the prior hardly differ from one another")
    assert f"their diversity is {of_prior:.3f}" in random_faces


@pytest.mark.slow
def test_too_few_test_faces_are_refused() -> None:
    with pytest.raises(DataError, match="found 6 images in a set to compare, expected at least 7"):
        evaluate(num_test=6)


@pytest.mark.slow
def test_the_weights_of_a_second_net_are_opened(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"w\.pth: no such file, expected the weights of inception"):
        evaluate(fid_weights=tmp_path / "w.pth")
