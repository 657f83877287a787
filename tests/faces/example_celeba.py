"""CelebA's files with three faces, and a call that takes faces from them."""

import zipfile
from pathlib import Path
from typing import Any

from latentmaps.faces.sources import celeba, celeba_files
from latentmaps.faces.sources.raw_faces import RawFaces

NAMES = ["000001.jpg", "000002.jpg", "000003.jpg"]


def write_celeba(folder: Path) -> Path:
    """Write three faces in CelebA's layout, with all tables; return the folder."""
    folder.mkdir()
    with zipfile.ZipFile(folder / celeba_files.IMAGES, "w") as file:
        for name in reversed(NAMES):
            file.writestr(f"img_align_celeba/{name}", name.encode())
    (folder / celeba_files.PARTITION).write_text("000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n")
    (folder / celeba_files.IDENTITY).write_text("000001.jpg 7\n000002.jpg 8\n000003.jpg 7\n")
    (folder / celeba_files.ATTRIBUTES).write_text(
        "3\nMale Smiling \n000001.jpg -1  1\n000002.jpg  1  1\n000003.jpg -1 -1\n"
    )
    return folder


def take(
    raw: RawFaces,
    folder: Path | None,
    num_faces: int | None = None,
    *,
    accept: bool = True,
    from_kaggle: bool = False,
) -> dict[str, Any]:
    return celeba.take_faces(
        raw,
        folder,
        num_faces,
        downloads=raw.images.parent.parent / "downloads",
        accept_license=accept,
        from_kaggle=from_kaggle,
    )
