"""What all stages have in common: arguments, parameters, logging, outputs and errors.

``main`` reads the arguments and params.yaml, checks that the inputs exist, sets up logging, and
passes a ``Run`` to the stage. The stage writes into a temporary folder next to each output. The
outputs get their names only after the stage has finished, so a declared output is always either
complete or absent. A user error ends with one message and exit code 1, without a traceback.
"""

import argparse
import errno
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from latentmaps import changed_inputs, folders, staging, versions, workers
from latentmaps.errors import DataError, LatentmapsError, excerpt
from latentmaps.folders import Folder
from latentmaps.params import loader
from latentmaps.params.base import Base

S = TypeVar("S")

log = logging.getLogger("latentmaps")

_RESTORE_ADVICE = (
    "The parameter keeps its new value, and DVC has removed the outputs of the previous run. "
    "`git checkout HEAD -- params.yaml dvc.lock reports && dvc checkout` restores the committed "
    "state."
)


@dataclass(frozen=True)
class Run:
    """One run of a stage.

    Attributes:
        inputs: name of a file or folder -> existing path.
        outputs: name -> path to write to, which is renamed to its final name after the run.
        finals: name -> final path, for messages.
        options: argument name -> text from the command line.
        kept: argument name -> folder that persists between runs; it may not exist yet.
        all_params: the checked content of params.yaml.
    """

    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    finals: Mapping[str, Path]
    options: Mapping[str, str]
    kept: Mapping[str, Path]
    all_params: loader.Params

    def params(self, section: type[S]) -> S:
        """Return the section of params.yaml whose dataclass is `section`.

        Values that the profile overrides are logged, since setting them in the section with -S has
        no effect.
        """
        _log_overridden(self.all_params, section)
        return self.all_params.section(section)

    @property
    def seed(self) -> int:
        """The seed from which all random numbers of the stage are derived."""
        return self.all_params.section(Base).seed

    def seed_or_base(self, seed: int | None) -> int:
        """Return the `seed` of a section, or ``base.seed`` if it is None."""
        return self.seed if seed is None else seed


def main(
    work: Callable[[Run], None],
    *,
    inputs: Mapping[str, str | Folder],
    outputs: Mapping[str, str | Folder],
    options: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
) -> NoReturn:
    """Run a stage from the command line and exit.

    Args:
        work: function that does the work of the stage; its module's docstring is the text of
            ``--help``.
        inputs: argument name -> description of the file or folder; or, for a folder, the files that
            the stage reads, which ``Run.inputs`` lists under their own names.
        outputs: argument name -> description of the file or folder; or, for a folder, the files
            that the stage writes.
        options: argument name -> description of an argument that is not a path.
        kept: argument name -> description of a folder that persists between runs, so that a killed
            run can resume. The environment variable LATENTMAPS_<NAME> overrides its path, because
            DVC runs queued experiments in temporary folders.
    """
    named = _Named(inputs, outputs, options or {}, kept or {})
    arguments = _parse(work, named)
    logging.basicConfig(
        stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO
    )
    # TensorFlow logs processor features at every start; at this level, it logs only warnings
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    try:
        _run(work, arguments, named)
    except DataError as error:
        read = [path for _, path, _ in folders.expand(named.inputs, vars(arguments))]
        _fail(work, f"{error}{changed_inputs.advise(str(error), read)}")
    except LatentmapsError as error:
        _fail(work, str(error))
    except OSError as error:
        _fail(work, _describe_os_error(error))
    except MemoryError as error:
        _fail(
            work,
            f"this machine is out of memory ({excerpt(str(error))}); no "
            "output was written - lower the sizes in params.yaml, then run again",
        )
    except KeyboardInterrupt:
        _fail(work, "interrupted; no output was written")
    sys.exit(0)


def _fail(work: Callable[[Run], None], message: str) -> NoReturn:
    # DVC removes the outputs of a stage before running it, and does not reset parameters
    advice = "" if "DVC_STAGE" not in os.environ else f"\n{_RESTORE_ADVICE}"
    sys.exit(f"{_stage_name(work)}: {message}{advice}")


def warn(sentences: Iterable[str]) -> None:
    """Log sentences as warnings."""
    for sentence in sentences:
        log.warning("Warning: %s", sentence)


@dataclass(frozen=True)
class _Named:
    """The arguments of a stage: name -> description, or the files of a folder."""

    inputs: Mapping[str, str | Folder]
    outputs: Mapping[str, str | Folder]
    options: Mapping[str, str]
    kept: Mapping[str, str]


def _stage_name(work: Callable[[Run], None]) -> str:
    return work.__name__


def _parse(work: Callable[[Run], None], named: _Named) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=sys.modules[work.__module__].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = {"read": named.inputs, "written": named.outputs, "kept": named.kept}
    helps: dict[str, list[str]] = {}  # a stage may read some files of a folder and write others
    for kind, arguments in kinds.items():
        for name, described in arguments.items():
            text = described if isinstance(described, str) else _listed(described)
            helps.setdefault(name, []).append(f"{kind}: {text}")
    for name, texts in helps.items():
        parser.add_argument(
            _flag(name), type=Path, required=True, metavar="PATH", help=". ".join(texts)
        )
    for name, meaning in named.options.items():
        parser.add_argument(_flag(name), required=True, help=meaning)
    parser.add_argument(
        "--params", type=Path, default=Path("params.yaml"), metavar="PATH", help="read: params.yaml"
    )
    return parser.parse_args()


def _listed(folder: Folder) -> str:
    files = "; ".join(f"{file.name}: {file.meaning}" for file in folder.values())
    return f"folder with {files}"


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _run(work: Callable[[Run], None], arguments: argparse.Namespace, named: _Named) -> None:
    started = time.monotonic()
    values = vars(arguments)
    all_params = loader.load(arguments.params)
    _log_overridden(all_params, Base)
    versions.warn_of_differences(arguments.params.parent / "requirements/versions.txt")
    inputs = _existing(named.inputs, values)
    finals = {name: path for name, path, _ in folders.expand(named.outputs, values)}
    staged = staging.Staging(finals, rank=workers.rank())
    if not workers.addresses():  # several machines may not see each other's locks
        paths = [*inputs.values(), *staged.finals.values()]
        around = [folder for path in paths for folder in (path, *path.parents[:2])]
        staging.remove_leftovers(around)
    staged.open()
    try:
        work(
            Run(
                inputs=inputs,
                outputs=staged.temporary,
                finals=staged.finals,
                options={name: values[name] for name in named.options},
                kept={name: _kept_folder(name, values[name]) for name in named.kept},
                all_params=all_params,
            )
        )
        if not workers.is_writer():
            log.info("%s: the first machine writes the outputs", _stage_name(work))
            return
        staged.publish()
    finally:
        staged.close()
    written = ", ".join(f"{p} ({_size(p)})" for p in staged.finals.values())
    log.info("%s took %.1f s -> %s", _stage_name(work), time.monotonic() - started, written)


def _log_overridden(all_params: loader.Params, section: type) -> None:
    name = loader.section_name(section)
    if changes := all_params.overridden.get(name):
        log.info("The profile %s sets %s: %s", all_params.profile, name, "; ".join(changes))


def _kept_folder(name: str, folder: Path) -> Path:
    return Path(os.environ.get(f"LATENTMAPS_{name.upper()}") or folder)


def _existing(arguments: Mapping[str, str | Folder], values: Mapping[str, Any]) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for name, path, meaning in folders.expand(arguments, values):
        if not path.exists():
            raise DataError(
                f"{path}: no such file or folder, expected {meaning}; "
                "`dvc repro` runs the stages that write it"
            )
        paths[name] = path
    return paths


def _size(path: Path) -> str:
    files = path.rglob("*") if path.is_dir() else [path]
    size_bytes = float(sum(file.stat().st_size for file in files if file.is_file()))
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.3g} GB"


_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def _describe_os_error(error: OSError) -> str:
    """Return the message for errors such as a full disk or an unreadable file.

    NumPy and HDF5 raise an OSError without a number or a file name when the disk is full.
    """
    place = error.filename or "the folder of the outputs"
    advice = "check the path and its permissions"
    if error.errno is None or error.errno in _FULL_DISK:
        advice = "check that the disk has free space and the folder is writable"
    return f"{place}: {error.strerror or error}; no output was written - {advice}, then run again"
