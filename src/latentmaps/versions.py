"""The libraries whose versions decide numbers or pixels.

``requirements/versions.txt`` has those of the lock files; stages depend on it, so another
TensorFlow runs them again and another library that only draws the page does not.
"""

import importlib.metadata
import logging
from pathlib import Path

log = logging.getLogger(__name__)

# one name for the package that a machine may have under another
_OTHER_NAMES = {"tensorflow": "tensorflow-cpu"}


def installed(*names: str) -> dict[str, str]:
    """Return name -> version of libraries that are installed, for metrics.json.

    Raises:
        importlib.metadata.PackageNotFoundError: one is not.
    """
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        if name not in _OTHER_NAMES:
            raise
        return importlib.metadata.version(_OTHER_NAMES[name])


def read_locked(path: Path) -> dict[str, set[str]]:
    """Return name -> versions of ``requirements/versions.txt``; one per supported Python."""
    versions: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, is_pin, version = line.partition("==")
        if is_pin:
            versions.setdefault(name, set()).add(version)
    return versions


def warn_of_differences(path: Path) -> None:
    """Log a warning if a library is not of the version in ``requirements/versions.txt``.

    DVC watches the file and not the environment: with other versions its results are new while
    dvc.lock calls them those of the file.

    Args:
        path: the file; nothing is compared if there is none, as outside a clone of the project.
    """
    if not path.exists():
        return
    others = []
    for name, expected in read_locked(path).items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # tensorflow or tensorflow-cpu; what a stage needs, it imports
        if found not in expected:
            others.append(f"{name} {found} (expected {' or '.join(sorted(expected))})")
    if others:
        log.warning(
            "Installed are other libraries than those of %s, so results differ from those that "
            "dvc.lock has: %s; `make setup` installs the locked ones",
            path.name,
            ", ".join(others),
        )
