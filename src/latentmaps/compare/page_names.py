"""Names for the copies of the full pages."""

import re
from collections.abc import Sequence

from latentmaps.compare.experiment import Experiment


def name_pages(experiments: Sequence[Experiment]) -> dict[str, str]:
    """Gives identity of the experiment -> file name, for those that have a full page.

    A branch may be called ``try/this``, and ``A`` and ``a`` are one file on some disks: names are
    made of plain characters, and the hash of the commit tells apart what would be equal.
    """
    files: dict[str, str] = {}
    for one in experiments:
        if one.page is None or not one.is_drawn:
            continue
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", one.name).strip(".-") or one.revision
        taken = {file.casefold() for file in files.values()}
        plain = f"{stem}.html"
        files[one.identity] = f"{stem}-{one.revision}.html" if plain.casefold() in taken else plain
    return files
