"""Write an answer as a page, a picture and an array file: all three or none."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from latentmaps import command_inputs, staging
from latentmaps.errors import DataError
from latentmaps.pages import html_page

if TYPE_CHECKING:
    from latentmaps.lab.answer import Answer

_FOLDER = Path("reports/oip")
# number of units listed in a file name; the others are only counted
_NAMED = 8


def default_output(layer_name: str, units: Sequence[int]) -> Path:
    """Return the default path of a page, such as reports/oip/Conv2D_3-17.html."""
    plain = command_inputs.plain_name(layer_name, otherwise="layer")
    others = [f"and-{len(units) - _NAMED}-more"] if len(units) > _NAMED else []
    return _FOLDER / f"{'-'.join([plain, *map(str, units[:_NAMED]), *others])}.html"


@contextmanager
def opened(output: Path) -> Iterator[Callable[["Answer"], None]]:
    """Claim the outputs before work starts, and yield the function that writes an answer.

    Args:
        output: path of the page; the picture and the arrays get the same name with the suffixes
            .png and .npz.

    Raises:
        DataError: the path is not a valid name for a page.
        LatentmapsError: another run is writing to the same path.
        OSError: the path is not writable.
    """
    html_page.require_name(output, example="reports/oip/Conv2D_3-17.html")
    companions = {suffix: output.with_suffix(f".{suffix}") for suffix in ("png", "npz")}
    for path in companions.values():
        if path.is_dir():
            raise DataError(f"{path}: found a folder, expected none; choose another --output")
    with staging.opened({"html": output, **companions}) as claim:
        yield functools.partial(_write, claim)


def _write(claim: staging.Staging, answer: "Answer") -> None:
    from latentmaps.drawing import sheets
    from latentmaps.lab import answer as answer_module
    from latentmaps.lab import page, sheet

    html_page.write(page.render(answer), claim.temporary["html"])
    sheets.save_png(sheet.draw(answer).image, claim.temporary["png"])
    answer_module.save(answer, claim.temporary["npz"])
    claim.publish()
