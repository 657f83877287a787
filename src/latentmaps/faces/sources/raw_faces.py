"""What every source of faces writes: the same files, so the next stage knows no source."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RawFaces:
    """Where a source writes its faces.

    A table of which a source knows nothing has the column file alone, a row per face.

    Attributes:
        images: the archive, see ``archive``.
        attributes: CelebA's 40 or others, see ``face_tables``.
        partition: the source's own split, see ``face_tables``.
        identity: the number of the person a face belongs to, see ``face_tables``.
        origins: what the picture was called at its source.
        refused: files of the source that became no face, and the reasons.
    """

    images: Path
    attributes: Path
    partition: Path
    identity: Path
    origins: Path
    refused: Path
