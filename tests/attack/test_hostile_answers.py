"""The download against every hostile answer, in every state of the part file."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.attack.hostile_answers import ANSWERS
from tests.attack.raw_server import Served, serve

from latentmaps.data import download, mirrors
from latentmaps.data.download import RemoteFile
from latentmaps.data.mirrors import Patience
from latentmaps.errors import DownloadError

CONTENT = b"PK" + bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PART = {
    "none": None,
    "partial": CONTENT[:3000],
    "full size but wrong": CONTENT[::-1],
    "longer": CONTENT + b"and more",
}
HASTY = Patience(timeout_s=0.3, num_tries=2, pause_s=0.0, slowest_bytes_per_s=50_000, window_s=0.3)
# two transfers, each with at most so many restarts and tries of one file, each with ten redirects
MOST_REQUESTS = 100
LONGEST_MESSAGE = 2000


def _outcome(served: Served, path: str, part: bytes | None, folder: Path) -> str | None:
    """Fetches one file, and gives what must not be."""
    folder.mkdir()
    if part is not None:
        (folder / "faces.zip.part").write_bytes(part)
    file = RemoteFile(
        "faces.zip",
        urls=(served.address + path,),
        limit_bytes=2 * len(CONTENT),
        size_bytes=len(CONTENT),
        sha256=SHA256,
    )
    try:
        found = download.fetch(file, folder, patience=HASTY)
    except DownloadError as error:
        if len(str(error).encode()) > LONGEST_MESSAGE or not str(error).isprintable():
            return f"message {str(error)[:200]!r}"
        if (folder / "faces.zip").exists():
            return "a refused file got its name"
    except Exception as error:  # any other is the defect that is looked for
        return f"{type(error).__name__}: {str(error)[:200]}"
    else:
        if found.read_bytes() != CONTENT:
            return "wrong bytes"
    num_asked = sum(n for asked, n in served.num_asked.items() if asked.startswith(path))
    return f"{num_asked} requests" if num_asked > MOST_REQUESTS else None


def test_every_hostile_answer_ends_in_the_right_file_or_in_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a pause that a server asks for is up to a minute
    monkeypatch.setattr(mirrors, "time", SimpleNamespace(sleep=lambda _: None))
    answers = {str(number): answer for number, (_, answer) in enumerate(ANSWERS)}
    cases = [(number, state) for number in range(len(ANSWERS)) for state in range(len(PART))]
    parts = list(PART.items())
    with serve(CONTENT, answers) as served, ThreadPoolExecutor(24) as pool:

        def run(case: tuple[int, int]) -> str | None:
            number, state = case
            folder = tmp_path / f"{number}-{state}"
            return _outcome(served, f"{number}/{state}", parts[state][1], folder)

        outcomes = list(pool.map(run, cases))

    wrong = {
        f"{ANSWERS[number][0]}, part file {parts[state][0]}": outcome
        for (number, state), outcome in zip(cases, outcomes, strict=True)
        if outcome is not None
    }
    assert wrong == {}
