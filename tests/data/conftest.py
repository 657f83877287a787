"""Digits small enough for any test."""

import numpy as np
import pytest

from latentmaps.data.digits import Digits


@pytest.fixture
def few_digits() -> Digits:
    """Six training and three test pictures of noise."""
    generator = np.random.default_rng(0)
    return Digits(
        train_images=generator.integers(0, 256, (6, 28, 28), np.uint8),
        train_labels=np.arange(6, dtype=np.uint8),
        test_images=generator.integers(0, 256, (3, 28, 28), np.uint8),
        test_labels=np.array([9, 0, 9], np.uint8),
    )
