"""The files that every source of faces writes, so that later stages do not depend on the source."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RawFaces:
    """The paths of the files that a source writes.

    A table for which the source has no information has only the column ``file``, one row per face.

    Attributes:
        images: the archive of pictures; see ``archive``.
        attributes: table with CelebA's 40 attributes or others; see ``face_tables``.
        partition: table with the source's own split; see ``face_tables``.
        identity: table with the number of the person in each picture; see ``face_tables``.
        origins: table with the name of each picture at its source.
        refused: table of the source's refused files, with the reasons.
    """

    images: Path
    attributes: Path
    partition: Path
    identity: Path
    origins: Path
    refused: Path
