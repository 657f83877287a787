"""Room in memory and on a disk, asked for before large work begins."""

import os
import shutil
from pathlib import Path

from latentmaps.errors import DataError

_MEMINFO = Path("/proc/meminfo")


def free_memory_bytes() -> int:
    """Return what can be had without swapping; where only the size is known, half of it."""
    if _MEMINFO.exists():
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def require_disk_space(folder: Path, num_bytes: int) -> None:
    """Refuse a file for which the disk has no room.

    Args:
        folder: where the file will be; it exists.
        num_bytes: of the file.

    Raises:
        DataError: there is no room for it.
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < num_bytes:
        raise DataError(
            f"{folder}: {free_bytes:,} bytes free, {num_bytes:,} needed; make room on this disk, "
            "then run again"
        )
