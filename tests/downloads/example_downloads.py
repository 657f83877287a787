"""One file of the misbehaving server, and its download."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

from tests.downloads.misbehaving_server import Served

from latentmaps.downloads import download
from latentmaps.downloads.download import RemoteFile
from latentmaps.downloads.mirrors import Patience

CONTENT = b"PK" + bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()
IMPATIENT = Patience(timeout_s=0.3, num_tries=3, pause_s=0.0)


def remote_file(server: Served, *paths: str, **changes: Any) -> RemoteFile:
    """Return a file that has these paths as mirrors, in the order in which they are tried."""
    file = RemoteFile(
        "faces.zip",
        urls=tuple(server.url(path) for path in paths),
        limit_bytes=1_000_000,
        size_bytes=len(CONTENT),
        sha256=SHA256,
        first_bytes=b"PK",
    )
    return dataclasses.replace(file, **changes)


def fetch(file: RemoteFile, folder: Path, *, patience: Patience = IMPATIENT) -> Path:
    """Download a file with short timeouts."""
    return download.fetch(file, folder, advice="fetch it by hand", patience=patience)


def files_in(folder: Path) -> set[str]:
    """Return the names in a folder, except that of the lock."""
    return {path.name for path in folder.iterdir()} - {"faces.zip.lock"}
