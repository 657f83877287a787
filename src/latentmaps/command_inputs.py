"""Project inputs that several commands read, and names for their outputs."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentmaps.errors import DataError

if TYPE_CHECKING:
    from latentmaps.params.machine import Machine

PARAMS = Path("params.yaml")

_DEFAULT_MACHINE: dict[str, Any] = {
    "device": "auto",
    "gpu_memory_limit_mib": None,
    "cpu_threads": None,
    "jit_compile": "auto",
    "cache_images": False,
}


def read_machine() -> "Machine":
    """Return the ``machine`` section of params.yaml, or defaults if the file does not exist.

    Raises:
        ParamsError: a value in the section is invalid.
    """
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

    if not PARAMS.exists():
        return Machine(**_DEFAULT_MACHINE)
    return loader.load(PARAMS).section(Machine)


def plain_name(text: str, *, otherwise: str) -> str:
    """Turn text into a file name of at most 100 characters: letters, digits and ``._-``.

    Args:
        text: any text, such as the layer name ``block1/conv``.
        otherwise: the name to use if no character of the text remains.
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-")[:100] or otherwise


def require_model(model: Path) -> None:
    """Require that a path exists, before importing libraries that take seconds to load.

    Raises:
        DataError: there is no such file or folder.
    """
    if not model.exists():
        raise DataError(
            f"{model}: no such file or folder{_mention_missing_params()}, expected a trained "
            "network; run `dvc repro` in the folder of the project and this command from there, "
            "or name a network with --model"
        )


def require_model_folder(model: Path) -> None:
    """Require that a path is a folder, before importing libraries that take seconds to load.

    Raises:
        DataError: there is no such folder.
    """
    if not model.is_dir():
        found = "a file" if model.exists() else f"no such folder{_mention_missing_params()}"
        raise DataError(
            f"{model}: {found}, expected the folder of a trained model, such as data/models/vae; "
            "run `dvc repro` or `dvc pull` in the folder of the project and this command from "
            "there, or name another folder"
        )


def _mention_missing_params() -> str:
    return "" if PARAMS.exists() else f", nor is there a {PARAMS} in this folder"
