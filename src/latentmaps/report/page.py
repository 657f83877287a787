"""Render the report, reports/index.html: one self-contained HTML file.

Scripts, fonts and pictures are all in the file, so the page opens without a network connection and
can be shared as a single file. It contains no timestamps or paths, so a rerun produces an identical
file.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from latentmaps.drawing import wording
from latentmaps.pages import html_page
from latentmaps.report import content, digits, faces, glossary, judgement, patterns, yardsticks


def render(
    *,
    receipt: Path,
    reports: Path,
    profile: str,
    seed: int,
    layer_names: Sequence[str],
    digits_source: str,
    sections: Mapping[str, Any],
) -> str:
    """Return the HTML of the report.

    Args:
        receipt: path of the JSON receipt of fetch_faces.
        reports: folder with one folder per stage, named after the stage.
        profile: name of the active profile.
        seed: ``base.seed``.
        layer_names: names of the layers that have OIPs.
        digits_source: ``bundled``, ``official`` or ``folder``.
        sections: section name -> dataclass with its parameters, for all sections.

    Raises:
        DataError: a file is missing or damaged, or lacks a value that the page shows.
    """
    environment = html_page.environment("latentmaps.report")
    script = "\n".join(environment.get_template(name).render() for name in ("page.js", "film.js"))
    shown = faces.read_faces(receipt, reports, yardsticks.for_run(profile, sections))
    html = environment.get_template("page.html.j2").render(
        profile=profile,
        seed=str(seed),
        other_seeds=content.describe_seeds(sections, base_seed=seed),
        faces=shown,
        digits=digits.read_digits(reports, layer_names),
        patterns=patterns.read_patterns(reports),
        judgement=judgement.read_judgement(reports),
        digits_source=digits_source,
        parameters=content.list_parameters(sections),
        glossary=glossary.groups(),
        # trusted because it is our own template; the policy of the page allows only this script
        script=Markup(script),  # noqa: S704
        script_hash=html_page.source_hash(script),
    )
    return wording.say_images_on_page(html) if shown.are_digits else html
