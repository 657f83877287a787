"""The measures of random faces, on sets with known answers."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from tests.vae.example_vae import small_vae

from latentmaps.errors import DataError
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.vae.evaluation import samples
from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.samplers import SAMPLERS
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae

Pixels = npt.NDArray[np.float32]
ROW = {
    "frechet_distance",
    "kernel_distance",
    "kernel_distance_error",
    "precision",
    "recall",
    "density",
    "coverage",
    "nearest_training",
}


PARAMS = EvaluateVae(
    num_encoded=30,
    num_compared=30,
    num_searched=None,
    temperature=0.5,
    feature_net=None,
    feature_net_weights=None,
)


class Means:
    """A fake feature net: the mean of each channel."""

    name = "means"

    def features(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        return pixels.mean(axis=(1, 2))


def batched(pixels: Pixels, size: int) -> Iterator[Pixels]:
    return (pixels[first : first + size] for first in range(0, len(pixels), size))


def test_the_diversity_of_black_and_white_faces_is_known() -> None:
    # two of four faces are white: of the 6 pairs, 4 differ everywhere
    pixels = np.zeros((4, 3, 3, 3), np.float32)
    pixels[:2] = 1.0
    summary = samples.summarize(batched(pixels, 3), [])
    assert summary.diversity == pytest.approx(np.sqrt(4 / 6))
    assert summary.sharpness == 0.0


def test_equal_faces_have_no_diversity() -> None:
    pixels = np.full((5, 3, 3, 3), 0.3, np.float32)
    assert samples.summarize(batched(pixels, 2), []).diversity == pytest.approx(0.0, abs=1e-6)


def test_a_summary_does_not_depend_on_the_size_of_the_batches() -> None:
    pixels = np.random.default_rng(1).random((10, 5, 5, 3), dtype=np.float32)
    single, many = (samples.summarize(batched(pixels, size), [Means()]) for size in (10, 3))
    assert single.diversity == pytest.approx(many.diversity)
    assert single.sharpness == pytest.approx(many.sharpness)
    np.testing.assert_array_equal(single.features["means"], many.features["means"])


@pytest.fixture(scope="module")
def numbers() -> dict[str, object]:
    random = np.random.default_rng(2)
    trained = TrainedVae(small_vae())
    images = random.integers(0, 120, (60, 16, 16, 3), dtype=np.uint8)
    posteriors = Encodings(random.normal(size=(40, 5)), np.zeros((40, 5)))
    return samples.evaluate(
        trained,
        samplers.fit_all(posteriors, seed=1),
        samples.RealFaces(images, train=np.arange(40), test=np.arange(40, 60)),
        [Means()],
        PARAMS,
        seed=1,
    )


def test_every_sampler_and_the_real_faces_have_all_numbers(numbers: dict) -> None:
    kinds = [f"{name}{cool}" for name in SAMPLERS for cool in ("", "_cool")]
    assert list(numbers["samples"]) == ["real", *kinds]
    for row in numbers["samples"].values():
        assert set(row) == {"sharpness", "diversity", "means"}
        assert set(row["means"]) == ROW
    assert numbers["feature_nets"] == ["means"]
    assert numbers["temperature"] == 0.5


def test_the_headlines_are_the_kernel_distances_of_the_samplers(numbers: dict) -> None:
    [net, *_] = numbers["feature_nets"]
    found = samples.headlines(numbers["samples"], SAMPLERS, net)
    assert list(found) == [f"kernel_{name}" for name in SAMPLERS]
    for name in SAMPLERS:
        assert found[f"kernel_{name}"] == numbers["samples"][name][net]["kernel_distance"]


def test_no_more_faces_are_compared_than_there_are_test_faces(numbers: dict) -> None:
    assert numbers["num_compared"] == 20


@pytest.mark.slow
@pytest.mark.parametrize(("at_most", "num_searched"), [(None, 40), (7, 7), (100, 40)])
def test_all_training_faces_are_searched_unless_a_number_is_set(
    at_most: int | None, num_searched: int
) -> None:
    images = np.random.default_rng(2).integers(0, 120, (60, 16, 16, 3), dtype=np.uint8)
    real = samples.RealFaces(images, train=np.arange(40), test=np.arange(40, 60))
    params = dataclasses.replace(PARAMS, num_searched=at_most)
    found = samples.evaluate(TrainedVae(small_vae()), {}, real, [Means()], params, seed=1)
    assert found["num_searched"] == num_searched


def test_real_faces_are_nearer_to_real_faces_than_those_of_an_untrained_net(numbers: dict) -> None:
    rows = numbers["samples"]
    floor = rows["real"]["means"]
    assert floor["frechet_distance"] < 0.1 * rows["prior"]["means"]["frechet_distance"]
    assert floor["nearest_training"] == 1.0 < rows["prior"]["means"]["nearest_training"]
    assert rows["prior"]["means"]["precision"] == 0.0


def test_cool_faces_are_less_diverse(numbers: dict) -> None:
    rows = numbers["samples"]
    for name in SAMPLERS:
        assert rows[f"{name}_cool"]["diversity"] < rows[name]["diversity"]


@pytest.mark.slow
def test_test_faces_that_are_all_copies_of_training_faces_are_refused() -> None:
    images = np.random.default_rng(2).integers(0, 120, (10, 16, 16, 3), dtype=np.uint8)
    real = samples.RealFaces(images, train=np.arange(10), test=np.arange(10))
    message = "each of the 10 test faces is identical to a training face"
    with pytest.raises(DataError, match=message):
        samples.evaluate(TrainedVae(small_vae()), {}, real, [Means()], PARAMS, seed=1)


@pytest.mark.slow
def test_the_order_of_real_faces_does_not_affect_the_distance_of_real_faces() -> None:
    # like the pictures of a folder with three subfolders
    brightness = np.repeat([30, 120, 210], 50)[:, None, None, None]
    noise = np.random.default_rng(2).integers(-20, 20, (150, 16, 16, 3))
    images = (brightness + noise).astype(np.uint8)
    is_test = np.arange(150) % 5 == 0
    real = samples.RealFaces(images, np.flatnonzero(~is_test), np.flatnonzero(is_test))
    found = samples.evaluate(TrainedVae(small_vae()), {}, real, [Means()], PARAMS, seed=1)
    floor = found["samples"]["real"]["means"]
    assert floor["frechet_distance"] < 0.1
    assert floor["coverage"] > 0.5
