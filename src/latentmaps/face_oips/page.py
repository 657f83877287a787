"""Set the page of the patterns: every feature map beside the patches of faces that excite it most.

One file with everything in it, as the report is, without a script.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from PIL import Image

from latentmaps.drawing import wording
from latentmaps.face_oips.pictures import Source, describe_ratio, describe_size, shrink
from latentmaps.face_oips.study import Results
from latentmaps.images import pixels
from latentmaps.pages import html_page, picture
from latentmaps.params.draw_face_oips import LARGEST_TILE

# edge of a picture on the page, about, pixels
_EDGE = 62


@dataclass(frozen=True)
class Patch:
    """A small picture of the page.

    Attributes:
        data_url: the PNG.
        alt: for those who cannot see it.
    """

    data_url: str
    alt: str


@dataclass(frozen=True)
class FeatureMap:
    """What the page shows of one feature map.

    Attributes:
        anchor: its name within the page, such as convolution_4-17.
        index: its number.
        words: how strongly it reacts to its pattern.
        pattern: what excites it most.
        faces: patches of test faces, the strongest first.
    """

    anchor: str
    index: int
    words: str
    pattern: Patch
    faces: Sequence[Patch]


@dataclass(frozen=True)
class Part:
    """What the page shows of one convolution.

    Attributes:
        name: its anchor.
        title: its name for people.
        size: of its patches, in words.
        edge: of each picture, pixels.
        num_silent: maps that no test face raises above 0.
        median: of the ratios, in words.
        maps: all of them.
    """

    name: str
    title: str
    size: str
    edge: int
    num_silent: int
    median: str
    maps: Sequence[FeatureMap]


def render(results: Sequence[Results], source: Source) -> str:
    """Return the page.

    Args:
        results: of the convolutions.
        source: where they come from.
    """
    environment = html_page.environment("latentmaps.face_oips")
    style = environment.get_template("face_oips.css").render()
    html = environment.get_template("face_oips.html.j2").render(
        parts=[_part(one) for one in results],
        source=source,
        # our own text; the page allows it and no other
        style=Markup(style),  # noqa: S704
        style_hash=html_page.source_hash(style),
    )
    return wording.say_images_on_page(html) if source.are_digits else html


def _part(one: Results) -> Part:
    convolution, ratios = one.convolution, one.table["ratio"]
    size = min(convolution.patch_size, LARGEST_TILE)
    return Part(
        name=convolution.name,
        title=convolution.words,
        size=describe_size(convolution),
        edge=size * max(1, round(_EDGE / size)),
        num_silent=int(ratios.isna().sum()),
        median=f"{ratios.median():.2f}" if ratios.notna().any() else "",
        maps=[_feature_map(one, index) for index in range(len(one.table))],
    )


def _feature_map(one: Results, index: int) -> FeatureMap:
    line, seen = one.table.iloc[index], one.strongest
    pattern = pixels.to_uint8(one.patterns.patches[index : index + 1])
    return FeatureMap(
        anchor=f"{one.convolution.name}-{index}",
        index=index,
        words=describe_ratio(line["ratio"]),
        pattern=_patch(
            shrink(pattern)[0],
            f"pattern of map {index}, activation {line['activation']:.3g}",
        ),
        faces=[
            _patch(patch, f"patch of face {face}, activation {activation:.3g}")
            for patch, face, activation in zip(
                shrink(one.face_patches[index]),
                seen.faces[index],
                seen.activations[index],
                strict=True,
            )
        ],
    )


def _patch(patch: npt.NDArray[np.uint8], alt: str) -> Patch:
    image = Image.fromarray(patch[..., 0] if patch.shape[-1] == 1 else patch)
    return Patch(picture.encode(image).data_url, alt)
