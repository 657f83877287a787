"""Write the comparison, and beside it the full pages of its experiments with what they link."""

import re
import shutil
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from latentmaps.compare import page
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.revision import FULL_PAGE
from latentmaps.pages import html_page
from latentmaps.staging import Staging

_COMPARISON = "comparison"


def write(experiments: Sequence[Experiment], output: Path, *, has_pages: bool) -> list[Path]:
    """Write the comparison and the full pages; each of these has a folder of its own.

    Args:
        experiments: to compare.
        output: the HTML file. The full pages go to folders in the folder ``<output stem>_pages``.
        has_pages: the full pages are copied and linked.

    Returns:
        The comparison, and the full pages without what lies beside them.

    Raises:
        DataError: there is nothing to compare, or the name of the output is that of a folder.
    """
    html_page.require_name(output, example="reports/compare.html")
    named = _name_folders(experiments) if has_pages else {}
    folder = output.with_name(f"{output.stem}_pages")
    full = {one: f"{name}/{FULL_PAGE}" for one, name in named.items()}
    # a name such as `sweep #2` would else end the link
    links = {one: urllib.parse.quote(f"{folder.name}/{path}") for one, path in full.items()}
    text = page.render(experiments, links)
    sources = _sources(experiments, named)
    staging = Staging({_COMPARISON: output} | {path: folder / path for path in sources})
    staging.open()
    try:
        html_page.write(text, staging.temporary[_COMPARISON])
        for path, source in sources.items():
            _copy(source, staging.temporary[path], path)
        staging.publish()
    finally:
        staging.close()
    return [output, *(folder / path for path in full.values())]


def _name_folders(experiments: Sequence[Experiment]) -> dict[str, str]:
    """Return identity of the experiment -> name of a folder, for those that have a full page.

    A branch may be called ``try/this``, and ``A`` and ``a`` are one folder on some disks: names are
    made of plain characters, and the hash of the commit tells apart what would be equal.
    """
    folders: dict[str, str] = {}
    for one in experiments:
        if one.page is None or not one.is_drawn:
            continue
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", one.name).strip(".-") or one.revision
        taken = {folder.casefold() for folder in folders.values()}
        folders[one.identity] = f"{plain}-{one.revision}" if plain.casefold() in taken else plain
    return folders


def _sources(experiments: Sequence[Experiment], named: Mapping[str, str]) -> dict[str, Path | None]:
    """Return path in the folder of the pages -> what is copied there; None: it is not here."""
    return {
        f"{named[one.identity]}/{path}": source
        for one in experiments
        if one.identity in named
        for path, source in {FULL_PAGE: one.page, **one.pages_beside}.items()
    }


def _copy(source: Path | None, target: Path, path: str) -> None:
    """Copy a file; in the place of one that is not here goes a page that says so."""
    if source is not None:
        shutil.copyfile(source, target)
        return
    above = len(PurePosixPath(path).parts) - 2  # folders between it and the full page
    text = (
        page.environment()
        .get_template("missing_page.html.j2")
        .render(name=PurePosixPath(path).name, back=f"{'../' * above}{FULL_PAGE}")
    )
    html_page.write(text, target)
