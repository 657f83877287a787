"""Write the comparison page and, next to it, full pages and the pages to which they link."""

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
    """Write the comparison page, and write each full page to its own folder.

    Args:
        experiments: the experiments to compare.
        output: the HTML file. The full pages are written to folders in ``<output stem>_pages``.
        has_pages: whether to copy the full pages and link to them.

    Returns:
        The paths of the comparison page and the full pages, but not of the pages they link to.

    Raises:
        DataError: there is nothing to compare, or the output path is not suitable for a page.
    """
    html_page.require_name(output, example="reports/compare.html")
    folder_names = _name_folders(experiments) if has_pages else {}
    folder = output.with_name(f"{output.stem}_pages")
    full_pages = {identity: f"{name}/{FULL_PAGE}" for identity, name in folder_names.items()}
    # quoted, because a "#" as in `sweep #2` would end the link
    links = {
        identity: urllib.parse.quote(f"{folder.name}/{path}")
        for identity, path in full_pages.items()
    }
    text = page.render(experiments, links)
    sources = _sources(experiments, folder_names)
    staging = Staging({_COMPARISON: output} | {path: folder / path for path in sources})
    staging.open()
    try:
        html_page.write(text, staging.temporary[_COMPARISON])
        for path, source in sources.items():
            _copy(source, staging.temporary[path], path)
        staging.publish()
    finally:
        staging.close()
    return [output, *(folder / path for path in full_pages.values())]


def _name_folders(experiments: Sequence[Experiment]) -> dict[str, str]:
    """Return a mapping from identity to folder name for the experiments that have a full page.

    A branch may be called ``try/this``, and some file systems treat ``A`` and ``a`` as the same
    folder. Therefore, names consist of plain characters, and the hash of the commit is added to a
    name that is already taken.
    """
    folders: dict[str, str] = {}
    for experiment in experiments:
        if experiment.page is None or not experiment.is_shown:
            continue
        revision = experiment.revision
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", experiment.name).strip(".-") or revision
        taken = {folder.casefold() for folder in folders.values()}
        is_taken = plain.casefold() in taken
        folders[experiment.identity] = f"{plain}-{revision}" if is_taken else plain
    return folders


def _sources(
    experiments: Sequence[Experiment], folder_names: Mapping[str, str]
) -> dict[str, Path | None]:
    """Return a mapping from paths in the folder of the pages to the files to copy there.

    A file is None if it is not on this machine.
    """
    return {
        f"{folder_names[experiment.identity]}/{path}": source
        for experiment in experiments
        if experiment.identity in folder_names
        for path, source in {FULL_PAGE: experiment.page, **experiment.linked_pages}.items()
    }


def _copy(source: Path | None, target: Path, path: str) -> None:
    """Copy a file, or write a page that says the file is missing."""
    if source is not None:
        shutil.copyfile(source, target)
        return
    depth = len(PurePosixPath(path).parts) - 2  # folders between the file and the full page
    text = (
        page.environment()
        .get_template("missing_page.html.j2")
        .render(name=PurePosixPath(path).name, back=f"{'../' * depth}{FULL_PAGE}")
    )
    html_page.write(text, target)
