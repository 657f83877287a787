"""Set the report page: one HTML file with everything in it.

No script, no font, no picture comes from outside: the page opens from a disk without a network, and
can be sent to someone as it is. It holds no time and no path, so a rerun gives equal bytes.
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
    """Return the page.

    Args:
        receipt: JSON, what fetch_faces took.
        reports: has a folder for each of the other stages, named after it.
        profile: the profile in force.
        seed: ``base.seed``.
        layer_names: the layers of which there are OIPs.
        digits_source: bundled, official or folder.
        sections: name -> dataclass, all parameters.

    Raises:
        DataError: a file is missing, damaged, or lacks something that the page shows.
    """
    environment = html_page.environment("latentmaps.report")
    script = "\n".join(environment.get_template(name).render() for name in ("page.js", "film.js"))
    shown = faces.read_faces(receipt, reports, yardsticks.of_run(profile, sections))
    html = environment.get_template("page.html.j2").render(
        profile=profile,
        seed=str(seed),
        other_seeds=content.tell_seeds(sections, base_seed=seed),
        faces=shown,
        digits=digits.read_digits(reports, layer_names),
        patterns=patterns.read_patterns(reports),
        judgement=judgement.read_judgement(reports),
        digits_source=digits_source,
        parameters=content.list_parameters(sections),
        glossary=glossary.groups(),
        # our own text; the page allows it and no other
        script=Markup(script),  # noqa: S704
        script_hash=html_page.source_hash(script),
    )
    return wording.say_images_on_page(html) if shown.are_digits else html
