"""The file of a training film, which shows the same faces after each epoch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.storage import npz

Images = npt.NDArray[np.uint8]

# our choice: more rows of pictures than this are tedious to look through
MOST_EPOCHS = 24
_ADVICE = "run train_vae again"


@dataclass(frozen=True)
class Film:
    """The pictures of a training film, uint8, 0..255.

    Attributes:
        epochs: (num_epochs,), increasing, counted from 1, up to the last epoch of the run.
        rows: (num_faces,), rows of the validation faces in images.npy.
        faces: (num_faces, h, w, c), the images in these rows.
        reconstructions: (num_epochs, num_faces, h, w, c), decoded from posterior means.
        random: (num_epochs, num_points, h, w, c), decoded from random points that are the same in
            every epoch.
    """

    epochs: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    faces: Images
    reconstructions: Images
    random: Images

    def save(self, path: Path) -> None:
        """Write the film as a .npz file; identical pictures produce identical files."""
        with path.open("wb") as file:
            np.savez(file, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load the film that ``save`` wrote.

        Raises:
            DataError: the file is missing or damaged, or its arrays do not fit together.
        """
        arrays = npz.load(path, list(cls.__dataclass_fields__), advice=_ADVICE)
        film = cls(**arrays)
        if not film._fits():
            found = ", ".join(
                f"{name} {array.dtype} {array.shape}" for name, array in arrays.items()
            )
            raise DataError(f"{path}: found {found}, expected arrays that fit together; {_ADVICE}")
        return film

    def _fits(self) -> bool:
        numbers, pictures = (
            (self.epochs, self.rows),
            (self.faces, self.reconstructions, self.random),
        )
        if (
            any(array.dtype.kind != "i" or array.ndim != 1 for array in numbers)
            or any(array.dtype != np.uint8 or array.size == 0 for array in pictures)
            or (self.faces.ndim, self.random.ndim) != (4, 5)
            or self.faces.shape[-1] not in (1, 3)
        ):
            return False
        num_faces, *tile = self.faces.shape
        num_epochs, num_points, *_ = self.random.shape
        return (
            self.rows.shape == (num_faces,)
            and self.epochs.shape == (num_epochs,)
            and self.epochs[0] >= 1
            and bool((np.diff(self.epochs) > 0).all())
            and self.reconstructions.shape == (num_epochs, num_faces, *tile)
            and self.random.shape == (num_epochs, num_points, *tile)
        )


def choose_epochs(num_epochs: int) -> list[int]:
    """Return the epochs to show in the film of a run, counted from 1.

    For a run of more than 24 epochs, these are 24 evenly spaced ones, including the first and the
    last.
    """
    count = min(num_epochs, MOST_EPOCHS)
    return [int(epoch) for epoch in np.linspace(1, num_epochs, count).round()]
