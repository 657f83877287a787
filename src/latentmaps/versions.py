"""The versions of the libraries that affect numbers or pixels.

``requirements/versions.txt`` lists them as in the lock files. Stages depend on that file, so a new
version of TensorFlow causes a rerun, while a new version of a library that only renders pages does
not.
"""

import importlib.metadata
import logging
from pathlib import Path

log = logging.getLogger(__name__)

# packages that can be installed under another name
_OTHER_NAMES = {"tensorflow": "tensorflow-cpu"}


def installed(*names: str) -> dict[str, str]:
    """Return a mapping from name to version for installed libraries, for numbers.json.

    Raises:
        importlib.metadata.PackageNotFoundError: a library is not installed.
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
    """Return a mapping from each library to its versions in ``requirements/versions.txt``."""
    versions: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, is_pin, version = line.partition("==")
        if is_pin:
            versions.setdefault(name, set()).add(version)
    return versions


def warn_of_differences(path: Path) -> None:
    """Log a warning if an installed version differs from ``requirements/versions.txt``.

    DVC tracks that file, not the environment. With other versions installed, it would record new
    results as if they came from the versions in the file.

    Args:
        path: path of that file. If it does not exist, as outside a clone of the project, nothing is
            checked.
    """
    if not path.exists():
        return
    others = []
    for name, expected in read_locked(path).items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # only one of tensorflow and tensorflow-cpu; a stage fails without a library
        if found not in expected:
            others.append(f"{name} {found} (expected {' or '.join(sorted(expected))})")
    if others:
        log.warning(
            "The installed libraries differ from %s, so results will differ from those in "
            "dvc.lock: %s; `make setup` installs the locked versions",
            path.name,
            ", ".join(others),
        )
