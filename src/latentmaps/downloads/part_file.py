"""The partial file of a download, and its expected length."""

from dataclasses import dataclass
from pathlib import Path

from latentmaps.downloads.guarded_http import MirrorError


@dataclass(frozen=True)
class Length:
    """The expected length of a file.

    Attributes:
        exact_bytes: the exact length in bytes, or None if unknown.
        limit_bytes: the maximum length, in bytes.
    """

    exact_bytes: int | None
    limit_bytes: int

    @property
    def most_bytes(self) -> int:
        """The maximum length of the file, in bytes."""
        return self.limit_bytes if self.exact_bytes is None else self.exact_bytes

    def require(self, announced_bytes: int | None) -> None:
        """Check the length that a server states.

        Raises:
            MirrorError: the stated length cannot be that of the file.
        """
        if announced_bytes is None:
            return
        if self.exact_bytes is not None and announced_bytes != self.exact_bytes:
            raise MirrorError(f"announces {announced_bytes:,} bytes, expected {self.exact_bytes:,}")
        if announced_bytes > self.limit_bytes:
            raise MirrorError(
                f"announces {announced_bytes:,} bytes, expected at most {self.limit_bytes:,}"
            )


class PartFile:
    """The partial file of a download from one address.

    Args:
        path: path of the file.
        num_restarts: maximum number of times that the download may start over.
    """

    def __init__(self, path: Path, num_restarts: int) -> None:
        self.path = path
        self._restarts_left = num_restarts
        self._marked_bytes = self.size()

    def size(self) -> int:
        """Return the current size, in bytes."""
        return self.path.stat().st_size if self.path.exists() else 0

    def has_grown(self, least_bytes: int) -> bool:
        """Report whether the file has grown by `least_bytes` since this last returned True."""
        if self.size() < self._marked_bytes + least_bytes:
            return False
        self._marked_bytes = self.size()
        return True

    def drop(self) -> None:
        """Delete the file because the server cannot resume the download.

        Raises:
            MirrorError: the download has started over too often.
        """
        if self._restarts_left == 0:
            raise MirrorError("the download starts over too often")
        self._restarts_left -= 1
        self._marked_bytes = 0
        self.path.unlink(missing_ok=True)

    def require_content(self) -> None:
        """Check that the file is not empty.

        Raises:
            MirrorError: the file is empty; it is removed.
        """
        if self.size() == 0:
            self.path.unlink(missing_ok=True)
            raise MirrorError("an empty file")
