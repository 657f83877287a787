"""The section ``fetch_faces``: where the raw faces come from."""

from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from latentmaps.errors import ParamsError, shorten
from latentmaps.params.types import Faces, Refused, Text, section


@section
class FetchFaces:
    """Attributes:
    source: avatars are drawn here from the seed; celeba is downloaded, or read from `path`;
        kaggle is CelebA, too, fetched by kagglehub; folder takes the pictures in `path`; digits
        are those of the section fetch_digits.
    path: an absolute folder that holds CelebA's files or, for the source folder, any pictures; a
        zip of pictures will do there, too. Null downloads CelebA.
    accept_license: whether the user agrees to CelebA's terms.
    max_refused: so many files of the source folder may turn out to be no usable picture.
    num_faces: how many faces, up to the six digits of their names; null takes all of the source.
    """

    source: Literal["avatars", "celeba", "kaggle", "folder", "digits"]
    path: Text | None
    accept_license: bool
    max_refused: Refused
    num_faces: Faces | None

    @model_validator(mode="after")
    def _limit_avatars(self) -> Self:
        if self.source == "avatars" and self.num_faces is None:
            raise ValueError("a number for num_faces: there is no last one of the source avatars")
        return self

    @property
    def num_avatars(self) -> int:
        """How many avatars to draw."""
        if self.num_faces is None:
            raise RuntimeError("the section was not checked")
        return self.num_faces

    @property
    def celeba_folder(self) -> Path | None:
        """The folder with CelebA's files, or None for the download.

        Raises:
            ParamsError: `path` is not absolute, or there is one with the source kaggle.
        """
        if self.source == "kaggle" and self.path is not None:
            raise ParamsError(
                f"fetch_faces.path: found {shorten(self.path)}, expected null with source: kaggle, "
                "which fetches its own copy; set source: celeba to read this folder"
            )
        return None if self.path is None else self._absolute("a folder with CelebA's files")

    @property
    def pictures(self) -> Path:
        """The folder or zip with the user's pictures.

        `path` is not looked at before it is needed: every profile is checked at each start, and
        one that is not in force may well have none.

        Raises:
            ParamsError: `path` is null or not absolute.
        """
        return self._absolute("a folder or a zip with pictures")

    def _absolute(self, what: str) -> Path:
        # DVC runs experiments in folders of its own, where a relative path would lead elsewhere
        if self.path is None or not Path(self.path).is_absolute():
            raise ParamsError(
                f"fetch_faces.path: found {'null' if self.path is None else repr(self.path)}, "
                f"expected the absolute path of {what}; add -S fetch_faces.path=/that/path"
            )
        return Path(self.path)
