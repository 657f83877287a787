from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.judging import readings
from latentmaps.judging.readings import Reading
from latentmaps.vae.latent.samplers import Prior
from latentmaps.vae.network.inference import TrainedVae


def make_reading(digits: list[int], confidences: list[float]) -> Reading:
    images = np.zeros((len(digits), 28, 28, 1), np.uint8)
    return Reading(images, np.array(digits), np.array(confidences, np.float32))


def test_shares_equal_those_counted_by_hand() -> None:
    numbers = make_reading([3, 3, 7, 3], [0.99, 0.5, 0.95, 0.96]).numbers(0.95)
    assert numbers["num_images"] == 4
    assert numbers["sure"] == 0.75
    assert numbers["digits"]["3"] == {"read": 0.75, "sure": pytest.approx(2 / 3)}
    assert numbers["digits"]["7"] == {"read": 0.25, "sure": 1.0}
    assert numbers["digits"]["0"] == {"read": 0.0, "sure": None}


class FakeCnn:
    """Classifies by the brightness of the first pixel, with confidence if the second is lit."""

    def predict(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        digits, is_sure = images[:, 0, 0] // 25, images[:, 0, 1] > 0
        top = np.where(is_sure, 0.991, 0.55)
        probabilities = np.repeat((1 - top)[:, np.newaxis] / 9, 10, axis=1)
        probabilities[np.arange(len(images)), digits] = top
        return probabilities.astype(np.float32)


class FakeVae:
    """Decodes every latent point to the digit 2."""

    def __init__(self) -> None:
        self.architecture = cast(Any, type("Shape", (), {"latent_dim": 3}))
        self.points: list[npt.NDArray[np.floating]] = []

    def decode(self, z: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        self.points.append(z)
        pixels = np.zeros((len(z), 28, 28, 1), np.float32)
        pixels[:, 0, 0] = 55 / 255
        return pixels


def test_real_digits_and_those_of_each_sampler_are_read() -> None:
    real = np.zeros((4, 28, 28, 1), np.uint8)
    real[:, 0, 0, 0] = [0, 30, 80, 80]
    real[:2, 0, 1] = 9
    vae = FakeVae()
    found = readings.read_all(
        cast(TrainedCnn, FakeCnn()),
        cast(TrainedVae, vae),
        {"prior": Prior()},
        real,
        num_samples=5,
        seed=1,
    )
    assert list(found) == ["real", "prior"]
    assert found["real"].digits.tolist() == [0, 1, 3, 3]
    assert found["prior"].digits.tolist() == [2] * 5
    assert vae.points[0].shape == (5, 3)

    numbers = readings.numbers(found, labels=np.array([0, 1, 3, 4]), min_confidence=0.95)
    assert numbers["is_judged"] is True
    assert numbers["accuracy"] == 0.75
    assert numbers["readings"]["real"]["sure"] == 0.5
    assert numbers["readings"]["prior"]["sure"] == 0.0
