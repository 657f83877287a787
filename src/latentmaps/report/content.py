"""What the page says, ready to be set: numbers as text with their meaning, pictures with words."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentmaps.pages.picture import Picture
from latentmaps.report import glossary, inputs, parameter_text, tiles
from latentmaps.report.glossary import Term
from latentmaps.report.inputs import Document
from latentmaps.report.tiles import Tiles

_PROCESSED = "_processed"


@dataclass(frozen=True)
class Number:
    """A number that stands by itself.

    Attributes:
        label: what it is.
        value: as text, with its unit.
        note: stands beside it.
        term: explains it.
    """

    label: str
    value: str
    note: str = ""
    term: Term | None = None


def explained(name: str, value: str) -> Number:
    """Gives a number with the label and the words of a term.

    Args:
        name: of the term.
        value: as text, with its unit.
    """
    term = glossary.term(name)
    return Number(term.label, value, term=term)


@dataclass(frozen=True)
class Sheet:
    """A figure of the page: tiles with words around them, a chart, or words alone.

    Attributes:
        key: its name within the page.
        title: what it shows, one line.
        caption: what each tile is.
        command: draws the same again.
        tiles: of a sheet of tiles.
        chart: of a chart, ink on white paper.
        processed: the same tiles after processing, to be folded away.
    """

    key: str
    title: str
    caption: str
    command: str
    tiles: Tiles | None = None
    chart: Picture | None = None
    processed: "Sheet | None" = None


def read_sheets(
    folder: Path, stage: str, tabs: Mapping[str, str], *, are_charts: bool = False
) -> dict[str, Sheet]:
    """Return sheets of one stage by the words of their tabs.

    A sheet ``a_processed`` goes along with the sheet ``a``, where there is one.

    Args:
        folder: holds sheets.json and a PNG of the same name for each of its entries.
        stage: the name of the stage that drew them.
        tabs: the entries -> the words of their tabs.
        are_charts: the pictures are charts.

    Raises:
        DataError: a file is missing or damaged, or an entry has no title or caption.
    """
    document = inputs.read_document(folder / "sheets.json")

    def read(key: str) -> Sheet:
        return read_sheet(folder / f"{key}.png", document.part(key), stage, is_chart=are_charts)

    sheets = {}
    for key, words in tabs.items():
        other = f"{key}{_PROCESSED}"
        processed = read(other) if other in document.values else None
        sheets[words] = dataclasses.replace(read(key), processed=processed)
    return sheets


def read_sheet(path: Path, words: Document, stage: str, *, is_chart: bool = False) -> Sheet:
    """Return one sheet.

    Args:
        path: the PNG.
        words: its title and caption, and of tiles their layout, null for words alone.
        stage: the name of the stage that drew it.
        is_chart: the picture is a chart.

    Raises:
        DataError: the picture is missing or damaged, or there is no title or caption.
    """
    has_none = is_chart or words.values.get("layout", "") is None
    return Sheet(
        key=f"{stage.partition('@')[0]}-{path.stem}".replace("_", "-"),
        title=words.text("title"),
        caption=words.text("caption"),
        command=redraw_command(stage),
        tiles=None if has_none else tiles.read_tiles(path, words),
        chart=inputs.read_picture(path) if is_chart else None,
    )


def redraw_command(stage: str) -> str:
    """Gives the command that runs one stage again, whether or not anything has changed."""
    return f"dvc repro --force --single-item {stage}"


@dataclass(frozen=True)
class Parameter:
    """A row of the table of parameters.

    Attributes:
        name: section and name, as ``dvc exp run -S`` takes it.
        value: as it would stand in params.yaml.
    """

    name: str
    value: str


# These change no result, so a page that showed them would differ between machines.
_NOT_SHOWN = {"machine"}


def list_parameters(sections: Mapping[str, Any]) -> list[Parameter]:
    """Gives all parameters that decide about results, by section.

    Args:
        sections: name -> dataclass of the section.
    """
    return [
        Parameter(f"{section}.{name}", parameter_text.as_text(value))
        for section, values in sections.items()
        if section not in _NOT_SHOWN
        for name, value in dataclasses.asdict(values).items()
    ]


def percent(share: float, digits: int = 1) -> str:
    """Gives 0.9712 as ``97.1 %``."""
    return f"{100 * share:.{digits}f} %"


def count(value: float) -> str:
    """Gives 2500.0 as ``2,500``."""
    return f"{value:,.0f}"
