"""Whether git would take a file that may show persons."""

from collections.abc import Sequence
from pathlib import Path

from scmrepo.exceptions import SCMError
from scmrepo.git import Git


def find_exposed(paths: Sequence[Path]) -> list[Path]:
    """Return those files that lie in a git work tree, of whatever repository, that takes them."""
    return [path for path in paths if _is_exposed(path.resolve())]


def _is_exposed(path: Path) -> bool:
    existing = next(folder for folder in path.parents if folder.is_dir())
    try:
        git = Git(str(existing), search_parent_directories=True)
    except SCMError:  # no work tree
        return False
    try:
        return not git.is_ignored(str(path))
    finally:
        git.close()  # type: ignore[no-untyped-call]
