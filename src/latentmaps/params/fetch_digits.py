"""The section ``fetch_digits``: where the handwritten digits come from."""

from typing import Literal, Self

from pydantic import model_validator

from latentmaps.params.types import AbsolutePath, section


@section
class FetchDigits:
    """Attributes:
    source: bundled is in the repository; official is downloaded; folder is read from `path`.
    path: an absolute folder with mnist.npz or the four IDX files, for the source folder; else null.
    """

    source: Literal["bundled", "official", "folder"]
    path: AbsolutePath | None

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        if self.source == "folder" and self.path is None:
            raise ValueError("path: an absolute folder, because source is folder; found null")
        return self
