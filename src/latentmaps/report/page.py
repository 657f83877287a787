"""Set the report page: one HTML file with everything in it.

No script, no font, no picture comes from outside: the page opens from a disk without a network, and
can be sent to someone as it is. It holds no time and no path, so a rerun gives equal bytes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from latentmaps.pages import csp, templates
from latentmaps.report import content, glossary
from latentmaps.report.digits import DigitsFiles, read_digits
from latentmaps.report.faces import FacesFiles, read_faces


def render(
    faces_files: FacesFiles,
    digits_files: DigitsFiles,
    *,
    profile: str,
    seed: int,
    layer_names: Sequence[str],
    digits_source: str,
    sections: Mapping[str, Any],
) -> str:
    """Gives the page.

    Args:
        faces_files: where the stages on faces wrote.
        digits_files: where the stages on digits wrote.
        profile: the profile in force.
        seed: ``base.seed``.
        layer_names: the layers of which there are OIPs.
        digits_source: bundled, official or folder.
        sections: name -> dataclass, all parameters.

    Raises:
        DataError: a file is missing, damaged, or lacks something that the page shows.
    """
    environment = templates.environment("latentmaps.report")
    script = environment.get_template("page.js").render()
    return environment.get_template("page.html.j2").render(
        profile=profile,
        seed=str(seed),
        faces=read_faces(faces_files),
        digits=read_digits(digits_files, layer_names),
        digits_source=digits_source,
        parameters=content.list_parameters(sections),
        glossary=glossary.groups(),
        # our own text; the page allows it and no other
        script=Markup(script),  # noqa: S704
        script_hash=csp.source_hash(script),
    )


def write(text: str, path: Path) -> None:
    """Writes the page.

    Args:
        text: as ``render`` gives it.
        path: the file.
    """
    path.write_text(text, encoding="utf-8", newline="\n")
