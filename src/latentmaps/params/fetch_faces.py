"""The section ``fetch_faces``: where the raw faces come from."""

from typing import Literal

from latentmaps.params.types import Positive, section


@section
class FetchFaces:
    """Attributes:
    source: avatars are drawn here from the seed; celeba is read from `path`.
    path: an absolute folder that holds CelebA's files, for the source celeba; else null.
    num_faces: how many faces; null takes all that the source has.
    """

    source: Literal["avatars", "celeba"]
    path: str | None
    num_faces: Positive | None
