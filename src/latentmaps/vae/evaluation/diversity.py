"""Diversity: how much the faces of a set differ from one another."""

import numpy as np
import numpy.typing as npt


class Diversity:
    """Root mean square difference between two faces, 0..1, accumulated in batches."""

    def __init__(self) -> None:
        self._num_faces = 0
        self._total, self._total_of_squares = np.zeros(1), np.zeros(1)

    def add(self, pixels: npt.NDArray[np.float32]) -> None:
        """Add a batch of pixels, (n, h, w, c), float32, 0..1."""
        self._num_faces += len(pixels)
        self._total = self._total + pixels.sum(axis=0, dtype=np.float64)
        squares = np.square(pixels, dtype=np.float64)
        self._total_of_squares = self._total_of_squares + squares.sum(axis=0)

    def value(self) -> float:
        """Return the diversity, or 0 for fewer than 2 faces.

        The mean squared difference between two independent samples is twice the variance.
        """
        if self._num_faces < 2:
            return 0.0
        squares = self._total_of_squares - np.square(self._total) / self._num_faces
        variance = np.maximum(squares / (self._num_faces - 1), 0.0)
        return float(np.sqrt(2.0 * variance.mean()))
