"""Attribute directions in the latent space: what to add to a face to make it smile.

To change faces, get a direction from ``find``, which rejects an attribute if too few training faces
have it or lack it. The d' of a direction measures how well it separates the faces with the
attribute from those without.
"""

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.errors import DataError, excerpt, shorten
from latentmaps.storage import npz
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.network.encodings import Encodings

Array = npt.NDArray[np.floating]

# Our choice: a direction needs at least this many training faces with the attribute, and at least
# this many without it. A mean of 20 faces has a standard error of 0.22 standard deviations in each
# dimension.
FEWEST_FACES = 20
# Our choice: below this d', faces with and without an attribute hardly differ along its direction.
# At this d', a threshold is right in 60% of the cases, compared with 50% for guessing.
LEAST_D_PRIME = 0.5

_ARRAYS = ("names", "directions", "num_with", "num_without", "d_prime")
# maximum length of a name in a message
_NAME_CHARACTERS = 60
# largest valid coordinate: twice that of an encoding, because a direction is a difference of means
_LARGEST = 1000.0


@dataclass(frozen=True)
class Direction:
    """The direction of one attribute.

    Attributes:
        name: name of the attribute.
        vector: (latent_dim,), float64; zeros if no training face has the attribute or all have it.
        num_with: number of training faces with the attribute.
        num_without: number of training faces without the attribute.
        d_prime: d' on test faces, see ``measure_d_prime``; NaN if unknown.
    """

    name: str
    vector: Array
    num_with: int
    num_without: int
    d_prime: float

    @property
    def length(self) -> float:
        """Distance between the mean z of faces with the attribute and of those without it."""
        return float(np.linalg.norm(self.vector))

    @property
    def is_clear(self) -> bool:
        """Whether the direction separates faces with and without the attribute."""
        return self.d_prime >= LEAST_D_PRIME  # False for NaN

    @property
    def has_enough_faces(self) -> bool:
        """Whether at least 20 training faces have the attribute and at least 20 lack it."""
        return min(self.num_with, self.num_without) >= FEWEST_FACES


@dataclass(frozen=True)
class AttributeDirections:
    """The directions of all k attributes in the index of the faces.

    Attributes:
        names: (k,), names of the attributes, in the order of the index.
        directions: (k, latent_dim), float64, the mean of training faces with the attribute minus
            the mean of those without; zeros if there are no faces of either kind.
        num_with: (k,), int64, number of training faces with the attribute.
        num_without: (k,), int64, number of training faces without the attribute.
        d_prime: (k,), float64, d' on test faces, see ``measure_d_prime``; NaN if unknown.
    """

    names: tuple[str, ...]
    directions: Array
    num_with: npt.NDArray[np.int64]
    num_without: npt.NDArray[np.int64]
    d_prime: Array

    def __len__(self) -> int:
        """Return the number of attributes."""
        return len(self.names)

    def to_list(self) -> list[Direction]:
        """Return the direction of each attribute."""
        return [
            Direction(name, vector, int(num_with), int(num_without), float(d_prime))
            for name, vector, num_with, num_without, d_prime in zip(
                self.names,
                self.directions,
                self.num_with,
                self.num_without,
                self.d_prime,
                strict=True,
            )
        ]

    def with_enough_faces(self) -> "AttributeDirections":
        """Return the attributes that at least 20 training faces have and at least 20 lack."""
        chosen = np.flatnonzero([found.has_enough_faces for found in self.to_list()])
        return AttributeDirections(
            tuple(self.names[index] for index in chosen),
            self.directions[chosen],
            self.num_with[chosen],
            self.num_without[chosen],
            self.d_prime[chosen],
        )

    def find(self, name: str) -> Direction:
        """Return the direction of an attribute that enough training faces have and enough lack.

        Raises:
            DataError: the attribute does not exist, fewer than 20 training faces have it, or fewer
                than 20 lack it.
        """
        found = {direction.name: direction for direction in self.to_list()}.get(name)
        if found is None:
            raise DataError(f"attribute {_shown(name)}: {self._describe_known(name)}")
        if not found.has_enough_faces:
            num_faces, kind = min((found.num_with, "with"), (found.num_without, "without"))
            raise DataError(
                f"attribute {_shown(name)}: {num_faces:,} training faces {kind} it, expected at "
                f"least {FEWEST_FACES}: the mean of fewer faces shows who they are, not what they "
                "have in common; train with more of them"
            )
        return found

    def _describe_known(self, name: str) -> str:
        """Describe the known attributes for an error message, with the most similar names first."""
        known = self.with_enough_faces().names
        if not self.names:
            return (
                "the source of these faces has no attributes; train on faces with attributes, "
                "such as avatars or CelebA"
            )
        if not known:
            return f"unknown, and no other attribute is shown by {FEWEST_FACES} training faces"

        wanted = str(name)[:_NAME_CHARACTERS].lower()

        def likeness(other: str) -> float:
            return difflib.SequenceMatcher(None, wanted, other.lower()).ratio()

        return f"unknown, expected one of {', '.join(sorted(known, key=likeness, reverse=True))}"


def _shown(name: Any) -> str:
    return excerpt(name, _NAME_CHARACTERS) if isinstance(name, str) else shorten(name)


def fit(
    train: Encodings,
    train_attributes: pd.DataFrame,
    test: Encodings,
    test_attributes: pd.DataFrame,
) -> AttributeDirections:
    """Compute the direction of each attribute from training faces, and its d' on test faces.

    Args:
        train: the posteriors of n training faces.
        train_attributes: n rows, one boolean column per attribute.
        test: the posteriors of m test faces.
        test_attributes: m rows, the same columns.
    """
    names = tuple(str(name) for name in train_attributes.columns)
    latent_dim = train.z_mean.shape[1]
    directions, d_primes = np.zeros((len(names), latent_dim)), np.full(len(names), np.nan)
    has = train_attributes.to_numpy(bool).T  # (k, n)
    has_in_test = test_attributes.to_numpy(bool).T
    for index in range(len(names)):
        if has[index].any() and not has[index].all():
            directions[index] = latent_geometry.attribute_direction(train.z_mean, has[index])
            along = test.z_mean.astype(np.float64) @ directions[index]
            d_primes[index] = measure_d_prime(along, has_in_test[index])
    num_with = has.sum(axis=1, dtype=np.int64)
    return AttributeDirections(names, directions, num_with, has.shape[1] - num_with, d_primes)


def measure_d_prime(values: Array, has_attribute: npt.NDArray[np.bool_]) -> float:
    """Return d', a measure of how well a value separates faces with and without an attribute.

    d' = (m1 - m0) / s is the distance between the two means divided by the pooled standard
    deviation, where s^2 = ((n1 - 1) s1^2 + (n0 - 1) s0^2) / (n1 + n0 - 2). For two normal
    distributions of equal width, a threshold halfway between the means is right with probability
    Phi(d' / 2): 50% for d' = 0, 60% for 0.5, 69% for 1, 84% for 2, 98% for 4.

    Source: Green & Swets 1966, "Signal Detection Theory and Psychophysics", section 3.2.

    Args:
        values: (n,), one value per face, in any unit, such as the coordinate along a direction.
        has_attribute: (n,).

    Returns:
        d'; NaN for a group of fewer than 2 faces, or if all values within each group are equal.
    """
    kinds = [values[has_attribute], values[~has_attribute]]
    if min(map(len, kinds)) < 2:
        return float("nan")
    squares = sum(np.square(kind - kind.mean()).sum() for kind in kinds)
    spread = float(np.sqrt(squares / (len(values) - 2)))
    if not spread:
        return float("nan")
    return float((kinds[0].mean() - kinds[1].mean()) / spread)


def tabulate(directions: AttributeDirections) -> dict[str, dict[str, float | None]]:
    """Return the numbers to save for each attribute, by name; an unknown d' becomes None."""
    return {
        direction.name: {
            "num_with": direction.num_with,
            "num_without": direction.num_without,
            "length": direction.length,
            "d_prime": None if np.isnan(direction.d_prime) else direction.d_prime,
        }
        for direction in directions.to_list()
    }


def save(path: Path, directions: AttributeDirections) -> None:
    """Write the directions to a .npz file.

    Names are stored as JSON in UTF-8, since the strict readers accept only numeric arrays.
    """
    names = np.frombuffer(json.dumps(directions.names).encode(), np.uint8)
    np.savez(path, **(vars(directions) | {"names": names}))


def load(path: Path, *, latent_dim: int, advice: str) -> AttributeDirections:
    """Read a file that ``save`` wrote.

    Args:
        path: the file.
        latent_dim: number of latent dimensions of the VAE that decodes the points.
        advice: what to do if the file is unusable.

    Raises:
        DataError: the file is missing or damaged, or belongs to a VAE with a different latent_dim.
    """
    arrays = npz.load(path, _ARRAYS, advice=advice)
    names = _read_names(arrays.pop("names"))
    if names is None:
        raise DataError(
            f"{path}: names: found invalid or repeated names, expected distinct ones; {advice}"
        )
    directions = arrays["directions"]
    if directions.ndim == 2 and directions.shape[1] != latent_dim:
        raise DataError(
            f"{path}: points of {directions.shape[1]} dimensions, expected {latent_dim}, the "
            f"latent_dim of the VAE trained since; {advice}"
        )
    for name, array in arrays.items():
        shape = (len(names), latent_dim) if name == "directions" else (len(names),)
        if array.shape != shape:
            raise DataError(
                f"{path}: {name}: found the shape {array.shape}, expected {shape}; {advice}"
            )
        if not _is_valid(name, array):
            raise DataError(
                f"{path}: {name}: found {array.dtype} values that are invalid for it; {advice}"
            )
    return AttributeDirections(names, **arrays)


def _read_names(array: npt.NDArray) -> tuple[str, ...] | None:
    try:
        names = json.loads(array.astype(np.uint8).tobytes())
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return tuple(names) if is_list and len(set(names)) == len(names) else None


def _is_valid(name: str, array: npt.NDArray) -> bool:
    """Report whether an array has values that ``save`` could have written."""
    if name.startswith("num_"):
        return array.dtype == np.int64 and bool((array >= 0).all())
    if name == "d_prime":
        return array.dtype == np.float64 and not np.isinf(array).any()
    return array.dtype == np.float64 and bool((np.abs(array) <= _LARGEST).all())
