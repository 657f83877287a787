"""The encoder section of the report: the patterns that excite its feature maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.report import figures, inputs
from latentmaps.report.figures import Figure

_STAGE = "draw_face_oips"


@dataclass(frozen=True)
class Patterns:
    """The patterns of all convolutions.

    Attributes:
        sheets: title of the tab -> the patterns of a convolution.
        links: title of the tab -> for each tile, the address of its feature map on the patterns
            page.
    """

    sheets: Mapping[str, Figure]
    links: Mapping[str, Sequence[str]]


def read_patterns(reports: Path) -> Patterns:
    """Read everything that the page shows about the encoder.

    Args:
        reports: folder with one folder per stage, named after the stage.

    Raises:
        DataError: a file is missing or damaged.
    """
    folder = reports / _STAGE / "patterns"
    document = inputs.read_document(folder / "sheets.json")
    sheets, links = {}, {}
    for name in document.values:
        words = name.replace("_", " ").capitalize()
        sheet = figures.read_figure(folder / f"{name}.png", document.part(name), _STAGE)
        num_tiles = sum(map(len, sheet.tiles.rows)) if sheet.tiles else 0
        sheets[words] = sheet
        links[words] = [f"{_STAGE}/index.html#{name}-{index}" for index in range(num_tiles)]
    return Patterns(sheets, links)
