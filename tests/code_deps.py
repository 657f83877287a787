"""The code that affects the result of a stage, derived from its imports.

A stage depends on its script, its section of params.yaml and the folders of the modules it reaches.
Modules directly in ``latentmaps``, and in ``downloads``, ``live`` or ``tools``, cannot affect a
result. ``python -m tests.code_deps`` writes the dependencies into dvc.yaml.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"

# DVC watches the values of params.yaml; these modules read and check them
READERS = {"base", "combinations", "loader", "machine", "problems", "types", "yaml12"}
WITHOUT_EFFECT = {"downloads", "live", "tools"}
# root modules whose texts the page of a stage shows
SHOWN = {"build_report": ["src/latentmaps/doubts.py"]}


def of_stage(name: str) -> list[str]:
    """Return the script of a stage and the folders and files of code that it reaches, sorted."""
    script = f"stages/{name}.py"
    folders = {folder for module in reachable(ROOT / script) if (folder := folder_of(module))}
    return [script, *sorted(folders | set(SHOWN.get(name, [])))]


def folder_of(module: str) -> str | None:
    """Return the entry of dvc.yaml for a module, or None if dvc.yaml does not list the module.

    The entry is the folder of the module or, for a section of params.yaml, the file itself.
    """
    _, *folders, name = module.split(".")
    if not folders or folders[0] in WITHOUT_EFFECT:
        return None
    if folders == ["params"]:
        return None if name in READERS else f"src/latentmaps/params/{name}.py"
    return "/".join(["src/latentmaps", *folders])


def reachable(script: Path) -> set[str]:
    """Return the modules that a script imports, directly or through modules in listed folders."""
    found: set[str] = set()
    waiting = [script]
    while waiting:
        for module in imported(waiting.pop()):
            if module not in found:
                found.add(module)
                if folder_of(module):
                    waiting.append(path_of(module))
    return found


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of latentmaps that a file imports, including those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (
            name for name in names if name.startswith("latentmaps.") and path_of(name).exists()
        )


def path_of(module: str) -> Path:
    """Return the file of a module."""
    return SRC.joinpath(*module.split(".")).with_suffix(".py")


def _write(path: Path) -> None:
    """Write the code deps of every stage into dvc.yaml, and keep all other lines."""
    lines: list[str] = []
    stage = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"  (\w+):", line):
            stage = match[1]
        if re.fullmatch(r"      - (stages|src)/.*", line):
            continue
        lines.append(line)
        if line == "    deps:":
            lines += [f"      - {dep}" for dep in of_stage(stage)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write(ROOT / "dvc.yaml")
