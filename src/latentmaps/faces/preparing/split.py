"""Assign faces to the training, validation and test parts; ``split_table`` reads the result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from latentmaps import seeds
from latentmaps.errors import DataError, ParamsError
from latentmaps.faces.dataset.split_table import UNUSED
from latentmaps.faces.raw import face_tables
from latentmaps.params.split_faces import SplitFaces

# evaluate_vae searches for the 5 nearest neighbors of each face
_LEAST_FACES = 7


@dataclass(frozen=True)
class _Counts:
    """The sizes of the parts, in faces."""

    num_train: int | None
    num_validation: int
    num_test: int


def _counts(params: SplitFaces, num_faces: int) -> _Counts:
    def count(size: float) -> int:  # below 1: a share of all faces, but at least one face
        return int(size) if size >= 1 else max(1, round(size * num_faces))

    return _Counts(
        None if params.num_train is None else count(params.num_train),
        count(params.num_validation),
        count(params.num_test),
    )


def split_faces(index: Path, params: SplitFaces, seed: int) -> pd.DataFrame:
    """Return the columns ``row`` and ``part`` (train, validation, test or unused).

    Args:
        index: the table index.csv, which crop_faces wrote.
        params: the ``split_faces`` section, with the scheme and, for random schemes, the sizes of
            the parts.
        seed: seed for the random schemes.

    Raises:
        DataError: the table is damaged, or lacks the column that the scheme needs.
        ParamsError: the parts cannot have these sizes.
    """
    table = face_tables.read_index(index)
    return _table(SCHEMES[params.scheme](index, table, params, seed))


def _random(_index: Path, table: pd.DataFrame, params: SplitFaces, seed: int) -> np.ndarray:
    """Return the part of every row.

    The test part is sampled first, so that it does not depend on `num_train`.
    """
    num_faces, sizes = len(table), _counts(params, len(table))
    held_out = sizes.num_test + sizes.num_validation
    num_train = num_faces - held_out if sizes.num_train is None else sizes.num_train
    if num_train < 1 or held_out + num_train > num_faces:
        raise _do_not_fit(sizes, f"{num_faces:,} faces")
    order = seeds.split(seed).permutation(num_faces)
    parts = np.full(num_faces, UNUSED, dtype="<U10")
    parts[order[: sizes.num_test]] = "test"
    parts[order[sizes.num_test : held_out]] = "validation"
    parts[order[held_out : held_out + num_train]] = "train"
    return parts


def _by_identity(index: Path, table: pd.DataFrame, params: SplitFaces, seed: int) -> np.ndarray:
    """Return the part of every row; all faces of a person are in the same part, or unused.

    People are visited in one random order. Each part, starting with the test part, takes every
    person who still fits, until it reaches exactly its size. With few people, or no people with few
    faces, this order may miss a size that another order would reach; the error message then reports
    the size that was reached.
    """
    sizes = _counts(params, len(table))
    people, person_of_row, num_faces = np.unique(
        _identities(index, table), return_inverse=True, return_counts=True
    )
    order = seeds.split(seed).permutation(len(people))
    part_of_person = np.full(len(people), UNUSED, dtype="<U10")
    for part, size in (
        ("test", sizes.num_test),
        ("validation", sizes.num_validation),
        ("train", sizes.num_train),
    ):
        free = order[part_of_person[order] == UNUSED]
        chosen = free if size is None else _fill(free, num_faces, size)
        num_chosen = int(num_faces[chosen].sum())
        if num_chosen < (size or 1):
            raise _do_not_fit(
                sizes,
                f"{len(table):,} faces of {len(people):,} people, none of whom may be in "
                f"two parts: {part} gets {num_chosen:,} faces",
            )
        part_of_person[chosen] = part
    return part_of_person[person_of_row]


def _fill(people: np.ndarray, num_faces: np.ndarray, size: int) -> list[int]:
    """Select people who fit, in order, until they have `size` faces in total.

    Args:
        people: the candidates, in the order in which they are tried.
        num_faces: number of faces of each person.
        size: the size of the part, in faces.
    """
    chosen, num_left = [], size
    for person in people:
        if num_faces[person] <= num_left:
            chosen.append(int(person))
            num_left -= int(num_faces[person])
        if num_left == 0:
            break
    return chosen


def _identities(index: Path, table: pd.DataFrame) -> np.ndarray:
    if table["identity"].isna().any():
        raise DataError(
            f"{index}: the source of the faces does not identify people, so split_faces.scheme "
            "cannot be identity; set it to random"
        )
    return table["identity"].to_numpy(dtype=np.int64)


def _official(index: Path, table: pd.DataFrame, _params: SplitFaces, _seed: int) -> np.ndarray:
    """Return the part of every row according to the source; the requested sizes do not apply."""
    partition = table["partition"]
    if (partition == "").all():
        raise DataError(
            f"{index}: the source of the faces has no partition, so split_faces.scheme cannot be "
            "official; set it to random"
        )
    face_tables.check_partition(index, partition)
    empty = [part for part in face_tables.PARTITIONS if not (partition == part).any()]
    if empty:
        raise DataError(
            f"{index}: the source's own partition assigns none of {len(table):,} faces to "
            f"{empty[0]}; fetch more faces, or set split_faces.scheme to random"
        )
    return partition.to_numpy(dtype="<U10")


# scheme in params.yaml -> function: path of index, its table, section, seed -> part of every row
SCHEMES: Mapping[str, Callable[[Path, pd.DataFrame, SplitFaces, int], np.ndarray]] = {
    "random": _random,
    "identity": _by_identity,
    "official": _official,
}


def _do_not_fit(sizes: _Counts, found: str) -> ParamsError:
    return ParamsError(
        f"split_faces.num_train {_number(sizes.num_train)}, num_validation "
        f"{sizes.num_validation:,} and num_test {sizes.num_test:,} do not fit into {found}; "
        "lower them or fetch more faces"
    )


def _number(size: int | None) -> str:
    return "null" if size is None else f"{size:,}"


def _table(parts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"row": np.arange(len(parts)), "part": parts})


def require_enough(parts: pd.DataFrame) -> None:
    """Refuse a split that is too small for evaluate_vae, before anything is trained.

    Raises:
        ParamsError: the training or test part has too few faces for a search for nearest neighbors.
    """
    for part in ("train", "test"):
        num_faces = int((parts["part"] == part).sum())
        if num_faces < _LEAST_FACES:
            raise ParamsError(
                f"split_faces: the part {part} has {num_faces} of {len(parts):,} faces, expected "
                f"at least {_LEAST_FACES}; fetch more faces (60 or more with profile: own), or "
                f"raise num_{part}"
            )
