"""Hold back what TensorFlow's C++ core says at every import, and nothing else.

On processors with AVX512 it writes two lines on oneDNN, twice, whatever TF_CPP_MIN_LOG_LEVEL says.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

_NOTES = ("All log messages before absl::InitializeLog", "oneDNN custom operations are on")
# A process of its own passes the other lines on even when the import ends in an abort, as it does
# on a processor without AVX.
_PASS_ON = f"""
import sys
for line in sys.stdin.buffer:
    if not any(note in line for note in {tuple(note.encode() for note in _NOTES)}):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Leave the notes out of standard error inside the block.

    TF_CPP_MIN_LOG_LEVEL=0 in the environment lets them through.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0" or "tensorflow" in sys.modules:
        yield
        return
    sys.stderr.flush()
    own = os.dup(2)
    command = [sys.executable, "-IS", "-c", _PASS_ON]
    # a session of its own: Ctrl-C is for the stage, whose last words are to be passed on
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as other:
        assert other.stdin is not None  # noqa: S101 - for the type checker
        os.dup2(other.stdin.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(own, 2)
            os.close(own)
