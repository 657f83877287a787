"""The directions of attributes in the latent space: what to add to a face so that it smiles.

Whoever changes faces with them takes those that ``find`` gives: it refuses an attribute of which
too few faces tell. How well the faces with and without an attribute can be told apart along its
direction is its d', which stands beside it.
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

# Training faces with an attribute, and without it, from which its direction is of use; own choice.
# The mean of so many faces has a standard error of 0.22 standard deviations in each dimension.
FEWEST_FACES = 20
# A d' below which faces with and without an attribute hardly differ along its direction: a limit is
# right in 60 % of the cases, where guessing is right in 50 %; own choice.
LEAST_D_PRIME = 0.5

_ARRAYS = ("names", "directions", "num_with", "num_without", "d_prime")
# of a name in a message
_NAME_CHARACTERS = 60
# of a coordinate: those of the encodings, of which it is a difference, are at most half as large
_LARGEST = 1000.0


@dataclass(frozen=True)
class Direction:
    """The direction of one attribute.

    Attributes:
        name: of the attribute.
        vector: (latent_dim,), float64; zeros where no training face has it, or each.
        num_with: training faces with it.
        num_without: training faces without it.
        d_prime: see ``measure_d_prime``, of test faces; NaN: they do not tell.
    """

    name: str
    vector: Array
    num_with: int
    num_without: int
    d_prime: float

    @property
    def length(self) -> float:
        """Distance of the two means in the latent space."""
        return float(np.linalg.norm(self.vector))

    @property
    def is_clear(self) -> bool:
        """Whether faces with and without the attribute can be told apart along the direction."""
        return self.d_prime >= LEAST_D_PRIME  # not where it is NaN

    @property
    def has_enough_faces(self) -> bool:
        """Whether at least 20 training faces have the attribute, and 20 do not."""
        return min(self.num_with, self.num_without) >= FEWEST_FACES


@dataclass(frozen=True)
class AttributeDirections:
    """The direction of each attribute that the index of the faces knows, k of them.

    Attributes:
        names: (k,), in the order of the index.
        directions: (k, latent_dim), float64, the mean of training faces with the attribute minus
            the mean of those without; zeros where there are none of either kind.
        num_with: (k,), int64, training faces with it.
        num_without: (k,), int64, training faces without it.
        d_prime: (k,), float64, see ``measure_d_prime``, of test faces; NaN: they do not tell.
    """

    names: tuple[str, ...]
    directions: Array
    num_with: npt.NDArray[np.int64]
    num_without: npt.NDArray[np.int64]
    d_prime: Array

    def __len__(self) -> int:
        """Return the number of attributes."""
        return len(self.names)

    def each(self) -> list[Direction]:
        """Return the attributes one by one."""
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

    def of_enough_faces(self) -> "AttributeDirections":
        """Return the attributes that at least 20 training faces have and 20 do not have."""
        chosen = np.flatnonzero([one.has_enough_faces for one in self.each()])
        return AttributeDirections(
            tuple(self.names[index] for index in chosen),
            self.directions[chosen],
            self.num_with[chosen],
            self.num_without[chosen],
            self.d_prime[chosen],
        )

    def find(self, name: str) -> Direction:
        """Return the direction of an attribute that enough training faces show.

        Raises:
            DataError: there is no such attribute, or fewer than 20 training faces have it, or do
                not have it.
        """
        found = {one.name: one for one in self.each()}.get(name)
        if found is None:
            raise DataError(f"attribute {_shown(name)}: {self._describe_known(name)}")
        if not found.has_enough_faces:
            num_faces, kind = min((found.num_with, "with"), (found.num_without, "without"))
            raise DataError(
                f"attribute {_shown(name)}: {num_faces:,} training faces {kind} it, expected at "
                f"least {FEWEST_FACES}: the mean of so few shows who they are, not what they "
                "share; train with more of them"
            )
        return found

    def _describe_known(self, name: str) -> str:
        """Return which attributes there are, those spelled most like `name` first."""
        known = self.of_enough_faces().names
        if not self.names:
            return (
                "the source of these faces knows no attributes; train on faces that have "
                "attributes, avatars or CelebA"
            )
        if not known:
            return f"not known, nor is there any other that {FEWEST_FACES} training faces show"

        asked = str(name)[:_NAME_CHARACTERS].lower()

        def likeness(other: str) -> float:
            return difflib.SequenceMatcher(None, asked, other.lower()).ratio()

        return f"not known, expected one of {', '.join(sorted(known, key=likeness, reverse=True))}"


def _shown(name: Any) -> str:
    return excerpt(name, _NAME_CHARACTERS) if isinstance(name, str) else shorten(name)


def fit(
    train: Encodings,
    train_attributes: pd.DataFrame,
    test: Encodings,
    test_attributes: pd.DataFrame,
) -> AttributeDirections:
    """Return the direction of each attribute from training faces, and its d' on test faces.

    Args:
        train: the posteriors of n training faces.
        train_attributes: n rows, a column of booleans for each attribute.
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
    """Return how well faces with and without an attribute can be told apart by one value of each.

    d' = (m1 - m0) / s, the distance of the means of both kinds over their pooled standard
    deviation, s^2 = ((n1 - 1) s1^2 + (n0 - 1) s0^2) / (n1 + n0 - 2); Green & Swets 1966, "Signal
    Detection Theory and Psychophysics", section 3.2. Of two normal distributions of equal width,
    a limit halfway between the means is right in Phi(d' / 2) of the cases: 0 is a coin toss, 0.5
    right in 60 %, 1 in 69 %, 2 in 84 %, 4 in 98 %.

    Args:
        values: (n,), such as coordinates along a direction, in any unit.
        has_attribute: (n,).

    Returns:
        The number; NaN where either kind has fewer than 2 faces, or no value differs.
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
    """Return the numbers of each attribute by its name, for a file; d' None: it is not known."""
    return {
        one.name: {
            "num_with": one.num_with,
            "num_without": one.num_without,
            "length": one.length,
            "d_prime": None if np.isnan(one.d_prime) else one.d_prime,
        }
        for one in directions.each()
    }


def save(path: Path, directions: AttributeDirections) -> None:
    """Write a .npz file; names are JSON in UTF-8, since strict readers take numbers alone."""
    names = np.frombuffer(json.dumps(directions.names).encode(), np.uint8)
    np.savez(path, **(vars(directions) | {"names": names}))


def load(path: Path, *, latent_dim: int, advice: str) -> AttributeDirections:
    """Return what ``save`` wrote.

    Args:
        path: the file.
        latent_dim: of the VAE that shall decode the points.
        advice: what to do when the file is of no use.

    Raises:
        DataError: the file is missing or damaged, or belongs to a VAE of another latent_dim.
    """
    arrays = npz.load(path, _ARRAYS, advice=advice)
    names = _read_names(arrays.pop("names"))
    if names is None:
        raise DataError(f"{path}: names: found no list of different names; {advice}")
    directions = arrays["directions"]
    if directions.ndim == 2 and directions.shape[1] != latent_dim:
        raise DataError(
            f"{path}: points of {directions.shape[1]} dimensions, expected {latent_dim}, as the "
            f"VAE has that was trained since; {advice}"
        )
    for name, array in arrays.items():
        shape = (len(names), latent_dim) if name == "directions" else (len(names),)
        if array.shape != shape:
            raise DataError(
                f"{path}: {name}: found the shape {array.shape}, expected {shape}; {advice}"
            )
        if not _is_fit(name, array):
            raise DataError(
                f"{path}: {name}: found {array.dtype} numbers that are none of that kind; {advice}"
            )
    return AttributeDirections(names, **arrays)


def _read_names(array: npt.NDArray) -> tuple[str, ...] | None:
    try:
        names = json.loads(array.astype(np.uint8).tobytes())
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return tuple(names) if is_list and len(set(names)) == len(names) else None


def _is_fit(name: str, array: npt.NDArray) -> bool:
    """Return whether an array has values that ``save`` can have written."""
    if name.startswith("num_"):
        return array.dtype == np.int64 and bool((array >= 0).all())
    if name == "d_prime":
        return array.dtype == np.float64 and not np.isinf(array).any()
    return array.dtype == np.float64 and bool((np.abs(array) <= _LARGEST).all())
