"""The section ``fetch_digits``: where the handwritten digits come from."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from latentmaps.params.types import Text, section


def _check_absolute(path: str) -> str:
    # DVC runs experiments in folders of its own, where a relative path would lead elsewhere
    if not Path(path).is_absolute():
        raise ValueError("an absolute path")
    return path


@section
class FetchDigits:
    """Attributes:
    source: bundled is in the repository; official is downloaded; folder is read from `path`.
    path: an absolute folder with mnist.npz or the four IDX files, for the source folder; else null.
    """

    source: Literal["bundled", "official", "folder"]
    path: Annotated[Text, AfterValidator(_check_absolute)] | None

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        if self.source == "folder" and self.path is None:
            raise ValueError("path: an absolute folder, because source is folder; found null")
        return self
