"""The ``fetch_digits`` section: the source of the handwritten digits."""

from typing import Literal, Self

from pydantic import model_validator

from latentmaps.params.types import AbsolutePath, section


@section
class FetchDigits:
    """The source of the handwritten digits.

    Attributes:
        source: ``bundled`` for the digits in the repository, ``official`` to download MNIST, or
            ``folder`` to read from `path`.
        path: for the source ``folder``, the absolute path of a folder with mnist.npz or the four
            IDX files; otherwise null.
    """

    source: Literal["bundled", "official", "folder"]
    path: AbsolutePath | None

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        if self.source == "folder" and self.path is None:
            raise ValueError("path: an absolute folder, because source is folder; found null")
        return self
