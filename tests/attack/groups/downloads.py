"""Downloads from a server that sends hostile answers, with any partial file."""

import hashlib
import random
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from tests.attack.case import BrokenPromiseError, Group
from tests.attack.hostile_answers import ANSWERS
from tests.attack.raw_server import Served, serve

from latentmaps.downloads import download, mirrors
from latentmaps.downloads.download import RemoteFile
from latentmaps.downloads.mirrors import Patience
from latentmaps.errors import DownloadError

CONTENT = b"PK" + bytes(range(256)) * 40
_FILE = "faces.zip"
_PART = f"{_FILE}.part"
# the partial file of an earlier attempt
BEGUN = {
    "none": None,
    "partial": CONTENT[:3000],
    "full size but wrong": CONTENT[::-1],
    "longer": CONTENT + b"and more",
}
_HASTY = Patience(timeout_s=0.3, num_tries=2, pause_s=0.0, slowest_bytes_per_s=50_000, window_s=0.3)
# two transfers with a limited number of restarts and attempts, each with up to ten redirects
_MOST_REQUESTS = 100


def write_begun(folder: Path, content: bytes | None) -> None:
    """Write the partial file of an earlier attempt."""
    if content is not None:
        (folder / _PART).write_bytes(content)


def fetch(served: Served, path: str, folder: Path) -> None:
    """Fetch one file and check the promises of a download.

    Raises:
        DownloadError: it was refused, as it should be.
        BrokenPromiseError: it was accepted or refused in the wrong way.
    """
    file = RemoteFile(
        _FILE,
        urls=(served.address + path,),
        limit_bytes=2 * len(CONTENT),
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )
    try:
        found = download.fetch(file, folder, patience=_HASTY)
    except DownloadError as error:
        if (folder / _FILE).exists():
            raise BrokenPromiseError("a refused file got its name") from error
        if not str(error).isprintable():
            raise BrokenPromiseError(f"message {str(error)[:200]!r}") from error
        raise
    if found.read_bytes() != CONTENT:
        raise BrokenPromiseError("wrong bytes")
    num_requests = sum(n for other, n in served.num_requests.items() if other.startswith(path))
    if num_requests > _MOST_REQUESTS:
        raise BrokenPromiseError(f"{num_requests} requests")


def _write(folder: Path, number: int, generator: random.Random) -> None:
    """Write the number of an answer and a partial file; number 0 is a good answer."""
    answer, state = divmod(number - 1, len(BEGUN))
    (folder / "answer").write_text(str(answer), encoding="ascii")
    write_begun(folder, list(BEGUN.values())[state] if number else None)


def _read(folder: Path) -> None:
    number = int((folder / "answer").read_text(encoding="ascii"))
    answers = {"hostile": ANSWERS[number][1]} if number >= 0 else {}
    # a server may request a pause of up to a minute
    clock = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)
    patient = mock.patch.object(mirrors, "time", clock)
    with patient, serve(CONTENT, answers) as served:
        fetch(served, "hostile", folder)


GROUPS = (
    Group(
        "downloads",
        tuple(
            f"latentmaps.downloads.{n}"
            for n in ("download", "mirrors", "guarded_http", "html_pages")
        ),
        _write,
        _read,
        num_cases=1 + len(ANSWERS) * len(BEGUN),
        # test_hostile_answers runs all of them in parallel
        num_short=10,
    ),
)
