"""Check for enough memory or disk space before a large operation begins."""

import os
import shutil
from pathlib import Path

from latentmaps.errors import DataError

_MEMINFO = Path("/proc/meminfo")


def free_memory_bytes() -> int:
    """Return the memory available without swapping, or half of all memory if that is unknown."""
    if _MEMINFO.exists():
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def require_disk_space(folder: Path, num_bytes: int) -> None:
    """Require enough free disk space for a file.

    Args:
        folder: an existing folder on the disk.
        num_bytes: size of the file, in bytes.

    Raises:
        DataError: the file does not fit.
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < num_bytes:
        raise DataError(
            f"{folder}: {free_bytes:,} bytes free, {num_bytes:,} needed; free some space on this "
            "disk, then run again"
        )
