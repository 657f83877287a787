"""The user's own pictures as raw faces, in CelebA's form."""

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import PIL

from latentmaps import parallel, progress
from latentmaps.data import aligned_size, archive, face_tables, picture_sources
from latentmaps.data.aligned_size import UnusableError
from latentmaps.data.picture_sources import FileError, PictureSource
from latentmaps.data.raw_faces import RawFaces, file_sha256
from latentmaps.errors import DataError, describe_refusals

log = logging.getLogger(__name__)

LICENCE = "the pictures are yours: nothing is known of their licence"

# the six digits of a name
_MOST_FACES = 999_999
# a process needs a second to start; photographs take 20 to 100 ms each
_FILES_WORTH_A_PROCESS = 50


@dataclass(frozen=True)
class _Taken:
    """What became of one file.

    Attributes:
        name: of the file, as ``picture_sources.printable`` gives it.
        jpeg: the face, or None.
        reason: why there is none.
    """

    name: str
    jpeg: bytes | None
    reason: str = ""


def take_pictures(
    raw: RawFaces,
    path: Path,
    num_faces: int | None,
    *,
    max_refused: int,
    num_processes: int | None = None,
) -> dict[str, Any]:
    """Takes pictures from a folder tree or a zip, in the order of their paths.

    Args:
        raw: where to write.
        path: the folder or zip.
        num_faces: the first usable ones; None takes all.
        max_refused: so many files may be no usable picture.
        num_processes: that convert at the same time; None takes what the machine and the number of
            files are worth. The bytes do not depend on it.

    Returns:
        the receipt: how many were taken and refused, the checksum of the archive.

    Raises:
        DataError: there is no such folder or zip, more files are refused than allowed, or fewer
            are usable than asked for.
    """
    source = picture_sources.open_source(path)
    origins, refused = _write_archive(raw.images, source, num_faces or _MOST_FACES, num_processes)
    _require_few(path, refused, max_refused)
    _require_enough(path, len(origins), num_faces)
    _write_tables(raw, origins, refused)
    return {
        "source": "folder",
        "num_faces": len(origins),
        "num_refused": len(refused),
        "licence": LICENCE,
        "versions": {"pillow": PIL.__version__},
        "sha256": {"images.zip": file_sha256(raw.images)},
    }


def _write_archive(
    target: Path, source: PictureSource, num_wanted: int, num_processes: int | None
) -> tuple[list[str], list[tuple[str, str]]]:
    """Gives the names of the files that were taken, and names and reasons of the others."""
    num_files = len(source.names)
    if num_processes is None:
        num_processes = min(parallel.num_cores(), num_files // _FILES_WORTH_A_PROCESS)
    log.info("Converting pictures, %s files", f"{num_files:,}")
    origins: list[str] = []
    refused: list[tuple[str, str]] = []
    with archive.ArchiveWriter(target) as writer:
        convert = functools.partial(_convert, source)
        files = parallel.map_in_processes(convert, source.names, num_processes)
        for file in progress.track(files, num_files, "Converting", "files"):
            if file.jpeg is None:
                refused.append((file.name, file.reason))
                continue
            writer.add(archive.face_name(len(origins)), file.jpeg)
            origins.append(file.name)
            if len(origins) == num_wanted:
                break
    return origins, refused


def _convert(source: PictureSource, name: str) -> _Taken:
    shown = picture_sources.printable(name)
    try:
        return _Taken(shown, aligned_size.to_aligned_size(source.read(name)))
    except (FileError, UnusableError) as error:
        return _Taken(shown, None, picture_sources.printable(str(error)))


def _require_few(path: Path, refused: Sequence[tuple[str, str]], max_refused: int) -> None:
    if len(refused) <= max_refused:
        return
    raise DataError(
        f"{path}: {len(refused):,} files are no usable picture, expected at most {max_refused:,} "
        f"({describe_refusals(refused)}); mend them, take them out, or raise "
        "fetch_faces.max_refused to go on without them"
    )


def _require_enough(path: Path, num_taken: int, num_faces: int | None) -> None:
    if num_taken < (num_faces or 1):
        raise DataError(
            f"{path}: {num_taken:,} usable pictures, expected at least {num_faces or 1:,}; add "
            "JPEG, PNG or WebP files, or lower fetch_faces.num_faces (null takes all)"
        )


def _write_tables(
    raw: RawFaces, origins: Sequence[str], refused: Sequence[tuple[str, str]]
) -> None:
    names = [archive.face_name(index) for index in range(len(origins))]
    for path in (raw.attributes, raw.partition, raw.identity):
        face_tables.write_table(path, face_tables.names_only(names))
    face_tables.write_table(raw.origins, pd.DataFrame({"file": names, "origin": list(origins)}))
    face_tables.write_table(raw.refused, face_tables.refusals(refused))
