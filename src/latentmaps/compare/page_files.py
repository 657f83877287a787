"""Writes the comparison, and beside it the full pages of its experiments with what they link."""

import shutil
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from latentmaps.compare import page, page_names
from latentmaps.compare.experiment import Experiment
from latentmaps.compare.page_names import FULL_PAGE
from latentmaps.errors import DataError
from latentmaps.staging import Staging

_COMPARISON = "comparison"


def write(experiments: Sequence[Experiment], output: Path, *, has_pages: bool) -> list[Path]:
    """Writes the comparison and the full pages; each of these has a folder of its own.

    Args:
        experiments: to compare.
        output: the HTML file. The full pages go to folders in the folder ``<output stem>_pages``.
        has_pages: the full pages are copied and linked.

    Returns:
        The comparison, and the full pages without what lies beside them.

    Raises:
        DataError: there is nothing to compare, or the name of the output is that of a folder.
    """
    _require_file_name(output)
    named = page_names.name_folders(experiments) if has_pages else {}
    folder = pages_folder(output)
    full = {one: f"{name}/{FULL_PAGE}" for one, name in named.items()}
    # a name such as `sweep #2` would else end the link
    links = {one: urllib.parse.quote(f"{folder.name}/{path}") for one, path in full.items()}
    text = page.render(experiments, links)
    sources = _sources(experiments, named)
    staging = Staging({_COMPARISON: output} | {path: folder / path for path in sources})
    staging.open()
    try:
        staging.temporary[_COMPARISON].write_text(text, encoding="utf-8", newline="\n")
        for path, source in sources.items():
            _copy(source, staging.temporary[path], path)
        staging.publish()
    finally:
        staging.close()
    return [output, *(folder / path for path in full.values())]


def pages_folder(output: Path) -> Path:
    """Gives the folder of the full pages."""
    return output.with_name(f"{output.stem}_pages")


def _sources(experiments: Sequence[Experiment], named: Mapping[str, str]) -> dict[str, Path | None]:
    """Gives for each path in the folder of the pages what is copied there; None: it is not here."""
    return {
        f"{named[one.identity]}/{path}": source
        for one in experiments
        if one.identity in named
        for path, source in {FULL_PAGE: one.page, **one.pages_beside}.items()
    }


def _copy(source: Path | None, target: Path, path: str) -> None:
    """Copies a file; in the place of one that is not here goes a page that says so."""
    if source is not None:
        shutil.copyfile(source, target)
        return
    above = len(PurePosixPath(path).parts) - 2  # folders between it and the full page
    text = (
        page.environment()
        .get_template("missing_page.html.j2")
        .render(name=PurePosixPath(path).name, back=f"{'../' * above}{FULL_PAGE}")
    )
    target.write_text(text, encoding="utf-8", newline="\n")


def _require_file_name(output: Path) -> None:
    if output.is_dir() or output.suffix.lower() not in (".html", ".htm"):
        raise DataError(
            f"{output}: expected the name of an HTML file, such as reports/compare.html; give one "
            "with --output"
        )
