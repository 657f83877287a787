"""Create and write HTML pages, all with the same template settings."""

import base64
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from latentmaps.errors import DataError


def environment(*packages: str) -> jinja2.Environment:
    """Return a Jinja environment with the templates of some packages and the shared templates.

    Text is escaped, and a missing value is an error. The filters ``drawing`` and ``ours`` mark our
    own drawings and scripts as safe, so they are not escaped.

    Args:
        *packages: names of packages with a ``templates/`` folder. A template is loaded from the
            first package that has it.
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
    """Return the ``sha256-...`` source that allows inline code in a Content-Security-Policy.

    Args:
        text: everything between the tags of the script or style element.
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def require_name(output: Path, *, example: str) -> None:
    """Raise an error if an output path is not suitable for a page.

    Args:
        output: the path that the user passed with ``--output``.
        example: a suitable path to show in the error message.

    Raises:
        DataError: the path is a folder, or does not end in .html or .htm.
    """
    if output.is_dir() or output.suffix.lower() not in (".html", ".htm"):
        raise DataError(
            f"{output}: expected the name of an HTML file, such as {example}; choose one with "
            "--output"
        )


def write(text: str, path: Path) -> None:
    """Write a page in UTF-8, with the same line endings on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")
