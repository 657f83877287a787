"""Downloads with every hostile answer and every state of the partial file, many in parallel."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.attack.attempt import LONGEST_MESSAGE
from tests.attack.groups.downloads import BEGUN, CONTENT, fetch, write_begun
from tests.attack.hostile_answers import ANSWERS
from tests.attack.raw_server import Served, serve

from latentmaps.downloads import mirrors
from latentmaps.errors import DownloadError


def _outcome(served: Served, path: str, begun: bytes | None, folder: Path) -> str | None:
    """Fetch one file and return what went wrong; None: nothing."""
    folder.mkdir()
    write_begun(folder, begun)
    try:
        fetch(served, path, folder)
    except DownloadError as error:
        if len(str(error).encode()) > LONGEST_MESSAGE:
            return f"message {str(error)[:200]!r}"
    except Exception as error:  # any other exception is the defect that this test looks for
        return f"{type(error).__name__}: {str(error)[:200]}"
    return None


def _resolve_local(host: str, *arguments: Any, **options: Any) -> Any:
    """Resolve addresses of this machine; any other name is unknown, as without a network."""
    if host not in ("127.0.0.1", "localhost"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return _getaddrinfo(host, *arguments, **options)


_getaddrinfo = socket.getaddrinfo


@pytest.mark.slow
def test_every_hostile_answer_ends_with_the_right_file_or_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a server may request a pause of up to a minute
    clock = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)
    monkeypatch.setattr(mirrors, "time", clock)
    # some redirects name other machines
    monkeypatch.setattr(socket, "getaddrinfo", _resolve_local)
    answers = {str(number): answer for number, (_, answer) in enumerate(ANSWERS)}
    cases = [(number, state) for number in range(len(ANSWERS)) for state in range(len(BEGUN))]
    states = list(BEGUN.items())
    with serve(CONTENT, answers) as served, ThreadPoolExecutor(24) as pool:

        def run(case: tuple[int, int]) -> str | None:
            number, state = case
            folder = tmp_path / f"{number}-{state}"
            return _outcome(served, f"{number}/{state}", states[state][1], folder)

        outcomes = list(pool.map(run, cases))

    wrong = {
        f"{ANSWERS[number][0]}, begun file: {states[state][0]}": outcome
        for (number, state), outcome in zip(cases, outcomes, strict=True)
        if outcome is not None
    }
    assert wrong == {}
