"""All groups of the attack by name, and the modules that parse something but are left alone."""

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
    # the slow ones first, so that none of them runs alone at the end
    *(pictures, report, params, networks, states, comparison),
    *(digits, archives, folders, downloads, tables, arrays),
)
GROUPS: dict[str, Group] = {group.name: group for module in _MODULES for group in module.GROUPS}

# module -> why nothing of the user's is parsed there
LEFT_ALONE = {
    "latentmaps.faces.sources.avatars": "pictures drawn a line before, styles of a hashed package",
    "latentmaps.tools.bundled": "a package whose hash was checked",
    "latentmaps.resources": "a file of the Linux kernel",
    "latentmaps.report.glossary": "a file of the package itself",
    "latentmaps.oips.page_pictures": "writes pictures, reads none",
    "latentmaps.vae.training.initial_weights": "reads through vae_files alone, which is attacked",
}
