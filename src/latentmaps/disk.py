"""Whether a disk has room for what is about to be written."""

import shutil
from pathlib import Path

from latentmaps.errors import DataError


def require_space(folder: Path, num_bytes: int) -> None:
    """Checks that the disk of an existing folder has room.

    Args:
        folder: where the file will be.
        num_bytes: of the file.

    Raises:
        DataError: it has not.
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < num_bytes:
        raise DataError(
            f"{folder}: {free_bytes:,} bytes free, {num_bytes:,} needed; make room on this disk, "
            "then run again"
        )
