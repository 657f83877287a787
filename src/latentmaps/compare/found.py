"""A revision that was asked for, and the command that brings it back."""

from dataclasses import dataclass

WORKSPACE = "workspace"


@dataclass(frozen=True)
class Found:
    """A revision that was asked for.

    Attributes:
        name: as the page shows it.
        revision: full hash, or ``workspace``.
        is_experiment: ``dvc exp apply`` takes the name.
    """

    name: str
    revision: str
    is_experiment: bool = False

    @property
    def short(self) -> str:
        """The hash as people write it; empty for the workspace."""
        return "" if self.revision == WORKSPACE else self.revision[:7]

    @property
    def restore(self) -> str:
        """The command that brings the files of the revision back and makes those that lack."""
        if self.revision == WORKSPACE:
            return "dvc repro"
        return (
            f"dvc exp apply {self.name} && dvc repro"
            if self.is_experiment
            else (f"git checkout {self.short} && dvc repro")
        )
