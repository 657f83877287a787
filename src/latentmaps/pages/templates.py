"""Load the templates of HTML pages, all with the same settings, and write the pages."""

from pathlib import Path

import jinja2
from markupsafe import Markup


def environment(*packages: str) -> jinja2.Environment:
    """Return the templates of packages, from the ``templates/`` folder of each.

    Text is escaped, a missing value is an error. The filters ``drawing`` and ``ours`` let our own
    drawings and scripts through as they are.

    Args:
        packages: names; a template is taken from the first one that has it.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = Markup
    environment.filters["ours"] = Markup
    return environment


def write_page(text: str, path: Path) -> None:
    """Write the text of a page, equal bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")
