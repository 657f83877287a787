"""Turn CelebA's files into raw faces: an archive and tables that match it."""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from latentmaps import progress, resources
from latentmaps.errors import DataError
from latentmaps.faces.raw import face_tables
from latentmaps.faces.raw.archive import ArchiveWriter, FaceArchive
from latentmaps.faces.sources import (
    celeba_files,
    celeba_layouts,
    celeba_license,
    celeba_tables,
    kaggle,
)
from latentmaps.faces.sources.celeba_files import CelebaFiles
from latentmaps.faces.sources.face_tree import FaceTree
from latentmaps.faces.sources.raw_faces import RawFaces
from latentmaps.storage.checksums import file_sha256

log = logging.getLogger(__name__)

_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    celeba_files.PARTITION: celeba_tables.read_partition,
    celeba_files.ATTRIBUTES: celeba_tables.read_attributes,
    celeba_files.IDENTITY: celeba_tables.read_identity,
}


def take_faces(
    raw: RawFaces,
    folder: Path | None,
    num_faces: int | None,
    *,
    downloads: Path,
    accept_license: bool,
    from_kaggle: bool = False,
) -> dict[str, Any]:
    """Read faces from CelebA's files.

    Args:
        raw: paths of the files to write.
        folder: the user's folder with CelebA's files, or with files in the same form; None:
            download CelebA's files.
        num_faces: number of faces to take, in the order of their names; None takes all.
        downloads: the folder for complete and partial downloads.
        accept_license: whether the user has agreed to the terms.
        from_kaggle: whether to download Kaggle's copy if `folder` is None.

    Returns:
        The receipt: number of faces, sizes and checksums of the files that were found, names of
        missing tables, and the terms. ``pictures_sha256`` covers the name, CRC-32 and size of each
        picture, regardless of how the pictures are packed; identical values mean identical
        pictures.

    Raises:
        ParamsError: the terms are not accepted.
        DownloadError: no server delivered the archive.
        DataError: a file is damaged, the archive and the partition differ, another table lacks a
            face, or there are fewer than `num_faces` faces.
    """
    acceptance = celeba_license.require_acceptance(is_accepted=accept_license)
    if from_kaggle and folder is None:
        folder = kaggle.download()
    files = celeba_files.fetch(downloads) if folder is None else celeba_files.find(folder)
    names, missing = _take(raw, files, num_faces, may_link=folder is None)
    return {
        "source": "celeba",
        "num_faces": len(names),
        "sha256": {"images.zip": file_sha256(raw.images)},
        "pictures_sha256": _pictures_sha256(raw.images),
        "found": celeba_files.describe(files),
        "missing": missing,
        **acceptance,
    }


def _take(
    raw: RawFaces, files: CelebaFiles, num_faces: int | None, *, may_link: bool
) -> tuple[list[str], list[str]]:
    """Write the archive and tables, and return the names of the faces and of missing tables.

    A downloaded archive may be hard-linked, which saves disk space; nothing writes to it. A user's
    own file must not be linked, because DVC changes the permissions of files that it caches.
    """
    source = _open(files.images)
    names = _first_names(source, num_faces)
    tables = _read_tables(files, source.names)
    for name, target in _targets(raw).items():
        face_tables.write_table(target, _rows_of(tables.get(name), names))
    face_tables.write_table(raw.origins, face_tables.names_only(names))
    face_tables.write_table(raw.refused, face_tables.refusals([]))
    _write_archive(source, names, raw.images, may_link=may_link)
    return names, [name for name in celeba_files.TABLES if name not in tables]


def _pictures_sha256(images: Path) -> str:
    archive = FaceArchive(images)
    members = (archive.member(name) for name in archive.names)
    lines = (f"{member.name} {member.checksum:08x} {member.size_bytes}\n" for member in members)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _open(images: Path) -> FaceArchive | FaceTree:
    return FaceArchive(images) if images.is_file() else FaceTree(images)


def _targets(raw: RawFaces) -> dict[str, Path]:
    return {
        celeba_files.PARTITION: raw.partition,
        celeba_files.ATTRIBUTES: raw.attributes,
        celeba_files.IDENTITY: raw.identity,
    }


def _first_names(source: FaceArchive | FaceTree, num_faces: int | None) -> list[str]:
    if num_faces is not None and num_faces > len(source.names):
        raise DataError(
            f"{source.path}: {len(source.names):,} faces, expected at least {num_faces:,}; "
            "lower fetch_faces.num_faces, or set it to null to take all"
        )
    return source.names[:num_faces]


def _read_tables(files: CelebaFiles, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the available tables, each with a row for every face of the archive."""
    tables = {}
    known = celeba_layouts.official_partition(names)
    if celeba_files.PARTITION not in files.tables and known is not None:
        log.info("Found no %s: using CelebA's, which is known", celeba_files.PARTITION)
        tables[celeba_files.PARTITION] = known
    for name, reader in _READERS.items():
        if name in tables:
            continue
        if name not in files.tables:
            log.info("Found no %s: continuing without its information", name)
            continue
        path = files.tables[name]
        tables[name] = reader(path)
        face_tables.require_rows(str(path), tables[name]["file"], names)
    if celeba_files.PARTITION in files.tables:
        _require_no_more(files, tables[celeba_files.PARTITION]["file"], names)
    return tables


def _require_no_more(files: CelebaFiles, listed: "pd.Series[str]", names: Sequence[str]) -> None:
    """Refuse an archive that lacks a face listed in the partition; no other check detects this."""
    missing = sorted(set(listed) - set(names))
    if missing:
        raise DataError(
            f"{files.images}: {len(names):,} faces, expected the {len(listed):,} of "
            f"{files.tables[celeba_files.PARTITION].name}; {missing[0]} is the first one missing - "
            "fetch the archive again, or remove the lines of missing faces from that file"
        )


def _rows_of(table: pd.DataFrame | None, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the faces in `names`, in the same order."""
    if table is None:
        return face_tables.names_only(names)
    return table.set_index("file").loc[list(names)].reset_index()


def _write_archive(
    source: FaceArchive | FaceTree, names: Sequence[str], target: Path, *, may_link: bool
) -> None:
    log.info("Taking %s of %s faces", f"{len(names):,}", f"{len(source.names):,}")
    if isinstance(source, FaceArchive) and len(names) == len(source.names):
        _copy(source.path, target, may_link=may_link)
        return
    with ArchiveWriter(target) as writer:
        for name in progress.track(names, len(names), "Taking", "faces"):
            writer.add(name, source.read(name))


def _copy(source: Path, target: Path, *, may_link: bool) -> None:
    if may_link:
        try:
            os.link(source, target)
        except OSError as error:
            # the target is on another disk, or its file system has no hard links
            log.info("Copying %s, since it cannot be linked: %s", source, error.strerror)
        else:
            return
    resources.require_disk_space(target.parent, source.stat().st_size)
    shutil.copyfile(source, target)
