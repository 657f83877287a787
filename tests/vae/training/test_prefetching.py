import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests import warm_python


@pytest.fixture(scope="module")
def prefetching(root: Path) -> Any:
    """What ``prefetching`` prints."""
    result = subprocess.run(
        [str(warm_python.interpreter()), "-m", "tests.vae.training.prefetching"],
        cwd=root,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
            "CUDA_VISIBLE_DEVICES": "-1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("step", ["plain", "xla"])
def test_batches_are_prefetched_to_their_device_and_no_number_changes(
    prefetching: Any, step: str
) -> None:
    printed = prefetching[step]
    # training and validation, first with prefetching to the second device, then without
    assert printed["arrived"] == [["CPU:1"], ["CPU:1"], ["CPU:0"], ["CPU:0"]]
    prefetched, plain = printed["histories"]
    assert prefetched == plain
