"""Write the model card next to a trained model.

The sections follow Mitchell et al. 2019, "Model Cards for Model Reporting". The card starts with
metadata for the Hugging Face Hub: license, library, task, tags and data sets.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import yaml

from latentmaps.errors import DataError

# this project's license and the MNIST data set, as named on the Hugging Face Hub
OUR_LICENSE = {"license": "apache-2.0"}
MNIST = "ylecun/mnist"
UNKNOWN_LICENSE = {"license": "unknown"}
_LICENSE_KEYS = ("license", "license_name", "license_link")
_FILE = "README.md"
# the package with the parts that all cards share
_SHARED = "latentmaps.training"


def write(
    folder: Path, package: str, template: str, *, header: Mapping[str, Any], **values: Any
) -> None:
    """Write a model card.

    Args:
        folder: the folder of the model.
        package: the package whose ``templates`` folder contains the template.
        template: file name of the template.
        header: ``license``, ``pipeline_tag``, ``tags`` and other metadata for the Hub;
            ``library_name: keras`` is added.
        values: template variables.
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
    """Return the license of the weights, as stated in a model folder's card.

    Returns:
        ``license`` and, if it is ``"other"``, ``license_name`` and ``license_link``;
        ``UNKNOWN_LICENSE`` if there is no card, or an older one without metadata.

    Raises:
        DataError: the metadata of the card is incomplete or not valid YAML.
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
    metadata = values if isinstance(values, dict) else {}
    found = {key: metadata[key] for key in _LICENSE_KEYS if isinstance(metadata.get(key), str)}
    if "license" not in found or (found["license"] == "other" and len(found) < len(_LICENSE_KEYS)):
        raise DataError(
            f"{path}: no license between the first two lines of ---, expected license and, if it "
            "is other, license_name and license_link; restore the file that the training wrote"
        )
    return found
