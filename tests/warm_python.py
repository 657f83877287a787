"""Run stages in tests without the four seconds of importing TensorFlow.

A server process imports the third-party packages once and forks a child for each stage; the child
runs the script with the folder, environment, arguments and files of the caller, as a new process
would. Nothing of latentmaps is imported before the fork, so a child runs the code of its own
PYTHONPATH. A stage whose environment sets TensorFlow up in another way runs in a new process.

Tests where the process itself matters (signals, limits, imports) start a new one.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import resource
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

_PRELOADED = [
    "tensorflow", "keras", "h5py", "numpy", "pandas", "PIL.Image", "PIL.ImageDraw", "PIL.ImageFont",
    "jinja2", "pydantic", "yaml", "sklearn.neighbors", "filelock", "requests", "tqdm",
]  # fmt: skip
# environment variables that libraries read at import or first use
_READ_EARLY = ("TF_", "XLA_", "OMP_", "KMP_", "KERAS_", "CUDA_", "MALLOC_")
_SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "1", "CUDA_VISIBLE_DEVICES": "-1"}

# Precedes the real `python` in PATH, and executes it if the server declines.
_CLIENT = """#!{python} -IS
import json, os, resource, signal, socket, sys
words = sys.argv[1:]
if words and words[0].endswith(".py"):
    server = socket.socket(socket.AF_UNIX)
    server.connect({address!r})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    request = dict(words=words, folder=os.getcwd(), environment=dict(os.environ), limits=limits)
    text = json.dumps(request).encode()
    socket.send_fds(server, [len(text).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(text)
    answer = server.makefile().readline().strip()
    if answer != {declined!r}:
        code = int(answer)
        if code < 0:
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)
os.execv({python!r}, [{python!r}, *words])
"""
_DECLINED = "declined"


@functools.cache
def interpreter() -> Path:
    """Return a `python` that runs scripts with TensorFlow imported already.

    Its folder may stand in front of PATH. The server ends with this process.
    """
    if sys.platform != "linux":  # on macOS, a process with threads cannot fork
        return Path(sys.executable)
    place = Path(tempfile.mkdtemp(prefix="warm-"))
    address = str(place / "socket")
    client = place / "python"
    text = _CLIENT.format(python=sys.executable, address=address, declined=_DECLINED)
    client.write_text(text, encoding="utf-8")
    client.chmod(0o755)
    log = place / "log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, __file__, address],
            stdin=subprocess.PIPE,  # closed at the end of the tests, which stops the server
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | _SETTINGS,
            start_new_session=True,
        )
    atexit.register(_end, server, place)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n", log.read_text(encoding="utf-8")
    return client


def _end(server: "subprocess.Popen[bytes]", place: Path) -> None:
    server.communicate()
    shutil.rmtree(place)


def _serve(address: str) -> None:
    early = _early(dict(os.environ))  # before TensorFlow adds its own variables
    sys.path.remove(str(Path(__file__).parent))
    for name in _PRELOADED:
        importlib.import_module(name)
    gc.freeze()  # a collection in a child would copy every page
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    children: dict[int, tuple[int, socket.socket]] = {}  # end of a pipe -> process, its client
    while True:
        clients = {connection.fileno(): pid for pid, connection in children.values()}
        readable, _, _ = select.select([listener.fileno(), 0, *children, *clients], [], [])
        if 0 in readable:
            return
        for file in readable:
            if file == listener.fileno():
                _start(listener.accept()[0], early, children)
            elif file in children:
                _finish(*children.pop(file))
                os.close(file)
            elif file in clients:  # the caller was killed
                with contextlib.suppress(ProcessLookupError):
                    os.kill(clients[file], signal.SIGKILL)


def _start(
    connection: socket.socket, early: dict[str, str], children: dict[int, tuple[int, socket.socket]]
) -> None:
    head, files, _, _ = socket.recv_fds(connection, 8, 3)
    text = connection.makefile("rb").read(int.from_bytes(head, "big"))
    request = json.loads(text)
    if _early(request["environment"]) == early:
        ended, end = os.pipe()
        pid = os.fork()
        if pid == 0:
            for _, other in children.values():
                other.close()
            connection.close()
            _become(request, files)
        os.close(end)
        children[ended] = (pid, connection)
    else:
        connection.sendall(_DECLINED.encode() + b"\n")
        connection.close()
    for file in files:
        os.close(file)


def _finish(pid: int, connection: socket.socket) -> None:
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    connection.close()


def _early(environment: dict[str, str]) -> dict[str, str]:
    return _SETTINGS | {
        key: value for key, value in environment.items() if key.startswith(_READ_EARLY)
    }


def _become(request: dict[str, Any], files: list[int]) -> NoReturn:
    """Run the script of a request in this process, and exit."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    code: Any = 0
    try:
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        resource.setrlimit(resource.RLIMIT_FSIZE, request["limits"])
        sys.argv = request["words"]
        script = Path(sys.argv[0])
        paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        sys.path[:0] = [str(script.absolute().parent), *(str(Path(p).absolute()) for p in paths)]
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
    except BaseException:
        traceback.print_exc()
        code = 1
    # like the exit of the interpreter, but without the second that clearing all modules takes
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve(sys.argv[1])
