"""The sources of digits: the repository, a download, or a folder.

MNIST is published in several file formats, so it is identified by the hashes of its four arrays,
not by those of its files. A folder may contain another data set of the same form, such as other
digits or clothing; the log then says that it is not MNIST.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.digits.sources import idx
from latentmaps.downloads import download
from latentmaps.downloads.download import RemoteFile
from latentmaps.downloads.mirrors import Patience
from latentmaps.errors import DataError, DownloadError
from latentmaps.params.fetch_digits import FetchDigits

log = logging.getLogger(__name__)

NPZ_FILE = "mnist.npz"
NPZ_KEYS = {
    "train_images": "x_train",
    "train_labels": "y_train",
    "test_images": "x_test",
    "test_labels": "y_test",
}
IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

MNIST_SHA256 = {
    "train_images": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "train_labels": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "test_images": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "test_labels": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
BUNDLED_SHA256 = {
    "train_images": "61f83fe388c7ffc7b950f5bb359f1d4f6e94bfd5df5f42593323a7706423210d",
    "train_labels": "ebcdcef028a720368035e2faa08c8d70fb88524002022bb675f7970a564215ef",
    "test_images": "f0d1250f0e1c81ed67029fd6a06f6781e6a9151cec42d9fac4a16c7f77c0c06c",
    "test_labels": "221abe75a4dacf229f1de7c9c10a0c614576749d93ef93f8a70bf32587b4ea2f",
}

_LIMIT_BYTES = 100_000_000
_ADVICE = (
    f"download {NPZ_FILE} or the four files {', '.join(IDX_FILES.values())} (.gz or unpacked) with "
    "a browser, put them into one folder, and set profiles.<profile>.fetch_digits.source to folder "
    "and fetch_digits.path to that folder; or set the source to bundled, the 12,000 digits in the "
    "repository"
)


@dataclass(frozen=True)
class Mirror:
    """A server that has all of MNIST.

    Attributes:
        address: URL of the folder, with a slash at the end.
        file_names: the files to download from it.
    """

    address: str
    file_names: tuple[str, ...]


_IDX_ARCHIVES = tuple(f"{name}.gz" for name in IDX_FILES.values())
MIRRORS = (
    Mirror("https://storage.googleapis.com/tensorflow/tf-keras-datasets/", (NPZ_FILE,)),
    Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/", _IDX_ARCHIVES),
    Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/", _IDX_ARCHIVES),
)


def read(params: FetchDigits, *, bundled: Path, workspace: Path) -> Digits:
    """Read the digits from one of the three sources.

    Args:
        params: the ``fetch_digits`` section of params.yaml.
        bundled: path of the digits in the repository.
        workspace: an existing folder for downloads; the caller removes it.

    Raises:
        DataError: a file is missing or damaged.
        DownloadError: no mirror delivered MNIST.
    """
    if params.source == "official":
        return read_official(workspace)
    if params.source == "folder" and params.path is not None:
        return read_folder(Path(params.path))
    if params.source == "bundled":
        return read_bundled(bundled)
    raise ValueError(f"source: found {params.source!r} with the folder {params.path}")


def are_mnist(digits: Digits) -> bool:
    """Report whether digits are MNIST, either all of it or the part in the repository."""
    return digits_module.hashes(digits) in (MNIST_SHA256, BUNDLED_SHA256)


def read_bundled(path: Path) -> Digits:
    """Read the digits in the repository.

    Raises:
        DataError: the file is damaged, or its arrays differ from the committed ones.
    """
    digits = digits_module.load(path)
    _require_hashes(digits, BUNDLED_SHA256, f"{path}: restore it with git")
    return digits


def read_official(
    workspace: Path, mirrors: Sequence[Mirror] = MIRRORS, *, patience: Patience | None = None
) -> Digits:
    """Download all of MNIST from the first mirror that delivers it intact.

    Args:
        workspace: an existing folder for the files.
        mirrors: mirrors in the order in which they are tried.
        patience: time limits for a mirror; None: the default ones.

    Raises:
        DownloadError: no mirror delivered MNIST.
    """
    reasons = []
    for number, mirror in enumerate(mirrors):
        try:
            return _fetch(mirror, workspace / f"mirror_{number}", patience or Patience())
        except (DownloadError, DataError) as error:
            log.info("Skipped the mirror %s: %s", mirror.address, error)
            reasons.append(str(error))
    failure = f"MNIST: no mirror delivered it: {'; '.join(reasons)}"
    raise DownloadError(f"{failure}. To continue, {_ADVICE}")


def _fetch(mirror: Mirror, folder: Path, patience: Patience) -> Digits:
    for name in mirror.file_names:
        file = RemoteFile(name, (mirror.address + name,), _LIMIT_BYTES)
        download.fetch(file, folder, patience=patience)
    digits = _read_files(folder)
    _require_hashes(digits, MNIST_SHA256, mirror.address)
    return digits


def read_folder(folder: Path) -> Digits:
    """Read the digits in a folder with ``mnist.npz``, or with four IDX files, gzipped or not.

    Raises:
        DataError: a file is missing or damaged.
    """
    digits = _read_files(folder)
    is_mnist = digits_module.hashes(digits) == MNIST_SHA256
    log.info(
        "Read %d training and %d test images from %s: %s",
        len(digits.train_labels),
        len(digits.test_labels),
        folder,
        "MNIST" if is_mnist else "not MNIST, but another data set of the same form",
    )
    return digits


def _read_files(folder: Path) -> Digits:
    if (folder / NPZ_FILE).exists():
        return digits_module.load(folder / NPZ_FILE, keys=NPZ_KEYS)
    arrays = {name: idx.read(_find(folder, file)) for name, file in IDX_FILES.items()}
    return digits_module.from_arrays(arrays, str(folder))


def _find(folder: Path, file_name: str) -> Path:
    for path in (folder / file_name, folder / f"{file_name}.gz"):
        if path.exists():
            return path
    raise DataError(
        f"{folder}: found neither {NPZ_FILE} nor {file_name} (.gz or unpacked), expected "
        f"{NPZ_FILE} or all four IDX files; correct fetch_digits.path or add the file"
    )


def _require_hashes(digits: Digits, expected: dict[str, str], place: str) -> None:
    found = digits_module.hashes(digits)
    wrong = [name for name in expected if found[name] != expected[name]]
    if wrong:
        raise DataError(
            f"{place}: {wrong[0]} has the sha256 {found[wrong[0]]}, expected {expected[wrong[0]]}"
        )
