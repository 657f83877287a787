"""The two files with the numbers of a stage.

metrics.json has the few that people compare: `dvc metrics diff` has a row, and `dvc exp show` a
column, for each of them, so there must not be more than fit on a screen. git keeps that file.
numbers.json has all others, nested as they come, and stays in DVC's cache.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentmaps.storage import result_files

# of all stages together: no two stages give one of these names
HEADLINES = (
    *("val_total_loss", "val_bce_per_dim", "val_nll_per_dim", "val_kl_nats", "val_kl_share"),
    *("psnr_db", "ssim", "num_dimensions_used", "mmd_prior"),
    "test_accuracy",
)
# and the kernel distance of every sampler
_OF_A_SAMPLER = "kernel_"


def is_headline(name: str) -> bool:
    """Return whether people compare this number."""
    return name in HEADLINES or name.startswith(_OF_A_SAMPLER)


def write(found: Mapping[str, Any], *, metrics: Path, numbers: Path) -> None:
    """Write the headlines to one file, all other numbers to the other one.

    Args:
        found: names to numbers, texts, lists or further mappings.
        metrics: file of the headlines.
        numbers: file of the others, in their order.

    Raises:
        ValueError: a number is not finite.
    """
    names = [*HEADLINES, *(name for name in found if name not in HEADLINES and is_headline(name))]
    headlines = {name: found[name] for name in names if name in found}
    others = {name: value for name, value in found.items() if name not in headlines}
    result_files.write_json(metrics, headlines)
    result_files.write_json(numbers, others)
