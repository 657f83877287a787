"""What every source of faces writes: the same three files, so the next stage knows no source."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RawFaces:
    """Where a source writes its faces.

    Attributes:
        images: the archive, see ``archive``.
        attributes: the table of attributes, see ``face_tables``.
        partition: the table of the source's own split, see ``face_tables``.
    """

    images: Path
    attributes: Path
    partition: Path


def file_sha256(path: Path) -> str:
    """Gives the SHA-256 of a file, in hexadecimal digits; the file may be larger than memory."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
