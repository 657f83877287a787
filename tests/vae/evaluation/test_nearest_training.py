"""Copies of training faces are found wherever they are."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from latentmaps.errors import DataError
from latentmaps.vae.evaluation import nearest_training

Pixels = npt.NDArray[np.float32]
RANDOM = np.random.default_rng(7)
TRAIN, TEST = (RANDOM.random((n, 4, 4, 3), dtype=np.float32) for n in (300, 50))


class Flat:
    """A fake feature net: the pixels themselves, times a factor."""

    def __init__(self, name: str = "flat", factor: float = 1.0) -> None:
        self.name, self._factor = name, np.float32(factor)
        self.num_seen = 0

    def features(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        self.num_seen += len(pixels)
        return self._factor * pixels.reshape(len(pixels), -1)


def batches(size: int = 40) -> Iterator[Pixels]:
    return (TRAIN[first : first + size] for first in range(0, len(TRAIN), size))


def ratios(*nets: Flat, size: int = 40, **generated: Pixels) -> dict[str, dict[str, float]]:
    test, *sets = (
        {net.name: Flat.features(net, faces) for net in nets}
        for faces in (TEST, *generated.values())
    )
    named = dict(zip(generated, sets, strict=True))
    return nearest_training.ratios(batches(size), nets, test=test, generated=named)


def test_copies_of_training_faces_give_0_and_test_faces_give_1() -> None:
    found = ratios(Flat(), first=TRAIN[:20], last=TRAIN[-20:], test=TEST)
    assert found == {"first": {"flat": 0.0}, "last": {"flat": 0.0}, "test": {"flat": 1.0}}


def test_the_ratio_is_that_of_the_mean_distances_over_all_pairs() -> None:
    faces = TEST[::-1][:30] + np.float32(0.2)

    def mean_distance(some: Pixels) -> float:
        pairs = np.linalg.norm((some[:, None] - TRAIN).reshape(len(some), len(TRAIN), -1), axis=2)
        return float(pairs.min(axis=1).mean())

    expected = mean_distance(faces) / mean_distance(TEST)
    for size in (7, 300):
        assert ratios(Flat(), size=size, faces=faces)["faces"]["flat"] == pytest.approx(expected)


def test_each_net_looks_at_each_training_face_once() -> None:
    nets = Flat("one"), Flat("ten", 10.0)
    test, some = ({net.name: net.features(TEST[:n]) for net in nets} for n in (50, 10))
    sets = {"a": some, "b": some, "c": some}
    found = nearest_training.ratios(batches(), nets, test=test, generated=sets)
    assert [net.num_seen for net in nets] == [50 + 10 + 300] * 2
    # a separate unit for each net
    for numbers in found.values():
        assert numbers["ten"] == pytest.approx(numbers["one"], rel=1e-6)


def test_test_faces_that_are_all_copies_are_refused() -> None:
    copies = {"flat": TRAIN[:10].reshape(10, -1)}
    message = "each of the 10 test faces is identical to a training face, measur"
    with pytest.raises(DataError, match=message):
        nearest_training.ratios(batches(), [Flat()], test=copies, generated={})
