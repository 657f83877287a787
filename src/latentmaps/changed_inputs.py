"""Explain how to restore an input that was changed after its stage had written it.

DVC trusts read-only files in its cache without reading them. If a file in the workspace is a hard
link to its copy in the cache, and the user can write to read-only files, as root can, changing the
file also corrupts the copy. DVC then reports that everything is up to date, and none of its
commands repairs the files.
"""

import hashlib
import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.output import Output


def advise(message: str, inputs: Iterable[Path]) -> str:
    """Explain how to restore a changed input that an error message names.

    Args:
        message: an error message about an input.
        inputs: the inputs of the stage; each is an output of another stage, or a folder of such
            outputs.

    Returns:
        A sentence to append to the message, beginning with ". "; empty if no named input was
        changed.
    """
    # only after an error, since the import takes a second
    from dvc.repo import Repo

    try:
        outs = [out for out in Repo().index.outs if out.use_cache and out.hash_info.name == "md5"]
        for path in inputs:
            for out in outs:
                for file, digest in _recorded(out, path):
                    if str(file) in message and file.is_file() and _md5(file) != digest:
                        return f". {_describe(out, file, Path(out.cache.oid_to_path(digest)))}"
    # DVC and its dependencies (YAML, git, remotes) raise errors without a common base class. In any
    # case, the user must see the original message.
    except Exception:
        return ""
    return ""


def _recorded(out: "Output", path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path and the recorded MD5 of each output file below `path`.

    The paths start with `path`.
    """
    top = Path(out.fs_path)
    if not top.is_relative_to(path.absolute()):
        return
    shown = path / top.relative_to(path.absolute())
    if not out.hash_info.isdir:
        yield shown, out.hash_info.value
        return
    for names, _, hash_info in out.get_obj() or ():
        yield shown.joinpath(*names), hash_info.value


def _describe(out: "Output", file: Path, cached: Path) -> str:
    stage, target = shlex.quote(out.stage.addressing), shlex.quote(out.def_path)
    changed = f"{file} is not the file that DVC recorded as the output of {stage}"
    if cached.is_file() and _md5(cached) == cached.parent.name + cached.name:
        return f"{changed}; `dvc checkout --force {target}` restores it"
    wrong = shlex.join([str(file), os.path.relpath(cached)])
    return (
        f"{changed}, and DVC's cache has no intact copy of it; run `rm -f {wrong}`, then "
        f"`dvc repro {stage}` to write both again"
    )


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return digest.hexdigest()
