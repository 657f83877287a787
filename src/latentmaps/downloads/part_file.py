"""The file in which a download arrives, and what is known of its length."""

from dataclasses import dataclass
from pathlib import Path

from latentmaps.downloads.guarded_http import MirrorError


@dataclass(frozen=True)
class Length:
    """What is known of the length of a file.

    Attributes:
        exact_bytes: of the whole file, or None.
        limit_bytes: more is refused.
    """

    exact_bytes: int | None
    limit_bytes: int

    @property
    def most_bytes(self) -> int:
        """The most that the file can have."""
        return self.limit_bytes if self.exact_bytes is None else self.exact_bytes

    def require(self, announced_bytes: int | None) -> None:
        """Checks the length that a server announces.

        Raises:
            MirrorError: it cannot be that of the file.
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
    """The part file of one address.

    Args:
        path: of the file.
        num_restarts: how often a server may have it thrown away.
    """

    def __init__(self, path: Path, num_restarts: int) -> None:
        self.path = path
        self._restarts_left = num_restarts
        self._marked_bytes = self.size()

    def size(self) -> int:
        """Return the bytes that are there."""
        return self.path.stat().st_size if self.path.exists() else 0

    def has_grown(self, least_bytes: int) -> bool:
        """Tell whether the file has so many bytes more than when this was last so."""
        if self.size() < self._marked_bytes + least_bytes:
            return False
        self._marked_bytes = self.size()
        return True

    def drop(self) -> None:
        """Throw the file away because the server does not go on with it.

        Raises:
            MirrorError: the server has had it thrown away too often.
        """
        if self._restarts_left == 0:
            raise MirrorError("the file starts over again and again")
        self._restarts_left -= 1
        self._marked_bytes = 0
        self.path.unlink(missing_ok=True)

    def require_content(self) -> None:
        """Check that what has arrived holds anything.

        Raises:
            MirrorError: it does not; the file is removed.
        """
        if self.size() == 0:
            self.path.unlink(missing_ok=True)
            raise MirrorError("an empty file")
