"""How much memory is left."""

import os
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")


def free_bytes() -> int:
    """Gives what can be had without swapping; where only the size is known, half of it."""
    if _MEMINFO.exists():
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
