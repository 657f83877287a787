"""The files of a project that belong to its model: latents, receipt of the faces, and metrics."""

import math
from dataclasses import dataclass
from pathlib import Path

from latentmaps.faces.dataset import receipts
from latentmaps.storage import json_files

_MODEL = ("data", "models", "vae")
_ADVICE = "run evaluate_vae again"


@dataclass(frozen=True)
class Project:
    """The project folder in which a VAE was trained.

    Attributes:
        root: the folder; None if the model is not inside a project.
    """

    root: Path | None

    @classmethod
    def around(cls, model: Path) -> "Project":
        """Return the project whose data/models/vae is the given folder."""
        absolute = model.absolute()
        return cls(absolute.parents[2] if absolute.parts[-3:] == _MODEL else None)

    @property
    def latents(self) -> Path | None:
        """The folder that evaluate_vae wrote."""
        return None if self.root is None else self.root / "data/latents"

    def read_source(self) -> str | None:
        """Return the source of the faces, as in ``fetch_faces.source``; None if unknown.

        Raises:
            DataError: the receipt of the faces is damaged.
        """
        receipt = None if self.root is None else self.root / "data/raw/faces/receipt.json"
        return receipts.read_source(receipt) if receipt is not None and receipt.exists() else None

    def read_test_error(self) -> float | None:
        """Return the RMS error of reconstructed test faces, in levels of 0..255; None if unknown.

        Raises:
            DataError: the metrics of evaluate_vae are damaged.
        """
        path = None if self.root is None else self.root / "reports/evaluate_vae/numbers.json"
        if path is None or not path.exists():
            return None
        mse = json_files.read_object(path, advice=_ADVICE).get("mse")
        return 255.0 * math.sqrt(mse) if isinstance(mse, float) and mse >= 0 else None
