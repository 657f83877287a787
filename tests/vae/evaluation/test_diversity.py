import itertools

import numpy as np
import pytest

from latentmaps.vae.evaluation.diversity import Diversity

FACES = np.random.default_rng(3).random((5, 4, 4, 3)).astype(np.float32)


def diversity(*batches: np.ndarray) -> float:
    made = Diversity()
    for batch in batches:
        made.add(batch)
    return made.value()


def test_it_is_the_root_mean_square_difference_of_all_pairs() -> None:
    squares = [np.square(a - b).mean() for a, b in itertools.combinations(FACES, 2)]
    assert diversity(FACES) == pytest.approx(np.sqrt(np.mean(squares)), rel=1e-6)


def test_batches_do_not_matter() -> None:
    assert diversity(FACES[:2], FACES[2:]) == pytest.approx(diversity(FACES), rel=1e-12)


def test_equal_faces_have_none() -> None:
    assert diversity(np.full((3, 2, 2, 1), 0.3, np.float32)) == pytest.approx(0.0, abs=1e-7)
    assert diversity(FACES[:1]) == 0.0
