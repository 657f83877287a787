"""CelebA's files: what the authors publish, where it can be had, and what lies in a user's folder.

Sizes and hashes are those that torchvision and TensorFlow Datasets publish for the authors' files.
The archive has two known places with plain HTTPS; of the tables none is known, so they come from
the authors' Google Drive. No machine that built this project could reach any of them: the hashes
decide.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from latentmaps.data import celeba_licence, download
from latentmaps.data.download import RemoteFile
from latentmaps.data.raw_faces import file_sha256
from latentmaps.errors import DataError, DownloadError

log = logging.getLogger(__name__)

IMAGES = "img_align_celeba.zip"
PARTITION = "list_eval_partition.txt"
ATTRIBUTES = "list_attr_celeba.txt"
LANDMARKS = "list_landmarks_align_celeba.txt"
IDENTITY = "identity_CelebA.txt"
TABLES = (PARTITION, ATTRIBUTES, LANDMARKS, IDENTITY)

_TABLE_LIMIT_BYTES = 100_000_000
OFFICIAL = {
    file.name: file
    for file in (
        RemoteFile(
            IMAGES,
            urls=(
                "https://s3.amazonaws.com/pytorch-tutorial-assets/img_align_celeba.zip",
                "https://s3-us-west-1.amazonaws.com/udacity-dlnfd/datasets/celeba.zip",
            ),
            drive_id="0B7EVK8r0v71pZjFTYXZWM3FlRnM",
            size_bytes=1_443_490_838,
            sha256="46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
            first_bytes=b"PK",
            limit_bytes=1_443_490_838,
        ),
        RemoteFile(
            PARTITION,
            urls=(),
            drive_id="0B7EVK8r0v71pY0NSMzRuSXJEVkk",
            size_bytes=2_836_386,
            sha256="fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7",
            limit_bytes=_TABLE_LIMIT_BYTES,
        ),
        RemoteFile(
            ATTRIBUTES,
            urls=(),
            drive_id="0B7EVK8r0v71pblRyaVFSWGxPY0U",
            size_bytes=26_721_026,
            sha256="f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0",
            limit_bytes=_TABLE_LIMIT_BYTES,
        ),
        RemoteFile(
            LANDMARKS,
            urls=(),
            drive_id="0B7EVK8r0v71pd0FJY3Blby1HUTQ",
            size_bytes=12_156_055,
            sha256="6c02a87569907f6db2ba99019085697596730e8129f67a3d61659f198c48d43b",
            limit_bytes=_TABLE_LIMIT_BYTES,
        ),
        RemoteFile(
            IDENTITY,
            urls=(),
            drive_id="1_ee_0u7vcNLOfNLegJRHmolfH5ICW-XS",
            sha256="c6143857c3e2630ac2da9f782e9c1232e5e59be993a9d44e8a7916c78a6158c0",
            limit_bytes=_TABLE_LIMIT_BYTES,
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
        tables: official name -> the file, in the authors' or in Kaggle's spelling; a table that
            is not there is left out.
    """

    images: Path
    tables: Mapping[str, Path]


def find(folder: Path) -> CelebaFiles:
    """Gives what a user's folder holds.

    Args:
        folder: with img_align_celeba.zip or the unpacked img_align_celeba, and any of the tables,
            as text or CSV; the folders Anno, Eval and Img of the authors' Drive are looked into.

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
    raise DataError(
        f"{folder}: neither {IMAGES} nor the unpacked folder img_align_celeba; {_path_advice()}"
    )


def _find(folder: Path, *names: str) -> Path | None:
    paths = (folder / place / name for place in _FOLDERS for name in names)
    return next((path for path in paths if path.is_file()), None)


def _path_advice() -> str:
    return "put it there, correct fetch_faces.path, or set it to null for the download"


def fetch(downloads: Path) -> CelebaFiles:
    """Gives CelebA's files, verified, after a download of what is not there yet.

    Args:
        downloads: the folder that keeps them, also what is not whole yet.

    Raises:
        DownloadError: no mirror gave the archive. A table that cannot be had is logged and left
            out: the later stages work without.
    """
    tables = {}
    # the small ones first: who lacks them shall know before an hour of download
    for name in TABLES:
        try:
            tables[name] = download.fetch(
                OFFICIAL[name], downloads, advice=_by_hand(name, downloads)
            )
        except DownloadError as error:
            log.warning("Going on without %s: %s", name, error)
    images = download.fetch(OFFICIAL[IMAGES], downloads, advice=_by_hand(IMAGES, downloads))
    return CelebaFiles(images, tables)


def _by_hand(name: str, downloads: Path) -> str:
    return (
        f"fetch {name} by hand from {celeba_licence.PROJECT_PAGE}, put it into "
        f"{downloads.absolute()} and run again, or set fetch_faces.path to the folder where it is"
    )


def describe(files: CelebaFiles) -> dict[str, dict[str, object]]:
    """Gives name -> size, sha256 and whether it is the authors' file, for every file there is."""
    found = {name: _describe(path, OFFICIAL[name]) for name, path in files.tables.items()}
    if files.images.is_file():
        found[IMAGES] = _describe(files.images, OFFICIAL[IMAGES])
    else:
        # the pictures of an unpacked archive have no published hash
        found[files.images.name] = {"official": False}
    return found


def _describe(path: Path, official: RemoteFile) -> dict[str, object]:
    sha256 = file_sha256(path)
    return {
        "file": path.name,
        "size_bytes": path.stat().st_size,
        "sha256": sha256,
        "official": sha256 == official.sha256,
    }
