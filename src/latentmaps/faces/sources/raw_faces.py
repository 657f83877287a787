"""The files that every source of faces writes, so that later stages do not depend on the source."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RawFaces:
    """The paths to which a source writes its faces.

    A table for which the source has no information has the column file alone, one row per face.

    Attributes:
        images: the archive, see ``archive``.
        attributes: CelebA's 40 attributes or others, see ``face_tables``.
        partition: the source's own split, see ``face_tables``.
        identity: the number of the person on each face, see ``face_tables``.
        origins: the name of each picture at its source.
        refused: files of the source that were refused, and the reasons.
    """

    images: Path
    attributes: Path
    partition: Path
    identity: Path
    origins: Path
    refused: Path
