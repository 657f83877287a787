"""The two files with the numbers of a stage.

metrics.json has the few numbers that people compare. `dvc metrics diff` shows a row for each of
them, and `dvc exp show` a column, so they must fit on a screen. Git tracks that file.
numbers.json has all other numbers, possibly nested, and is in DVC's cache.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentmaps.storage import result_files

# from all stages; no two stages write the same name
HEADLINES = (
    *("val_total_loss", "val_bce_per_dim", "val_nll_per_dim", "val_kl_nats", "val_kl_share"),
    *("psnr_db", "ssim", "num_dimensions_used", "mmd_prior"),
    "test_accuracy",
)
# also headlines: the kernel distance of every sampler
_OF_A_SAMPLER = "kernel_"


def is_headline(name: str) -> bool:
    """Report whether a number belongs in metrics.json."""
    return name in HEADLINES or name.startswith(_OF_A_SAMPLER)


def write(found: Mapping[str, Any], *, metrics: Path, numbers: Path) -> None:
    """Write the headline numbers to one file and all other numbers to another.

    Args:
        found: name -> number, text, list or mapping.
        metrics: the file for headline numbers.
        numbers: the file for all other numbers, which keep their order.

    Raises:
        ValueError: a number is not finite.
    """
    names = [*HEADLINES, *(name for name in found if name not in HEADLINES and is_headline(name))]
    headlines = {name: found[name] for name in names if name in found}
    others = {name: value for name, value in found.items() if name not in headlines}
    result_files.write_json(metrics, headlines)
    result_files.write_json(numbers, others)
