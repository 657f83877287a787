"""Outputs that are whole or absent.

A stage writes into a temporary folder beside each output, on the same disk; a rename gives the
finished file or folder its name.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Staging:
    """Final paths of the outputs, and the temporary ones the stage writes to.

    Attributes:
        finals: name -> path that the output gets in the end.
        rank: of this process among those that run the stage together, from 0.
        temporary: name -> path to write to.
    """

    finals: Mapping[str, Path]
    rank: int = 0
    temporary: Mapping[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        temporary = {name: self._folder(p) / p.name for name, p in self.finals.items()}
        object.__setattr__(self, "temporary", temporary)

    def _folder(self, final: Path) -> Path:
        # named after the output, since the layers of draw_oips share a folder and may run at once
        rank = f".{self.rank}" if self.rank else ""
        return final.parent / f".{final.name}{rank}.partial"

    def open(self) -> None:
        """Makes empty folders; what a killed run left behind goes."""
        self.close()
        for final in self.finals.values():
            self._folder(final).mkdir(parents=True, exist_ok=True)

    def publish(self) -> None:
        """Gives every output its final name.

        Raises:
            RuntimeError: an output was not written.
        """
        missing = [str(self.finals[n]) for n, p in self.temporary.items() if not p.exists()]
        if missing:
            raise RuntimeError(f"the stage ended without writing {', '.join(missing)}")
        for path in self.temporary.values():
            _flush(path)
        for name, path in self.temporary.items():
            _replace(path, self.finals[name])

    def close(self) -> None:
        """Removes the temporary folders."""
        for final in self.finals.values():
            shutil.rmtree(self._folder(final), ignore_errors=True)


def _flush(path: Path) -> None:
    """Forces a file, or all files of a folder, from memory to the disk."""
    for file in path.rglob("*") if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())


def _replace(source: Path, target: Path) -> None:
    # a rename refuses a folder that is not empty
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
