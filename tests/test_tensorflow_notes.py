"""The notes that TensorFlow prints at every import are suppressed; other lines are not."""

import os
import subprocess
import sys

import pytest

NOTE = "I0000 00:00:1 port.cc:153] oneDNN custom operations are on. You may see"
WRITE = f"""
import os, sys
from latentmaps import tensorflow_notes
with tensorflow_notes.held_back():
    os.write(2, b"before\\n{NOTE}\\nafter\\n")
    %s
print("outside", file=sys.stderr)
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    without = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**without, "PYTHONPATH": "src", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_only_the_notes_are_suppressed() -> None:
    assert run(WRITE % "").stderr.splitlines() == ["before", "after", "outside"]


def test_an_abort_inside_the_block_loses_no_line() -> None:
    result = run(WRITE % "os.abort()")
    assert result.returncode < 0
    assert result.stderr.splitlines() == ["before", "after"]


def test_an_error_inside_the_block_is_shown() -> None:
    result = run(WRITE % "raise ImportError('no such library')")
    assert result.stderr.splitlines()[-1] == "ImportError: no such library"


def test_the_lowest_log_level_shows_the_notes() -> None:
    assert NOTE in run(WRITE % "", TF_CPP_MIN_LOG_LEVEL="0").stderr


def test_ctrl_c_inside_the_block_keeps_the_output_of_the_stage() -> None:
    interrupt = """
    import signal, time
    os.killpg(0, signal.SIGINT)
    time.sleep(5)
"""
    code = "import os\nos.setpgrp()\n" + WRITE % interrupt
    result = run(f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{code}")
    assert result.stderr.splitlines()[:2] == ["before", "after"]
    assert result.stderr.count("Traceback") == 1  # not another from the process that forwards lines


@pytest.mark.slow
def test_importing_tensorflow_through_machine_prints_nothing() -> None:
    """Without AVX512, TensorFlow prints nothing anyway."""
    result = run("from latentmaps import machine; print(machine.tf.__version__)")
    assert result.returncode == 0
    assert result.stderr == ""
