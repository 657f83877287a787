"""All groups of the attack by name, and the parsing modules that are not attacked."""

from tests.attack.case import Group
from tests.attack.groups import (
    archives,
    arrays,
    comparison,
    digits,
    downloads,
    folders,
    networks,
    params,
    pictures,
    report,
    states,
    tables,
)

_MODULES = (
    # slow ones first, so that none of them runs alone at the end
    *(pictures, report, params, networks, states, comparison),
    *(digits, archives, folders, downloads, tables, arrays),
)
GROUPS: dict[str, Group] = {group.name: group for module in _MODULES for group in module.GROUPS}

# module -> why it parses no input of the user
LEFT_ALONE = {
    "latentmaps.faces.sources.avatars": "reads its own pictures, and styles of a hashed package",
    "latentmaps.tools.bundled": "reads a package with a checked hash",
    "latentmaps.tools.number_tables": "reads the committed numbers of the sample",
    "latentmaps.tools.picture_guard": "reads files of developers, before a commit",
    "latentmaps.resources": "reads files of the Linux kernel",
    "latentmaps.report.glossary": "reads a file of latentmaps",
    "latentmaps.oips.page_pictures": "writes pictures but reads none",
    "latentmaps.vae.training.initial_weights": "reads only through vae_files, which is attacked",
}
