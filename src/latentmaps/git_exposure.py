"""Find files that git would commit although they may show people."""

from collections.abc import Sequence
from pathlib import Path

from scmrepo.exceptions import SCMError
from scmrepo.git import Git


def find_exposed(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are in the work tree of a git repository and not ignored by git."""
    return [path for path in paths if _is_exposed(path.resolve())]


def _is_exposed(path: Path) -> bool:
    existing = next(folder for folder in path.parents if folder.is_dir())
    try:
        git = Git(str(existing), search_parent_directories=True)
    except SCMError:  # not in a work tree
        return False
    try:
        return not git.is_ignored(str(path))
    finally:
        git.close()  # type: ignore[no-untyped-call]
