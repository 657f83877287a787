"""Suppress the notes that TensorFlow's C++ core prints at every import, and nothing else.

On CPUs with AVX512, it prints two lines about oneDNN, twice, regardless of TF_CPP_MIN_LOG_LEVEL.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

_NOTES = ("All log messages before absl::InitializeLog", "oneDNN custom operations are on")
# A separate process forwards all other lines even if the import aborts, as it does on a CPU without
# AVX.
_PASS_ON = f"""
import sys
for line in sys.stdin.buffer:
    if not any(note in line for note in {tuple(note.encode() for note in _NOTES)}):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Suppress the notes on standard error within the block.

    With TF_CPP_MIN_LOG_LEVEL=0 in the environment, they are printed.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0" or "tensorflow" in sys.modules:
        yield
        return
    sys.stderr.flush()
    own = os.dup(2)
    command = [sys.executable, "-IS", "-c", _PASS_ON]
    # in a new session, so that Ctrl-C reaches only the stage, and its last lines are forwarded
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as other:
        assert other.stdin is not None  # noqa: S101 - for the type checker
        os.dup2(other.stdin.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(own, 2)
            os.close(own)
