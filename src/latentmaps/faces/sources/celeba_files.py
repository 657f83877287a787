"""CelebA's files: what the authors publish, where to download it, and how to find it in a folder.

Sizes and hashes are those that torchvision and TensorFlow Datasets publish for the authors' files.
Two servers offer the archive over plain HTTPS; other projects use both with the authors' hashes. No
such server is known for attributes and identities, so they come from Google Drive. None of these
addresses could be reached during development, so the code relies on the hashes.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from latentmaps.downloads import download
from latentmaps.downloads.download import RemoteFile
from latentmaps.errors import DataError, DownloadError
from latentmaps.faces.sources import celeba_layouts, celeba_license, celeba_tables, kaggle
from latentmaps.storage.checksums import file_sha256

log = logging.getLogger(__name__)

IMAGES = "img_align_celeba.zip"
PARTITION = "list_eval_partition.txt"
ATTRIBUTES = "list_attr_celeba.txt"
IDENTITY = "identity_CelebA.txt"
TABLES = (PARTITION, ATTRIBUTES, IDENTITY)

_TABLE_LIMIT_BYTES = 100_000_000


def describe_table(
    name: str,
    sha256: str,
    *drive_ids: str,
    read: Callable[[Path], pd.DataFrame],
    render: Callable[[pd.DataFrame], str],
) -> RemoteFile:
    """Describe one of CelebA's tables.

    Copies with different line endings or in CSV format are also accepted.

    Args:
        name: name of the file.
        sha256: hash of the official file.
        *drive_ids: IDs of the file's copies on Google Drive.
        read: function that reads a copy in any accepted layout.
        render: function that renders the table in the official layout, so that the hashes can
            be compared.
    """
    return RemoteFile(
        name,
        urls=(),
        drive_ids=drive_ids,
        sha256=sha256,
        is_equivalent=functools.partial(
            celeba_layouts.has_content, read=read, render=render, sha256=sha256
        ),
        limit_bytes=_TABLE_LIMIT_BYTES,
    )


_IMAGES_BYTES = 1_443_490_838
OFFICIAL = {
    file.name: file
    for file in (
        RemoteFile(
            IMAGES,
            urls=(
                "https://s3.amazonaws.com/pytorch-tutorial-assets/img_align_celeba.zip",
                "https://s3-us-west-1.amazonaws.com/udacity-dlnfd/datasets/celeba.zip",
            ),
            drive_ids=("0B7EVK8r0v71pZjFTYXZWM3FlRnM",),
            size_bytes=_IMAGES_BYTES,
            sha256="46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
            first_bytes=b"PK",
            limit_bytes=_IMAGES_BYTES,
        ),
        # never fetched, since its content is known; see celeba_layouts.official_partition
        describe_table(
            PARTITION,
            "fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7",
            read=celeba_tables.read_partition,
            render=celeba_layouts.render_partition,
        ),
        describe_table(
            ATTRIBUTES,
            "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0",
            "0B7EVK8r0v71pblRyaVFSWGxPY0U",
            "11um21kRUuaUNoMl59TCe2fb01FNjqNms",  # a third party's copy, with a separate quota
            read=celeba_tables.read_attributes,
            render=celeba_layouts.render_attributes,
        ),
        describe_table(
            IDENTITY,
            "c6143857c3e2630ac2da9f782e9c1232e5e59be993a9d44e8a7916c78a6158c0",
            "1_ee_0u7vcNLOfNLegJRHmolfH5ICW-XS",
            read=celeba_tables.read_identity,
            render=celeba_layouts.render_identity,
        ),
    )
}

# the folders of the authors' Google Drive
_FOLDERS = (".", "Anno", "Eval", "Img")
_TREES = ("img_align_celeba/img_align_celeba", "img_align_celeba")


@dataclass(frozen=True)
class CelebaFiles:
    """CelebA's files on this machine.

    Attributes:
        images: the zip, or a folder of pictures.
        tables: official name -> the file, named as in the authors' or Kaggle's copy; missing tables
            are left out.
    """

    images: Path
    tables: Mapping[str, Path]


def find(folder: Path) -> CelebaFiles:
    """Find CelebA's files in a user's folder.

    Args:
        folder: folder that contains img_align_celeba.zip or the unpacked img_align_celeba, and any
            of the tables, as text or CSV. The subfolders Anno, Eval and Img of the authors' Drive
            are also searched.

    Raises:
        DataError: there is no archive.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder, expected one with {IMAGES}; {_path_advice()}")
    tables = {name: _find(folder, name, name.replace(".txt", ".csv")) for name in TABLES}
    return CelebaFiles(
        images=_find_images(folder),
        tables={name: path for name, path in tables.items() if path is not None},
    )


def _find_images(folder: Path) -> Path:
    images = _find(folder, IMAGES)
    if images is not None:
        return images
    for place in _FOLDERS:
        for tree in _TREES:
            if (folder / place / tree).is_dir():
                return folder / place / tree
    if (folder / "000001.jpg").is_file():
        raise DataError(
            f"{folder}: the pictures themselves, expected the folder that contains this one; set "
            f"fetch_faces.path to {folder.parent}"
        )
    raise DataError(
        f"{folder}: neither {IMAGES} nor the unpacked folder img_align_celeba; {_path_advice()}"
    )


def _find(folder: Path, *names: str) -> Path | None:
    paths = (folder / place / name for place in _FOLDERS for name in names)
    return next((path for path in paths if path.is_file()), None)


def _path_advice() -> str:
    return "put it there, correct fetch_faces.path, or set it to null for the download"


def fetch(downloads: Path) -> CelebaFiles:
    """Download and verify the CelebA files that are not in the downloads folder yet.

    A table that cannot be downloaded is logged and left out; the later stages work without it. The
    partition is never downloaded, since its content is known.

    Args:
        downloads: the folder for complete and partial downloads.

    Raises:
        DownloadError: no server delivered the archive.
    """
    unreachable: set[str] = set()
    # the archive first, since nothing works without it
    images = download.fetch(
        OFFICIAL[IMAGES],
        downloads,
        advice=f"{_by_hand(IMAGES, downloads)}; {kaggle.ADVICE}",
        unreachable=unreachable,
    )
    tables = {}
    for name in (ATTRIBUTES, IDENTITY):
        advice = _by_hand(name, downloads)
        try:
            tables[name] = download.fetch(
                OFFICIAL[name], downloads, advice=advice, unreachable=unreachable
            )
        except DownloadError as error:
            log.warning("Continuing without %s: %s", name, error)
    return CelebaFiles(images, tables)


def _by_hand(name: str, downloads: Path) -> str:
    return (
        f"fetch {name} by hand from {celeba_license.PROJECT_PAGE}, put it into "
        f"{downloads.absolute()} and run again; or set fetch_faces.path to the folder where it is"
    )


def describe(files: CelebaFiles) -> dict[str, dict[str, object]]:
    """Return the receipt's entry for every file that was found.

    Returns:
        name -> ``file``, ``size_bytes``, ``sha256`` and ``official``, which says whether it is the
        authors' file, or a table with the same content. For an unpacked archive, ``official`` is
        None, since the authors publish no hashes of individual pictures.
    """
    found = {name: _describe(path, OFFICIAL[name]) for name, path in files.tables.items()}
    if files.images.is_file():
        found[IMAGES] = _describe(files.images, OFFICIAL[IMAGES])
    else:
        found[files.images.name] = {"official": None}
    return found


def _describe(path: Path, official: RemoteFile) -> dict[str, object]:
    sha256 = file_sha256(path)
    return {
        "file": path.name,
        "size_bytes": path.stat().st_size,
        "sha256": sha256,
        "official": official.is_content_of(path, sha256),
    }
