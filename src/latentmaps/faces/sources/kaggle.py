"""Kaggle's copy of CelebA, downloaded with the optional package ``kagglehub``."""

import importlib
import logging
from pathlib import Path

from latentmaps.errors import DownloadError, excerpt

log = logging.getLogger(__name__)

DATASET = "jessicali9530/celeba-dataset"
INSTALL = "pip install kagglehub"
_BY_HAND = f"import kagglehub; print(kagglehub.dataset_download('{DATASET}'))"
ADVICE = (
    f'or take Kaggle\'s copy (without identities): {INSTALL}; python -c "{_BY_HAND}"; then add '
    "-S fetch_faces.path= with the folder that it prints"
)


def download() -> Path:
    """Download CelebA with kagglehub and return its folder.

    The package keeps the folder in its own cache, resumes an interrupted download, and needs no
    account for a public data set.

    Raises:
        DownloadError: the package is not installed, or it cannot download the data set.
    """
    try:
        kagglehub = importlib.import_module("kagglehub")
    except ModuleNotFoundError as error:
        raise DownloadError(
            "fetch_faces.source: found kaggle, expected the package kagglehub to be installed; run "
            f"`{INSTALL}` in this environment, or set source: celeba"
        ) from error
    log.info("Fetching %s from Kaggle", DATASET)
    kinds = vars(importlib.import_module("kagglehub.exceptions")).values()
    own = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception)]
    # the requests library raises OSErrors
    refusals: tuple[type[Exception], ...] = (OSError, ValueError, *own)
    try:
        return Path(kagglehub.dataset_download(DATASET))
    except refusals as error:
        raise DownloadError(
            f"{DATASET}: the download from Kaggle failed ({type(error).__name__}: "
            f"{excerpt(str(error))}); run again to resume it, or set source: celeba"
        ) from error
