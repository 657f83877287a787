"""The ``fetch_faces`` section: where the raw faces come from."""

from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from latentmaps.errors import ParamsError, shorten
from latentmaps.params.types import Faces, Refused, Text, section


@section
class FetchFaces:
    """Parameters of the source of faces.

    Attributes:
        source: ``avatars`` draws avatars from the seed; ``celeba`` downloads CelebA, or reads it
            from `path`; ``kaggle`` downloads CelebA with kagglehub; ``folder`` reads the pictures
            in `path`; ``digits`` uses the digits of the ``fetch_digits`` section.
        path: absolute path of a folder with CelebA's files or, for the source ``folder``, of a
            folder or zip of pictures; None downloads CelebA.
        accept_license: whether the user agrees to CelebA's terms.
        max_refused: maximum number of unusable files for the source ``folder``.
        num_faces: number of faces, limited by the six digits of their names; None takes all.
    """

    source: Literal["avatars", "celeba", "kaggle", "folder", "digits"]
    path: Text | None
    accept_license: bool
    max_refused: Refused
    num_faces: Faces | None

    @model_validator(mode="after")
    def _limit_avatars(self) -> Self:
        if self.source == "avatars" and self.num_faces is None:
            raise ValueError("a number for num_faces: the source avatars is unlimited")
        return self

    @property
    def num_avatars(self) -> int:
        """Number of avatars to draw."""
        if self.num_faces is None:
            raise RuntimeError("the section was not checked")
        return self.num_faces

    @property
    def celeba_folder(self) -> Path | None:
        """The folder with CelebA's files, or None to download them.

        Raises:
            ParamsError: `path` is not absolute, or is set for the source ``kaggle``.
        """
        if self.source == "kaggle" and self.path is not None:
            raise ParamsError(
                f"fetch_faces.path: found {shorten(self.path)}, expected null with source: kaggle, "
                "which downloads another copy; set source: celeba to read this folder"
            )
        return None if self.path is None else self._absolute("a folder with CelebA's files")

    @property
    def pictures(self) -> Path:
        """The folder or zip with the user's pictures.

        `path` is checked here and not by the loader, which checks every profile at each start,
        including inactive ones without a path.

        Raises:
            ParamsError: `path` is null or not absolute.
        """
        return self._absolute("a folder or a zip with pictures")

    def _absolute(self, what: str) -> Path:
        # DVC runs experiments in temporary folders, where a relative path would point elsewhere
        if self.path is None or not Path(self.path).is_absolute():
            raise ParamsError(
                f"fetch_faces.path: found {'null' if self.path is None else repr(self.path)}, "
                f"expected the absolute path of {what}; add -S fetch_faces.path=/that/path"
            )
        return Path(self.path)
