"""The section ``fetch_faces``: where the raw faces come from."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from latentmaps.errors import ParamsError
from latentmaps.params.types import section


@section
class FetchFaces:
    """Attributes:
    source: avatars are drawn here from the seed; celeba is read from `path`.
    path: an absolute folder that holds CelebA's files, for the source celeba; else null.
    num_faces: how many faces, up to the six digits of their names; null takes all of the source.
    """

    source: Literal["avatars", "celeba"]
    path: str | None
    num_faces: Annotated[int, Field(ge=1, le=999_999)] | None

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
    def folder(self) -> Path:
        """The folder with CelebA's files.

        It is not looked at before it is needed: every profile is checked at each start, and one
        that is not in force may well have no folder.

        Raises:
            ParamsError: `path` is null or not absolute.
        """
        if self.path is None or not Path(self.path).is_absolute():
            raise ParamsError(
                f"fetch_faces.path: found {'null' if self.path is None else repr(self.path)}, "
                "expected the absolute path of a folder with CelebA's img_align_celeba.zip and "
                "list_eval_partition.txt; CelebA must be brought by you for now: get it from its "
                "authors and set fetch_faces.path, or use `profile: sample`, which draws its faces"
            )
        return Path(self.path)
