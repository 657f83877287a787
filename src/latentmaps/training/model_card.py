"""Write the model card beside a trained model.

After Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from pathlib import Path
from typing import Any

import jinja2

_FILE = "README.md"
# has the parts of the text that all cards share
_SHARED = "latentmaps.training"


def write(folder: Path, package: str, template: str, **values: Any) -> None:
    """Write a card.

    Args:
        folder: of the model.
        package: whose ``templates/`` hold the text.
        template: name of the text.
        values: what the text names.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name) for name in (package, _SHARED)]),
        autoescape=False,  # noqa: S701 - Markdown
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    text = environment.get_template(template).render(**values)
    (folder / _FILE).write_text(text, encoding="utf-8")
