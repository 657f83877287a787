"""Paths for the output of a source of faces."""

from pathlib import Path

from latentmaps.faces.sources.raw_faces import RawFaces


def raw_faces(folder: Path) -> RawFaces:
    """Return paths in a folder for the output of a source of faces."""
    folder.mkdir(exist_ok=True)
    tables = ("attributes", "partition", "identity", "origins", "refused")
    return RawFaces(
        images=folder / "images.zip", **{name: folder / f"{name}.csv" for name in tables}
    )
