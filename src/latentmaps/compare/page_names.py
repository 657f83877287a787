"""Names for the folders of the full pages."""

import re
from collections.abc import Sequence

from latentmaps.compare.experiment import Experiment

# as build_report calls it: the pages of the layers lead back to it by this name
FULL_PAGE = "index.html"


def name_folders(experiments: Sequence[Experiment]) -> dict[str, str]:
    """Gives identity of the experiment -> name of a folder, for those that have a full page.

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
