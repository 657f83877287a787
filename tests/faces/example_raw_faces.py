"""Places for what a source of faces writes."""

from pathlib import Path

from latentmaps.faces.sources.raw_faces import RawFaces


def raw_faces(folder: Path) -> RawFaces:
    """Places in a folder for what a source of faces writes."""
    folder.mkdir(exist_ok=True)
    tables = ("attributes", "partition", "identity", "origins", "refused")
    return RawFaces(
        images=folder / "images.zip", **{name: folder / f"{name}.csv" for name in tables}
    )
