"""A trained model in a folder: weight files, and architecture.json, which describes the model.

architecture.json contains the SHA-256 of its own content and of every weight file, so that a folder
with altered files is refused before a network is built.
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
_NAMED = 3  # maximum number of wrong values that a message names


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description:
    """The content of architecture.json; subclasses add the fields of a kind of model.

    Attributes:
        sha256: name of a file -> its checksum; that of architecture.json covers all other fields.
    """

    __pydantic_config__ = pydantic.ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    sha256: dict[str, str]


D = TypeVar("D", bound=Description)


def save(folder: Path, parts: Mapping[str, Any], networks: Mapping[str, keras.Model]) -> None:
    """Write a model into `folder`.

    Identical models produce identical files, which is not true of .keras files.

    Args:
        folder: the folder; created if it does not exist.
        parts: fields of the description, as JSON values.
        networks: name of a file -> the network whose weights it contains.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, network in networks.items():
        weights.save(network, folder / name)
    sign(folder, parts, list(networks))


def sign(folder: Path, parts: Mapping[str, Any], files: Sequence[str]) -> None:
    """Write architecture.json next to the weights.

    Args:
        folder: the folder with the weight files.
        parts: fields of the description, as JSON values.
        files: names of the weight files.
    """
    checksums = _checksums(folder, parts, files)
    text = json.dumps({**parts, _CHECKSUMS: checksums}, indent=2)
    (folder / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


def load(folder: Path, kind: type[D], files: Sequence[str], *, advice: str) -> D:
    """Verify the checksums of a model folder and return its description.

    Args:
        folder: a folder that ``save`` wrote.
        kind: class of the description; the types of its fields are checked strictly.
        files: names of the weight files.
        advice: what to do if the folder is unusable, for messages.

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
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}); {advice}") from error
    except pydantic.ValidationError as error:
        raise DataError(f"{path}: {_describe(error)}; {advice}") from error
    except TrainingError as error:  # layers that do not fit together
        raise DataError(f"{path}: not a valid network ({error}); {advice}") from error
    for name, checksum in found.items():
        if description.sha256.get(name) != checksum:
            raise DataError(
                f"{folder / name}: altered since it was written, expected the SHA-256 given in "
                f"{DESCRIPTION_FILE}; {advice}"
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
    place = excerpt(".".join(map(str, problem["loc"])), 60) or "the whole file"
    if problem["type"] == "unexpected_keyword_argument":
        return f"{place}: unknown"
    if problem["type"] == "missing":
        return f"{place}: missing"
    if problem["type"] == "value_error":
        return f"{place}: expected {problem['ctx']['error']}"
    expected = problem["msg"].removeprefix("Input should be ")
    return f"{place}: found {excerpt(str(problem['input']), 60)}, expected {excerpt(expected)}"
