"""Digits and CelebA small enough for any test, places for raw faces, a server that misbehaves."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.data.example_celeba import write_celeba
from tests.data.example_downloads import CONTENT
from tests.data.example_raw_faces import raw_faces
from tests.data.misbehaving_server import Served, serve

from latentmaps.data.digits import Digits
from latentmaps.data.raw_faces import RawFaces


@pytest.fixture
def raw(tmp_path: Path) -> RawFaces:
    """An empty place for raw faces."""
    return raw_faces(tmp_path / "raw")


@pytest.fixture
def celeba_folder(tmp_path: Path) -> Path:
    """A folder in CelebA's layout with three faces."""
    return write_celeba(tmp_path / "celeba")


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


@pytest.fixture
def server() -> Iterator[Served]:
    """A server on this machine that answers each path in a way of its own."""
    with serve(CONTENT) as served:
        yield served
