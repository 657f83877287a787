"""Render the page of patterns: every feature map next to the face patches that excite it most.

The page is a single self-contained file without a script.
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

# approximate size of a picture on the page, in pixels
_EDGE = 62


@dataclass(frozen=True)
class Patch:
    """A small picture on the page.

    Attributes:
        data_url: the PNG as a data URL.
        alt: alternative text.
    """

    data_url: str
    alt: str


@dataclass(frozen=True)
class FeatureMap:
    """The content of the page for one feature map.

    Attributes:
        anchor: HTML id, such as convolution_4-17.
        index: index of the map.
        words: its response to the pattern, divided by its response to the strongest face.
        pattern: the pattern that excites the map most.
        faces: patches of test faces, strongest first.
    """

    anchor: str
    index: int
    words: str
    pattern: Patch
    faces: Sequence[Patch]


@dataclass(frozen=True)
class Part:
    """The content of the page for one convolution.

    Attributes:
        name: HTML id.
        title: heading.
        size: size of its patches as text.
        edge: size of each picture, in pixels.
        num_silent: number of maps that no test face raises above 0.
        median: median of the ratios as text; empty if there is none.
        maps: its feature maps.
    """

    name: str
    title: str
    size: str
    edge: int
    num_silent: int
    median: str
    maps: Sequence[FeatureMap]


def render(results: Sequence[Results], source: Source) -> str:
    """Render the page as HTML.

    Args:
        results: results of the convolutions.
        source: origin of the results.
    """
    environment = html_page.environment("latentmaps.face_oips")
    style = environment.get_template("face_oips.css").render()
    html = environment.get_template("face_oips.html.j2").render(
        parts=[_part(result) for result in results],
        source=source,
        # our own style sheet; the content security policy allows only this one
        style=Markup(style),  # noqa: S704
        style_hash=html_page.source_hash(style),
    )
    return wording.say_images_on_page(html) if source.are_digits else html


def _part(result: Results) -> Part:
    convolution, ratios = result.convolution, result.table["ratio"]
    size = min(convolution.patch_size, LARGEST_TILE)
    return Part(
        name=convolution.name,
        title=convolution.words,
        size=describe_size(convolution),
        edge=size * max(1, round(_EDGE / size)),
        num_silent=int(ratios.isna().sum()),
        median=f"{ratios.median():.2f}" if ratios.notna().any() else "",
        maps=[_feature_map(result, index) for index in range(len(result.table))],
    )


def _feature_map(result: Results, index: int) -> FeatureMap:
    line, seen = result.table.iloc[index], result.strongest
    pattern = pixels.to_uint8(result.patterns.patches[index : index + 1])
    return FeatureMap(
        anchor=f"{result.convolution.name}-{index}",
        index=index,
        words=describe_ratio(line["ratio"]),
        pattern=_patch(
            shrink(pattern)[0],
            f"pattern of map {index}, activation {line['activation']:.3g}",
        ),
        faces=[
            _patch(patch, f"patch of face {face}, activation {activation:.3g}")
            for patch, face, activation in zip(
                shrink(result.face_patches[index]),
                seen.faces[index],
                seen.activations[index],
                strict=True,
            )
        ],
    )


def _patch(patch: npt.NDArray[np.uint8], alt: str) -> Patch:
    image = Image.fromarray(patch[..., 0] if patch.shape[-1] == 1 else patch)
    return Patch(picture.encode(image).data_url, alt)
