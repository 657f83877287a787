"""Run Python commands in tests without waiting seconds for their imports.

A server process imports the third-party packages once and forks a child for each command: a
script, `python -m MODULE`, `dvc` or `latentmaps`. The child runs with the folder, environment,
arguments and files of the caller, as a new process would. Nothing of latentmaps is imported before
the fork, so a child runs the code of its own PYTHONPATH. A command whose environment sets
TensorFlow up differently runs in a new process. All workers of pytest-xdist share one server.

DVC is changed to parse each YAML text only once per command, because ruamel.yaml, which is pure
Python, would otherwise take three quarters of its time. `make pipeline-check` runs DVC unchanged.

Tests in which the process itself matters (limits, imports, output of imports) start a new process.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import pickle
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
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import filelock

_PRELOADED = [
    "tensorflow", "keras", "h5py", "numpy", "pandas", "PIL.Image", "PIL.ImageDraw", "PIL.ImageFont",
    "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.ImageCms", "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin", "PIL.ImageEnhance", "PIL.ImageStat", "PIL.features",
    "jinja2", "pydantic.dataclasses", "pydantic.json_schema", "pydantic.type_adapter", "yaml",
    "sklearn.neighbors", "filelock", "requests", "tqdm.auto", "statistics", "dicebear",
    "dicebear_styles", "jsonschema", "pytest",
    "dvc.repo.experiments.queue.celery", "dvc.repo.experiments.queue.workspace",
    "dvc.repo.experiments.executor.local", "dvc.repo.artifacts", "dvc.repo.brancher",
    "dvc.repo.datasets", "dvc.repo.graph", "dvc.repo.index", "dvc.repo.stage", "dvc.repo.metrics",
    "dvc.repo.plots", "dvc.repo.params", "dvc.utils.hydra", "dvc.utils.strictyaml",
    "dvc.data_cloud", "dvc.daemon", "dvc_data.hashfile.db.local", "dvc_data.hashfile.status",
    "dvc_studio_client.post_live_metrics", "dvc_task.proc.manager", "networkx", "antlr4",
    "omegaconf",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "pandas.io.formats.csvs",
    "PIL.ImageOps", "resvg_py", "encodings.cp437", "encodings.utf_8_sig", "tomllib",
    "tensorflow.python.data.ops.range_op", "tensorflow.python.data.ops.zip_op",
    "dvc.cli", "dvc.cli.parser", "dvc.repo", "dvc.repo.reproduce", "dvc.repo.experiments.run",
    "dvc.repo.experiments.executor.base", "dvc.dvcfile", "dvc.stage.cache", "dvc.fs.dvc",
    "dvc_data.index.checkout", "dvc_objects.fs.local", "pygit2", "dulwich.porcelain", "ruamel.yaml",
]  # fmt: skip
# environment variables that libraries read at import or first use
READ_EARLY = ("TF_", "XLA_", "OMP_", "KMP_", "KERAS_", "CUDA_", "MALLOC_")
# exceptions, which are read when they are used
_READ_LATE = ("TF_CONFIG", "TF_FORCE_GPU_ALLOW_GROWTH", "XLA_FLAGS")
_SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    # importing scikit-learn sets these, which happens in the process of some tests
    "KMP_DUPLICATE_LIB_OK": "True",
    "KMP_INIT_AT_FORK": "FALSE",
}
_COMMANDS = ("dvc", "latentmaps")

# Precedes the real `python` or command in PATH, and replaces itself with it if the server declines.
# A signal from the keyboard is passed on to the process that does the work.
_CLIENT = """#!{python} -IS
import json, os, resource, signal, socket, sys
words = sys.argv[1:]
name = os.path.basename(sys.argv[0])
if name != "python":
    words = [os.path.join(os.path.dirname({python!r}), name), *words]
if name != "python" or words and (words[0].endswith(".py") or words[0] == "-m"):
    server = socket.socket(socket.AF_UNIX)
    server.connect({address!r})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    request = dict(words=words, folder=os.getcwd(), environment=dict(os.environ), limits=limits)
    text = json.dumps(request).encode()
    socket.send_fds(server, [len(text).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(text)
    answers = server.makefile()
    started = answers.readline().strip()
    if started != {declined!r}:
        pid = int(started)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.kill(pid, number))
        code = int(answers.readline())
        if code < 0:
            if -code not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)
os.execv({python!r}, [{python!r}, *words])
"""
_DECLINED = "declined"


@functools.cache
def interpreter() -> Path:
    """Return the path of a `python` that runs scripts and modules with packages already imported.

    Its folder, which also contains `dvc` and `latentmaps`, can be put first in PATH. The server
    ends with the tests.
    """
    if sys.platform != "linux":  # on macOS, a process with threads cannot fork
        return Path(sys.executable)
    if run := os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        place, tests = Path(tempfile.gettempdir(), f"warm-{run}"), os.getppid()
    else:
        place, tests = Path(tempfile.mkdtemp(prefix="warm-")), os.getpid()
    with filelock.FileLock(f"{place}.lock"):
        if not (place / "python").exists():
            _start_server(place, tests)
    return place / "python"


def _start_server(place: Path, tests: int) -> None:
    """Start the server in a folder; it removes the folder when the process `tests` has ended."""
    place.mkdir(exist_ok=True)
    address, log = str(place / "socket"), place / "log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, __file__, address, str(tests)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | _SETTINGS,
            start_new_session=True,
        )
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n", log.read_text(encoding="utf-8")
    server.stdout.close()
    server.returncode = 0  # nobody waits for it: it outlives this process
    text = _CLIENT.format(python=sys.executable, address=address, declined=_DECLINED)
    for name in (*_COMMANDS, "python"):
        client = place / name
        client.write_text(text, encoding="utf-8")
        client.chmod(0o755)


def _serve(address: str, tests: int) -> None:
    early = _early(dict(os.environ))  # TensorFlow adds variables of its own
    sys.path.remove(str(Path(__file__).parent))
    ended = os.pidfd_open(tests)
    for name in _PRELOADED:
        importlib.import_module(name)
    _parse_yaml_once()
    sys.executable = str(Path(address).with_name("python"))  # for processes that a child starts
    gc.freeze()  # a collection in a child would copy every page
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    os.write(1, b"ready\n")
    children: dict[int, tuple[int, socket.socket]] = {}  # end of a pipe -> process, its client
    while True:
        clients = {connection.fileno(): pid for pid, connection in children.values()}
        readable, _, _ = select.select([listener.fileno(), ended, *children, *clients], [], [])
        if ended in readable:
            break
        for file in readable:
            if file == listener.fileno():
                _start(listener.accept()[0], early, children)
            elif file in children:
                _finish(*children.pop(file))
                os.close(file)
            elif file in clients:  # the caller was killed
                with contextlib.suppress(ProcessLookupError):
                    os.kill(clients[file], signal.SIGKILL)
    place = Path(address).parent
    shutil.rmtree(place)
    Path(f"{place}.lock").unlink(missing_ok=True)


def _parse_yaml_once() -> None:
    """Make ruamel.yaml cache what it has parsed or written until the process ends."""
    from ruamel.yaml import YAML

    parse: Callable[[YAML, Any], Any] = YAML.load
    dump: Callable[[YAML, Any, Any], None] = YAML.dump
    known: dict[tuple[str, str], bytes] = {}

    def load_once(self: YAML, stream: Any) -> Any:
        key = (self.typ[0], stream)
        if not isinstance(stream, str):
            return parse(self, stream)
        if key not in known:
            known[key] = pickle.dumps(parse(self, stream))
        return pickle.loads(known[key])  # noqa: S301  # ours

    def dump_and_keep(self: YAML, data: Any, stream: Any) -> None:
        written = io.StringIO()
        dump(self, data, written)
        stream.write(written.getvalue())
        known[self.typ[0], written.getvalue()] = pickle.dumps(data)

    YAML.load = load_once  # type: ignore[method-assign]
    YAML.dump = dump_and_keep  # type: ignore[method-assign,assignment]


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
        with contextlib.suppress(OSError):
            connection.sendall(f"{pid}\n".encode())
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
        key: value
        for key, value in environment.items()
        if key.startswith(READ_EARLY) and key not in _READ_LATE
    }


def _become(request: dict[str, Any], files: list[int]) -> NoReturn:
    """Run the command of a request in this process, and end the process."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    code: Any = 0
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # as where a user starts it
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        resource.setrlimit(resource.RLIMIT_FSIZE, request["limits"])
        _run(request["words"])
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
    except BaseException:
        traceback.print_exc()
        code = 1
    # like the exit of the interpreter, but without the second that clearing all modules takes
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _run(words: list[str]) -> None:
    paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    first = str(Path.cwd()) if words[0] == "-m" else str(Path(words[0]).absolute().parent)
    sys.path[:0] = [first, *(str(Path(path).absolute()) for path in paths)]
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
