"""What the page says, ready to be set: numbers as text with their meaning, pictures with words."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentmaps.report import glossary, inputs, parameter_text
from latentmaps.report.glossary import Term
from latentmaps.report.inputs import Document, Picture

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
    """A picture of the page.

    Attributes:
        key: its name within the page.
        picture: the PNG.
        title: what it shows, one line.
        caption: what each tile is.
        command: redraws it.
        is_worded: the picture itself holds title and caption.
        processed: the same tiles after processing, to be folded away.
    """

    key: str
    picture: Picture
    title: str
    caption: str
    command: str
    is_worded: bool = True
    processed: "Sheet | None" = None


def read_sheets(folder: Path, stage: str, *, charts: Collection[str] = ()) -> list[Sheet]:
    """Gives the sheets of one stage, in the order of its sheets.json.

    A sheet ``a_processed`` goes along with the sheet ``a``, where there is one.

    Args:
        folder: holds sheets.json and a PNG of the same name for each of its entries.
        stage: the name of the stage that drew them.
        charts: the entries that are charts, which hold no caption.

    Raises:
        DataError: a file is missing or damaged, or an entry has no title or caption.
    """
    document = inputs.read_document(folder / "sheets.json")
    sheets = {
        key: _read_sheet(folder, stage, key, document.part(key), is_worded=key not in charts)
        for key in document.values
    }
    return [
        dataclasses.replace(sheet, processed=sheets.get(f"{key}{_PROCESSED}"))
        for key, sheet in sheets.items()
        if not (key.endswith(_PROCESSED) and key.removesuffix(_PROCESSED) in sheets)
    ]


def _read_sheet(folder: Path, stage: str, key: str, words: Document, *, is_worded: bool) -> Sheet:
    return Sheet(
        key=f"{stage}-{key}".replace("_", "-"),
        picture=inputs.read_picture(folder / f"{key}.png"),
        title=words.text("title"),
        caption=words.text("caption"),
        command=redraw_command(stage),
        is_worded=is_worded,
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
