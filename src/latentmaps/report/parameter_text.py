"""Values of parameters as the pages show them, without what belongs to one machine."""

from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any


def as_text(value: Any) -> str:
    """Gives a value as it stands in params.yaml; of a path on this machine at most the file's name.

    Told by the value, not by the name of the parameter: whoever gets the page has no use for any
    absolute path, and a new parameter would be forgotten. A file of weights may be known by its
    name; folders often bear that of a person.
    """
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_text(item) for item in value)}]"
    path = _local_path(value)
    if path is None:
        return str(value)
    return f"(a local file: {path.name})" if path.suffix else "(a local folder)"


def _local_path(value: Any) -> PurePath | None:
    """Gives a text as a path when it is an absolute one, on whatever machine the page is made."""
    if not isinstance(value, str):
        return None
    posix, windows = PurePosixPath(value), PureWindowsPath(value)
    if posix.is_absolute() or value.startswith("~"):
        return posix
    return windows if windows.is_absolute() else None
