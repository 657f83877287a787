"""A trained model in a folder: files of weights, and architecture.json, which tells what they are.

architecture.json holds the SHA-256 of its own content and of every file of weights, so that a
folder in which anything was altered is refused before a network is built.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import keras
import pydantic

from latentmaps.errors import DataError, TrainingError, excerpt
from latentmaps.storage import weights

DESCRIPTION_FILE = "architecture.json"
_CHECKSUMS = "sha256"
_NAMED = 3  # wrong values in a message


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description:
    """What architecture.json holds; a kind of model adds its parts.

    Attributes:
        sha256: name of a file -> its checksum; that of architecture.json is of the other parts.
    """

    __pydantic_config__ = pydantic.ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    sha256: dict[str, str]


D = TypeVar("D", bound=Description)


def save(folder: Path, parts: Mapping[str, Any], networks: Mapping[str, keras.Model]) -> None:
    """Write a model into `folder`: equal bytes for equal models, unlike .keras files.

    Args:
        folder: is made if it does not exist.
        parts: of the description, as JSON.
        networks: name of a file -> the network whose weights it gets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, network in networks.items():
        weights.save(network, folder / name)
    sign(folder, parts, list(networks))


def sign(folder: Path, parts: Mapping[str, Any], files: Sequence[str]) -> None:
    """Write architecture.json beside the weights.

    Args:
        folder: has the files.
        parts: of the description, as JSON.
        files: names of the files of weights.
    """
    checksums = _checksums(folder, parts, files)
    text = json.dumps({**parts, _CHECKSUMS: checksums}, indent=2)
    (folder / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


def load(folder: Path, kind: type[D], files: Sequence[str], *, advice: str) -> D:
    """Return the description of a model, once everything in its folder is as it was written.

    Args:
        folder: as ``save`` wrote it.
        kind: has the parts of the description, whose types are checked strictly.
        files: names of the files of weights.
        advice: what to do when the folder is of no use.

    Raises:
        DataError: a file is missing or was altered, or a value of architecture.json is missing,
            unknown, of the wrong type or out of range.
    """
    path = folder / DESCRIPTION_FILE
    try:
        text = path.read_bytes()
        description = pydantic.TypeAdapter(kind).validate_json(text)
        parts = json.loads(text)
        del parts[_CHECKSUMS]
        found = _checksums(folder, parts, files)
    except OSError as error:
        raise DataError(
            f"{error.filename}: no file to read ({error.strerror}); {advice}"
        ) from error
    except pydantic.ValidationError as error:
        raise DataError(f"{path}: {_describe(error)}; {advice}") from error
    except TrainingError as error:  # layers that do not fit together
        raise DataError(f"{path}: no shape of a network ({error}); {advice}") from error
    for name, checksum in found.items():
        if description.sha256.get(name) != checksum:
            raise DataError(
                f"{folder / name}: altered since it was written, expected the SHA-256 that stands "
                f"in {DESCRIPTION_FILE}; {advice}"
            )
    return description


def _checksums(folder: Path, parts: Mapping[str, Any], files: Sequence[str]) -> dict[str, str]:
    canonical = json.dumps(parts, sort_keys=True).encode()
    checksums = {DESCRIPTION_FILE: hashlib.sha256(canonical).hexdigest()}
    for name in files:
        with (folder / name).open("rb") as file:
            checksums[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return checksums


def _describe(error: pydantic.ValidationError) -> str:
    problems = error.errors(include_url=False)
    lines = [_describe_one(problem) for problem in problems[:_NAMED]]
    return "; ".join(lines) + ("; ..." if len(problems) > _NAMED else "")


def _describe_one(problem: Any) -> str:
    place = excerpt(".".join(map(str, problem["loc"])), 60) or "the whole"
    if problem["type"] == "unexpected_keyword_argument":
        return f"{place}: unknown"
    if problem["type"] == "missing":
        return f"{place}: missing"
    if problem["type"] == "value_error":
        return f"{place}: expected {problem['ctx']['error']}"
    expected = problem["msg"].removeprefix("Input should be ")
    return f"{place}: found {excerpt(str(problem['input']), 60)}, expected {excerpt(expected)}"
