"""Hash the code files in src/ and stages/ that dvc.yaml lists as dependencies of a stage.

When one of these files changes, DVC reruns the stage, and old checkpoints are no longer used. Both
decisions are based on the same list.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from latentmaps.errors import DataError

_CODE = ("src/", "stages/")


def digest(stage: str, *, root: Path) -> dict[str, str]:
    """Return a mapping from path to hash for every code file that a stage depends on.

    Args:
        stage: name of the stage in dvc.yaml; not a matrix stage.
        root: the folder that contains dvc.yaml.

    Raises:
        DataError: dvc.yaml lacks the stage or lists no code for it, or a file is missing.
    """
    files = [file for path in _listed_code(root / "dvc.yaml", stage) for file in _files(root, path)]
    return {str(file.relative_to(root)): _hash(file) for file in files}


def _listed_code(path: Path, stage: str) -> list[str]:
    try:
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        deps = document["stages"][stage]["deps"]
        code = [dep for dep in deps if dep.startswith(_CODE)]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: found no deps of the stage {stage} ({error}), expected the dvc.yaml of this "
            "project; restore it with `git checkout dvc.yaml`"
        ) from error
    if not code:
        raise DataError(
            f"{path}: found no code among the deps of {stage}, expected files under src/ or "
            "stages/; restore it with `git checkout dvc.yaml`"
        )
    return code


def _files(root: Path, path: str) -> Iterator[Path]:
    place = root / path
    if place.is_dir():
        yield from sorted(
            file
            for file in place.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts  # as in .dvcignore
        )
    elif place.exists():
        yield place
    else:
        raise DataError(
            f"{place}: no such file, expected the code that dvc.yaml lists; restore it with git"
        )


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
