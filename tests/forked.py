"""Run many programs, each in its own process, but import their packages only once.

``run`` starts this module as a script. The new process imports the packages and then forks a child
for each program. It imports no module of latentmaps, so each child imports those that it needs.
"""

import contextlib
import importlib
import io
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PACKAGES = (
    "argparse", "numpy", "pandas", "PIL.Image", "PIL.ImageDraw", "PIL.ImageFont", "pydantic",
    "yaml", "filelock", "requests", "tqdm",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """How a program ended.

    Attributes:
        code: its exit code, or the text that it passed to ``sys.exit``.
        stdout: what it printed to standard output.
        stderr: what it printed to standard error.
        modules: all modules that were imported when it ended, including those imported before.
    """

    code: Any
    stdout: str
    stderr: str
    modules: frozenset[str]


def run(
    programs: Sequence[tuple[Path, Sequence[str], str]], *, folder: Path, path: Sequence[Path]
) -> list[Result]:
    """Run the programs one after another, and return how each of them ended.

    Args:
        programs: script, its arguments, and the name of its module, such as ``__main__``.
        folder: the working directory.
        path: folders of PYTHONPATH.
    """
    tasks = [(str(script), list(words), name) for script, words, name in programs]
    result = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(tasks),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    values: list[dict[str, Any]] = json.loads(result.stdout)
    return [Result(**value | {"modules": frozenset(value["modules"])}) for value in values]


def _serve() -> None:
    sys.path.remove(str(Path(__file__).parent))
    for name in _PACKAGES:
        importlib.import_module(name)
    json.dump([_fork(*task) for task in json.load(sys.stdin)], sys.stdout)


def _fork(script: str, words: list[str], name: str) -> Any:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        pid = os.fork()
        if pid == 0:
            json.dump(_attempt(script, words, name), answer)
            answer.flush()
            os._exit(0)
        os.waitpid(pid, 0)
        answer.seek(0)
        return json.load(answer)


def _attempt(script: str, words: list[str], name: str) -> dict[str, Any]:
    out, err, code = io.StringIO(), io.StringIO(), None
    sys.argv = [script, *words]
    sys.path.insert(0, str(Path(script).parent))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(script, run_name=name)
        except SystemExit as end:
            code = end.code
    return {
        "code": code,
        "stdout": out.getvalue(),
        "stderr": err.getvalue(),
        "modules": sorted(sys.modules),
    }


if __name__ == "__main__":
    _serve()
