"""Turn the user's own pictures into raw faces in CelebA's form."""

import functools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import PIL

from latentmaps import parallel, progress
from latentmaps.errors import DataError, describe_refusals, excerpt
from latentmaps.faces.raw import archive, face_tables
from latentmaps.faces.sources import aligned_size, picture_sources
from latentmaps.faces.sources.aligned_size import Aligned, UnusableError
from latentmaps.faces.sources.picture_sources import FileError, PictureSource
from latentmaps.faces.sources.raw_faces import RawFaces
from latentmaps.storage.checksums import file_sha256

log = logging.getLogger(__name__)

LICENSE = "your own pictures; their license is not known"

# a name has six digits
_MOST_FACES = 999_999
# a process takes a second to start; each photograph takes 20 to 100 ms
_FILES_WORTH_A_PROCESS = 50
# maximum number of skipped files that the log names
_MOST_NAMED = 5


@dataclass(frozen=True)
class _Converted:
    """The result for one file.

    Attributes:
        name: name of the file, made printable by ``picture_sources.printable``.
        face: the face, or None if the file was refused.
        reason: why it was refused.
    """

    name: str
    face: Aligned | None
    reason: str = ""


@dataclass
class _Taken:
    """The results for all files.

    Attributes:
        origins: names of the files that became faces, in order.
        refused: names of the other files, and why they were refused.
        num_transparent: number of faces that had transparent pixels.
    """

    origins: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    num_transparent: int = 0


def take_pictures(
    raw: RawFaces,
    path: Path,
    num_faces: int | None,
    *,
    max_refused: int,
    refused_path: Path | None = None,
    num_processes: int | None = None,
) -> dict[str, Any]:
    """Collect pictures from a folder tree or a zip, in the order of their paths.

    Args:
        raw: paths of the files to write.
        path: the folder or zip.
        num_faces: number of faces, taken from the first usable pictures; None takes all.
        max_refused: maximum number of unusable files.
        refused_path: the final path of the table of refused files, for the log; None: the path to
            which it is written.
        num_processes: number of parallel processes; None derives it from the numbers of cores and
            files. The result does not depend on it.

    Returns:
        The receipt: numbers of faces and of refused and skipped files, license, version of Pillow,
        and checksum of the archive.

    Raises:
        DataError: there is no such folder or zip, more than `max_refused` files are refused, or
            fewer than `num_faces` are usable.
    """
    source = picture_sources.open_source(path)
    taken = _write_archive(raw.images, source, num_faces or _MOST_FACES, num_processes)
    _require_few(path, taken.refused, max_refused)
    _require_enough(path, len(taken.origins), num_faces, source)
    _write_tables(raw, taken.origins, taken.refused)
    for line in _summarize(taken, source, refused_path or raw.refused):
        log.info("%s", line)
    return {
        "source": "folder",
        "num_faces": len(taken.origins),
        "num_refused": len(taken.refused),
        "num_skipped": source.num_hidden + len(source.others),
        "num_laid_on_white": taken.num_transparent,
        "license": LICENSE,
        "versions": {"pillow": PIL.__version__},
        "sha256": {"images.zip": file_sha256(raw.images)},
    }


def _write_archive(
    target: Path, source: PictureSource, num_wanted: int, num_processes: int | None
) -> _Taken:
    num_files = len(source.names)
    if num_processes is None:
        num_processes = min(parallel.num_cores(), num_files // _FILES_WORTH_A_PROCESS)
    log.info("Converting pictures, %s files", f"{num_files:,}")
    taken = _Taken()
    with archive.ArchiveWriter(target) as writer:
        convert = functools.partial(_convert, source)
        files = parallel.map_in_processes(convert, source.names, num_processes)
        for file in progress.track(files, num_files, "Converting", "files"):
            if file.face is None:
                taken.refused.append((file.name, file.reason))
                continue
            writer.add(archive.face_name(len(taken.origins)), file.face.jpeg)
            taken.origins.append(file.name)
            taken.num_transparent += file.face.was_transparent
            if len(taken.origins) == num_wanted:
                break
    return taken


def _convert(source: PictureSource, name: str) -> _Converted:
    shown = picture_sources.printable(name)
    content = b""
    try:
        content = source.read(name)
        return _Converted(shown, aligned_size.to_aligned_size(content))
    except FileError as error:
        reason = str(error)
    except UnusableError as error:
        reason = aligned_size.explain(name, content, error)
    return _Converted(shown, None, picture_sources.printable(reason))


def _summarize(taken: _Taken, source: PictureSource, refused_path: Path) -> Iterator[str]:
    """Yield log lines that summarize the results for all files."""
    yield f"Took {len(taken.origins):,} pictures"
    if taken.num_transparent:
        yield f"{taken.num_transparent:,} of them had transparent pixels, which are now white"
    if taken.refused:
        files = "1 file" if len(taken.refused) == 1 else f"{len(taken.refused):,} files"
        yield f"Refused {files}, listed with reasons in {refused_path}"
    if source.num_hidden:
        yield f"Skipped {source.num_hidden:,} files that are hidden or in a hidden folder"
    if source.others:
        yield f"Skipped {len(source.others):,} files that are not pictures: {_first(source.others)}"


def _first(names: Sequence[str]) -> str:
    shown = [excerpt(picture_sources.printable(name), 60) for name in names[:_MOST_NAMED]]
    return ", ".join([*shown, "..."] if len(names) > _MOST_NAMED else shown)


def _require_few(path: Path, refused: Sequence[tuple[str, str]], max_refused: int) -> None:
    if len(refused) <= max_refused:
        return
    raise DataError(
        f"{path}: {len(refused):,} files are not usable pictures, expected at most {max_refused:,} "
        f"({describe_refusals(refused)}); fix or remove them, or raise "
        "fetch_faces.max_refused to continue without them"
    )


def _require_enough(
    path: Path, num_taken: int, num_faces: int | None, source: PictureSource
) -> None:
    if num_taken >= (num_faces or 1):
        return
    skipped = f"{source.num_hidden:,} hidden files and {len(source.others):,} of other types"
    raise DataError(
        f"{path}: {num_taken:,} usable pictures, {skipped} skipped, expected at least "
        f"{num_faces or 1:,} pictures; add JPEG, PNG or WebP files, or lower fetch_faces.num_faces "
        "(null takes all)"
    )


def _write_tables(
    raw: RawFaces, origins: Sequence[str], refused: Sequence[tuple[str, str]]
) -> None:
    names = [archive.face_name(index) for index in range(len(origins))]
    for path in (raw.attributes, raw.partition, raw.identity):
        face_tables.write_table(path, face_tables.names_only(names))
    face_tables.write_table(raw.origins, pd.DataFrame({"file": names, "origin": list(origins)}))
    face_tables.write_table(raw.refused, face_tables.refusals(refused))
