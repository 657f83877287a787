"""Find files that git would commit although they may show persons."""

from collections.abc import Sequence
from pathlib import Path

from scmrepo.exceptions import SCMError
from scmrepo.git import Git


def find_exposed(paths: Sequence[Path]) -> list[Path]:
    """Return the files inside a git work tree, of any repository, that git does not ignore."""
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
