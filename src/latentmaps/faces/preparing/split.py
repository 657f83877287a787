"""Decide which face is for training, validation and test; see ``split_table`` for the table."""

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

# evaluate_vae looks for the 5 nearest of each face among the others
_LEAST_FACES = 7


@dataclass(frozen=True)
class _Counts:
    """The sizes of the parts in faces."""

    num_train: int | None
    num_validation: int
    num_test: int


def _counts(wanted: SplitFaces, num_faces: int) -> _Counts:
    def count(size: float) -> int:  # below 1 a share of all faces; a part has at least one
        return int(size) if size >= 1 else max(1, round(size * num_faces))

    return _Counts(
        None if wanted.num_train is None else count(wanted.num_train),
        count(wanted.num_validation),
        count(wanted.num_test),
    )


def split_faces(index: Path, wanted: SplitFaces, seed: int) -> pd.DataFrame:
    """Gives the columns row and part: train, validation, test or unused.

    Args:
        index: the table index.csv of crop_faces.
        wanted: the scheme, and the sizes of the parts for those that draw.
        seed: of the schemes that draw.

    Raises:
        DataError: the table is damaged, or lacks what the scheme needs.
        ParamsError: the parts cannot have these sizes.
    """
    table = face_tables.read_index(index)
    return _table(SCHEMES[wanted.scheme](index, table, wanted, seed))


def _random(_index: Path, table: pd.DataFrame, wanted: SplitFaces, seed: int) -> np.ndarray:
    """Return the part of every row. The test part comes first, so num_train does not change it."""
    num_faces, sizes = len(table), _counts(wanted, len(table))
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


def _by_identity(index: Path, table: pd.DataFrame, wanted: SplitFaces, seed: int) -> np.ndarray:
    """Return the part of every row; all faces of a person are in one part, or unused.

    Persons are drawn one after the other. A part takes each one who still fits into it, the test
    part first, until it has its size to the face. With few persons, or none of few faces, the one
    order drawn may miss a size that another would meet; the message then says what it gives.
    """
    sizes = _counts(wanted, len(table))
    persons, person_of_row, num_faces = np.unique(
        _identities(index, table), return_inverse=True, return_counts=True
    )
    order = seeds.split(seed).permutation(len(persons))
    part_of_person = np.full(len(persons), UNUSED, dtype="<U10")
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
                f"{len(table):,} faces of {len(persons):,} persons, none of whom may be in "
                f"two parts: {part} gets {num_chosen:,} faces",
            )
        part_of_person[chosen] = part
    return part_of_person[person_of_row]


def _fill(persons: np.ndarray, num_faces: np.ndarray, wanted: int) -> list[int]:
    """Gives the first persons, in their order, whose faces together are no more than `wanted`."""
    chosen, num_left = [], wanted
    for person in persons:
        if num_faces[person] <= num_left:
            chosen.append(int(person))
            num_left -= int(num_faces[person])
        if num_left == 0:
            break
    return chosen


def _identities(index: Path, table: pd.DataFrame) -> np.ndarray:
    if table["identity"].isna().any():
        raise DataError(
            f"{index}: the source of the faces does not say who is on them, so split_faces.scheme "
            "cannot be identity; set it to random"
        )
    return table["identity"].to_numpy(dtype=np.int64)


def _official(index: Path, table: pd.DataFrame, _wanted: SplitFaces, _seed: int) -> np.ndarray:
    """Return the part of every row as the source has it, whatever sizes are wanted."""
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
            f"{index}: the source's own partition has {len(table):,} faces, none of them for "
            f"{empty[0]}; fetch more faces, or set split_faces.scheme to random"
        )
    return partition.to_numpy(dtype="<U10")


# scheme in params.yaml -> index, its table, section, seed -> part of every row
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


def _number(wanted: int | None) -> str:
    return "null" if wanted is None else f"{wanted:,}"


def _table(parts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"row": np.arange(len(parts)), "part": parts})


def require_enough(parts: pd.DataFrame) -> None:
    """Refuse a split with which evaluate_vae could not work, before anything is trained.

    Raises:
        ParamsError: training or test part is too small to look for neighbours among its faces.
    """
    for part in ("train", "test"):
        num_faces = int((parts["part"] == part).sum())
        if num_faces < _LEAST_FACES:
            raise ParamsError(
                f"split_faces: the part {part} has {num_faces} faces of {len(parts):,}, expected "
                f"at least {_LEAST_FACES}; fetch more faces (60 or more with profile: own), or "
                f"raise num_{part}"
            )
