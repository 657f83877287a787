"""The JSON, CSV and PNG files of other stages that the report reads, one of them damaged."""

import functools
import json
import os
import random
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from unittest import mock

from tests import remembering
from tests.attack import documents, mutators, pngs, tables
from tests.attack.case import Contents, Group, Mutate, call_all, write_file
from tests.report.fake_results import Example

from latentmaps import workers
from latentmaps.faces.dataset import receipts
from latentmaps.pages import html_page


@functools.cache
def _example() -> dict[str, bytes]:
    """Return the name and content of every file of a made-up run, with sheets 8 pixels wide."""
    with tempfile.TemporaryDirectory() as folder:
        Example(Path(folder)).write()
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): _shrunk(path) for path in files}


def _shrunk(path: Path) -> bytes:
    """Return the content of a file; in sheets and their layouts, tiles are 4x4 pixels."""
    if path.suffix == ".png":
        return pngs.png()
    if path.suffix != ".json":
        return path.read_bytes()
    document = json.loads(path.read_bytes())
    for words in (document, *document.values()):
        if isinstance(words, dict) and "layout" in words:
            num_places = len(words["layout"]["is_blank"])
            words["layout"] |= {"tile_width": 4, "tile_height": 4, "row_labels": ["a"]}
            words["layout"] |= {"left": [0] * num_places, "top": [0], "column_labels": []}
    return json.dumps(document).encode()


def _names(suffix: str) -> list[str]:
    return [name for name in _example() if name.endswith(suffix)]


def _write(suffix: str, folder: Path, number: int, generator: random.Random) -> None:
    """Write a whole run with one damaged file; number 0 damages none."""
    for name, content in _example().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if number == 0:
        return
    name = _names(suffix)[number % len(_names(suffix))]
    listed, mutate = _LISTED[suffix](), _MUTATE[suffix]
    known = number <= len(listed)
    content = listed[number - 1] if known else mutate(_example()[name], generator)
    (folder / name).write_bytes(content)


_environment = functools.cache(html_page.environment)  # compiles each template once


def _render(folder: Path) -> None:
    """Render the page; everything that is undamaged is drawn and encoded only once."""
    with (
        remembering.remembered(),
        mock.patch.object(html_page, "environment", _environment),
    ):
        Example(folder).render()


def _good_receipt() -> Sequence[bytes]:
    return [_example()["receipt.json"]]


def _read_receipt(folder: Path) -> None:
    receipts.sharing_note(folder / "receipt.json")


def _csv() -> Sequence[bytes]:
    return [
        *(
            b"",
            b"\n",
            b"\x00",
            b"\xff",
            b'"',
            b'"' * 9_999,
            b"," * 100_000,
            b"a" * 1_000_000,
            b"a\x00b",
        ),
        *(
            b"epoch,loss\n" * 1_000,
            b'"' + b"a" * 200_000 + b'"\n1\n',
            b"a\r\n1\r",
            b"\xef\xbb\xbfa\n1\n",
        ),
    ]


_LISTED: dict[str, Contents] = {".json": documents.listed, ".csv": _csv, ".png": pngs.hostile_pngs}
_MUTATE: dict[str, Mutate] = {
    ".json": documents.mutate,
    ".csv": tables.mutate,
    ".png": mutators.mutate,
}


def _write_config(folder: Path, number: int, generator: random.Random) -> None:
    good = {"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 0}}
    text = json.dumps(good).encode()
    (folder / "config").write_bytes(documents.mutate(text, generator) if number else text)


def _read_config(folder: Path) -> None:
    content = (folder / "config").read_bytes().replace(b"\0", b"")
    if len(content) < 100_000:  # the system allows no longer variables
        os.environ["TF_CONFIG"] = os.fsdecode(content)
        call_all(workers.addresses, workers.rank)


_READS = (
    *("latentmaps.storage.json_files", "latentmaps.images.picture_files"),
    *("latentmaps.report.inputs", "latentmaps.report.figures", "latentmaps.report.face_numbers"),
    *("latentmaps.report.digits", "latentmaps.report.curves", "latentmaps.report.samplers"),
)

GROUPS = (
    Group(
        "report-json",
        _READS,
        partial(_write, ".json"),
        _render,
        num_cases=3_000,
        num_short=90,
    ),
    Group(
        "receipt",
        ("latentmaps.faces.dataset.receipts",),
        partial(write_file, "receipt.json", _good_receipt, documents.listed, documents.mutate),
        _read_receipt,
        num_cases=1_000,
        num_short=150,
    ),
    Group("report-csv", _READS, partial(_write, ".csv"), _render, num_cases=600, num_short=25),
    Group(
        "report-png",
        _READS,
        partial(_write, ".png"),
        _render,
        num_cases=2_500,
        num_short=120,
    ),
    Group(
        "tf-config",
        ("latentmaps.workers",),
        _write_config,
        _read_config,
        num_cases=1_000,
        num_short=150,
    ),
)
