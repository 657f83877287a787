"""Make HTML pages from templates, all with the same settings."""

import base64
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from latentmaps.errors import DataError


def environment(*packages: str) -> jinja2.Environment:
    """Return the templates of packages, from the ``templates/`` folder of each, and our own.

    Text is escaped, a missing value is an error. The filters ``drawing`` and ``ours`` let our own
    drawings and scripts through as they are.

    Args:
        packages: names; a template is taken from the first one that has it.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package) for package in (*packages, "latentmaps.pages")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = Markup
    environment.filters["ours"] = Markup
    return environment


def source_hash(text: str) -> str:
    """Return what allows an inline script or style in a Content-Security-Policy, ``sha256-...``.

    Args:
        text: all between the tags of the element.
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def require_name(output: Path, *, example: str) -> None:
    """Refuse an output that cannot be the file of a page.

    Args:
        output: the path that a user names with --output.
        example: of a better one, for the message.

    Raises:
        DataError: the path is that of a folder, or does not end in .html or .htm.
    """
    if output.is_dir() or output.suffix.lower() not in (".html", ".htm"):
        raise DataError(
            f"{output}: expected the name of an HTML file, such as {example}; give one with "
            "--output"
        )


def write(text: str, path: Path) -> None:
    """Write a page, the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")
