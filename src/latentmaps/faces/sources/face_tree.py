"""Raw faces in an unpacked folder, with the same names and the same interface as an archive."""

import re
from pathlib import Path

from latentmaps.errors import DataError

_NAME = re.compile(r"[0-9]{6}\.jpg")
_LARGEST_PICTURE_BYTES = 1_000_000


class FaceTree:
    """A folder of pictures named 000001.jpg and so on.

    Attributes:
        path: path of the folder.
        names: names of the pictures (000001.jpg and so on), sorted.
    """

    def __init__(self, path: Path) -> None:
        """List the pictures in a folder.

        Raises:
            DataError: the folder is empty, or contains files other than pictures.
        """
        self.path = path
        # file managers leave hidden files behind
        self.names = sorted(file.name for file in path.iterdir() if not file.name.startswith("."))
        other = [name for name in self.names if not _NAME.fullmatch(name)]
        if other:
            raise DataError(
                f"{path}: found {other[0]!r}, expected only pictures named 000001.jpg and so on; "
                "remove it from the folder"
            )
        if not self.names:
            raise DataError(f"{path}: no files, expected pictures named 000001.jpg and so on")

    def read(self, name: str) -> bytes:
        """Return a picture as the bytes of a JPEG file.

        Raises:
            DataError: the file is a link or a folder, or is too large for an aligned picture.
        """
        file = self.path / name
        if file.is_symlink() or not file.is_file():
            raise DataError(
                f"{file}: a link or a folder, expected a picture; copy the picture there"
            )
        size_bytes = file.stat().st_size
        if size_bytes > _LARGEST_PICTURE_BYTES:
            raise DataError(
                f"{file}: {size_bytes:,} bytes, expected at most {_LARGEST_PICTURE_BYTES:,}; use "
                "the aligned and cropped pictures"
            )
        return file.read_bytes()
