"""Write the model card beside a trained model.

After Mitchell et al. 2019, "Model Cards for Model Reporting". At its top stand the values by which
the Hub of Hugging Face sorts models: license, library, task, tags, data sets.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import yaml

from latentmaps.errors import DataError

# of this project; its name at the Hub
OUR_LICENSE = {"license": "apache-2.0"}
MNIST = "ylecun/mnist"  # at the Hub
UNKNOWN_LICENSE = {"license": "unknown"}
_LICENSE_KEYS = ("license", "license_name", "license_link")
_FILE = "README.md"
# has the parts of the text that all cards share
_SHARED = "latentmaps.training"


def write(
    folder: Path, package: str, template: str, *, header: Mapping[str, Any], **values: Any
) -> None:
    """Write a card.

    Args:
        folder: of the model.
        package: whose ``templates/`` hold the text.
        template: name of the text.
        header: license, pipeline_tag, tags and what else the Hub knows; the library is Keras.
        values: what the text names.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name) for name in (package, _SHARED)]),
        autoescape=False,  # noqa: S701 - Markdown
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    text = environment.get_template(template).render(**values)
    values_of_hub = yaml.safe_dump({"library_name": "keras", **header}, sort_keys=False)
    (folder / _FILE).write_text(f"---\n{values_of_hub}---\n\n{text}", encoding="utf-8")


def read_license(folder: Path) -> dict[str, str]:
    """Return what the card in a model folder says of the license of the weights.

    Returns:
        ``license`` and, where that is other, ``license_name`` and ``license_link``;
        ``UNKNOWN_LICENSE`` where there is no card, or an older one that does not tell.

    Raises:
        DataError: what stands at the top of the card is no YAML, or incomplete.
    """
    path = folder / _FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    header = re.match(r"---\n(.*?)^---$", text, re.DOTALL | re.MULTILINE)
    if header is None:
        return dict(UNKNOWN_LICENSE)
    try:
        values = yaml.safe_load(header[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        values = None
    told = values if isinstance(values, dict) else {}
    found = {key: told[key] for key in _LICENSE_KEYS if isinstance(told.get(key), str)}
    if "license" not in found or (found["license"] == "other" and len(found) < len(_LICENSE_KEYS)):
        raise DataError(
            f"{path}: no license between the first two lines of ---, expected license, and with "
            "other license_name and license_link; take the file that the training wrote"
        )
    return found
