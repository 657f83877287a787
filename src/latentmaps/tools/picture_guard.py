"""Refuse to commit files that may show a person; the pre-commit hook runs this.

    python -m latentmaps.tools.picture_guard FILE...

CelebA may not be redistributed, and a pushed commit cannot be taken back. The bytes of a picture do
not reveal whether it is a CelebA face or a reconstruction of one, so the rule is an allow-list. The
only pictures, arrays and archives that may be committed are the bundled digits and the figures in
the documentation, which show avatars or digits.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from latentmaps.faces.dataset import receipts

_BUNDLED_DIGITS = Path("data/bundled/mnist_12k.npz")
_FIGURES = Path("docs/figures")
_RECEIPT = Path("data/raw/faces/receipt.json")
# width and height of an aligned picture of CelebA
_CELEBA_SIZE = (178, 218)
# the first bytes of PNG, JPEG, GIF, WebP, TIFF (both byte orders), zip (.npz, .keras), .npy, HDF5,
# gzip and 7-Zip files
_SIGNATURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"II*\0",
    b"MM\0*",
    b"PK\x03\x04",
    b"\x93NUMPY",
    b"\x89HDF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
)
# a picture inside a page or a notebook; no face fits into 100 bytes
_EMBEDDED = re.compile(
    rb'(?:data:image/\w+;base64,|"image/(?:png|jpeg|webp|gif)":\s*\[?\s*")\S{100}'
)


def find_refusals(paths: Sequence[Path], root: Path) -> list[str]:
    """Return a message for each file that must not be committed.

    Args:
        paths: files, relative to the root of the repository.
        root: the root of the repository; the receipt of its faces states their source.

    Raises:
        DataError: the receipt of the faces is damaged.
    """
    reasons = ((path, _find_reason(path, root)) for path in paths)
    return [
        f"{path}: {reason}; expected text, or a figure that `make figures` wrote from avatars - "
        "remove it from the commit (git restore --staged)"
        for path, reason in reasons
        if reason
    ]


def _find_reason(path: Path, root: Path) -> str:
    """Return why a file must not be committed; empty if it may be."""
    content = (root / path).read_bytes()
    if not content.startswith(_SIGNATURES):
        return "contains an embedded picture" if _EMBEDDED.search(content) else ""
    if path == _BUNDLED_DIGITS:
        return ""
    if path.parent != _FIGURES or path.suffix != ".png":
        return "is a picture, an array or an archive"
    with Image.open(root / path) as picture:
        if picture.size == _CELEBA_SIZE:
            return "has the size of a CelebA picture"
    receipt = root / _RECEIPT
    if receipt.exists() and receipts.read_source(receipt) not in receipts.WITHOUT_PEOPLE:
        return "may show the real people whose pictures the pipeline has just processed"
    return ""


if __name__ == "__main__":
    messages = find_refusals([Path(name) for name in sys.argv[1:]], Path())
    sys.exit("\n".join(messages) or 0)
