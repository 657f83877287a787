"""The ``crop_faces`` section: how pictures are cropped and scaled."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from latentmaps.params.types import Listed, Refused, section

# the maximum width and height of a JPEG picture
Edge = Annotated[int, Field(ge=0, le=65_535)]


def _check_box(box: tuple[int, ...]) -> tuple[int, ...]:
    if len(box) != 4 or box[2] <= box[0] or box[3] <= box[1]:
        raise ValueError("four numbers left, top, right, bottom with left < right and top < bottom")
    return box


@section
class CropFaces:
    """Parameters of cropping and scaling.

    Attributes:
        crop_box: left, top, right, bottom in pixels of the raw picture; right and bottom are
            exclusive.
        image_size: height and width of an image, in pixels.
        resample: the filter that Pillow uses to resize.
        num_channels: 3 for color, 1 for luminance.
        max_refused: maximum number of damaged pictures to leave out.
    """

    crop_box: Annotated[Listed[Edge], AfterValidator(_check_box)]
    image_size: Annotated[int, Field(ge=16, le=1024)]
    resample: Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
    num_channels: Literal[1, 3]
    max_refused: Refused
