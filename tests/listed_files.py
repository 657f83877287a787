"""The files of the repository that git knows."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def list_files(*, untracked: bool = False) -> list[str]:
    """List the files that git tracks and that exist, relative to the root of the repository.

    Args:
        untracked: also list files that git neither tracks nor ignores.
    """
    others = ["--cached", "--others", "--exclude-standard"] if untracked else []
    listed = subprocess.run(
        ["git", "ls-files", "-z", *others], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]
