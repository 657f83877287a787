"""Stand in for ``python`` in a stage and record the stage's seconds, for ``pipeline``."""

import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Append the stage's name and seconds to the file STAGE_SECONDS, and return the exit code."""
    started = time.perf_counter()
    result = subprocess.run([os.environ["STAGE_PYTHON"], *sys.argv[1:]], check=False)
    seconds = time.perf_counter() - started
    with Path(os.environ["STAGE_SECONDS"]).open("a", encoding="utf-8") as notes:
        notes.write(f"{os.environ['DVC_STAGE']} {seconds}\n")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
