"""Crop an archive of pictures into one array of small images.

One process assigns pictures to the others in the order of the names. The others read, decode, crop
and scale them, and write the rows of the array. They write to the file instead of mapping it into
memory: on a full disk, a memory map kills the process (SIGBUS), while a write reports an error.
"""

import functools
import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentmaps import parallel, progress, resources
from latentmaps.errors import DataError, describe_refusals
from latentmaps.faces.preparing import crop
from latentmaps.faces.preparing.crop import BoxError, Crop, PictureError
from latentmaps.faces.raw.archive import FaceArchive
from latentmaps.faces.raw.archive_member import Member, read_member

log = logging.getLogger(__name__)

# a task reads about half a megabyte of JPEG files and writes 1.8 MB of rows at 96x96
_FACES_A_TASK = 64
# a process needs a second to start
_FACES_WORTH_A_PROCESS = 1000


@dataclass(frozen=True)
class _Task:
    """A batch of pictures for one process.

    Attributes:
        first_row: row of the array for the first picture.
        members: the pictures for this row and the following ones.
    """

    first_row: int
    members: tuple[Member, ...]


def crop_archive(
    faces: FaceArchive,
    target: Path,
    crop_spec: Crop,
    *,
    max_refused: int = 0,
    num_processes: int | None = None,
) -> list[tuple[str, str]]:
    """Crop and scale every picture of an archive, in the order of the names.

    Args:
        faces: the archive of pictures.
        target: the .npy file to write: (num_faces, *crop_spec.shape), uint8, 0..255.
        crop_spec: crop box, size and channels of the images.
        max_refused: maximum number of pictures to leave out because they cannot be cropped.
        num_processes: number of parallel processes; None derives it from the numbers of cores and
            faces. The result does not depend on it.

    Returns:
        Name and reason for each picture that was left out; the array has no gaps in their place.

    Raises:
        DataError: the archive is damaged, the box does not fit into its first picture, or more than
            `max_refused` pictures cannot be cropped.
    """
    num_faces = len(faces.names)
    _check_box(faces, crop_spec)
    resources.require_disk_space(target.parent, num_faces * crop_spec.image_bytes)
    if num_processes is None:
        num_processes = min(parallel.num_cores(), num_faces // _FACES_WORTH_A_PROCESS)
    log.info(
        "Cropping %s faces to %dx%d in %d processes",
        f"{num_faces:,}",
        crop_spec.image_size,
        crop_spec.image_size,
        max(num_processes, 1),
    )
    reasons = _crop_faces(faces, target, crop_spec, num_processes)
    refused = {row: reason for row, reason in enumerate(reasons) if reason is not None}
    named = [(faces.names[row], reason) for row, reason in refused.items()]
    _require_few(faces.path, named, num_faces, max_refused)
    _close_gaps(target, crop_spec, num_faces, list(refused))
    return named


def _check_box(faces: FaceArchive, crop_spec: Crop) -> None:
    """Refuse a box that does not fit into the first picture, before any picture is cropped."""
    name = faces.names[0]
    try:
        crop.crop_picture(faces.read(name), crop_spec)
    except BoxError as error:
        raise DataError(
            f"{faces.path}: {name}: {error}; change crop_faces.crop_box or the source of the faces"
        ) from error
    except PictureError:
        log.info("Found %s damaged; continuing with the others", name)


def _crop_faces(
    faces: FaceArchive, target: Path, crop_spec: Crop, num_processes: int
) -> list[str | None]:
    """Write the array; for each row, return why it is empty, or None if it is not."""
    num_faces = len(faces.names)
    offset = _write_header(target, crop_spec, num_faces)
    work = functools.partial(_crop_task, faces.path, target, offset, crop_spec)
    # Threads reach only two thirds of the speed: Pillow releases the GIL only while it decodes and
    # scales.
    done = parallel.map_in_processes(work, _tasks(faces), num_processes)
    reasons = itertools.chain.from_iterable(done)
    return list(progress.track(reasons, num_faces, "Cropping", "faces"))


def _tasks(faces: FaceArchive) -> Iterator[_Task]:
    for first in range(0, len(faces.names), _FACES_A_TASK):
        names = faces.names[first : first + _FACES_A_TASK]
        yield _Task(first, tuple(faces.member(name) for name in names))


def _write_header(target: Path, crop_spec: Crop, num_faces: int) -> int:
    """Write or update the header of the array, and return the file offset of row 0."""
    shape = (num_faces, *crop_spec.shape)
    descr = np.lib.format.dtype_to_descr(np.dtype(np.uint8))
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    with target.open("r+b" if target.exists() else "wb") as file:
        # NumPy reserves space for any number of rows in the header, so the offset is constant
        np.lib.format.write_array_header_1_0(file, header)
        return file.tell()


def _crop_task(
    archive: Path, target: Path, offset: int, crop_spec: Crop, task: _Task
) -> list[str | None]:
    """Write the rows of a task; for each row, return why it is empty, or None if it is not."""
    with archive.open("rb") as file:
        jpegs = [read_member(file, member) for member in task.members]
    rows: list[bytes] = []
    reasons: list[str | None] = []
    for jpeg in jpegs:
        try:
            rows.append(crop.crop_picture(jpeg, crop_spec).tobytes())
            reasons.append(None)
        except PictureError as error:
            rows.append(bytes(crop_spec.image_bytes))
            reasons.append(str(error))
    with target.open("r+b") as file:
        file.seek(offset + task.first_row * crop_spec.image_bytes)
        file.write(b"".join(rows))
    return reasons


def _require_few(
    path: Path, refused: Sequence[tuple[str, str]], num_faces: int, max_refused: int
) -> None:
    if len(refused) <= max_refused and len(refused) < num_faces:
        return
    raise DataError(
        f"{path}: {len(refused):,} of {num_faces:,} pictures cannot be cropped, expected at most "
        f"{max_refused:,} and not all ({describe_refusals(refused)}); fetch "
        "the archive again, or raise crop_faces.max_refused to continue without them"
    )


def _close_gaps(target: Path, crop_spec: Crop, num_faces: int, refused: Sequence[int]) -> None:
    """Close the gaps that refused pictures left, and shorten the array."""
    if not refused:
        return
    kept = np.delete(np.arange(num_faces), refused)
    offset = _write_header(target, crop_spec, len(kept))
    with target.open("r+b") as file:
        for row, old_row in enumerate(kept[refused[0] :], start=refused[0]):
            file.seek(offset + int(old_row) * crop_spec.image_bytes)
            image = file.read(crop_spec.image_bytes)
            file.seek(offset + row * crop_spec.image_bytes)
            file.write(image)
        file.truncate(offset + len(kept) * crop_spec.image_bytes)
