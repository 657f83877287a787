import dataclasses
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.attack.hostile_answers import Answer, Request, response, rest, whole
from tests.attack.raw_server import serve
from tests.downloads.example_downloads import CONTENT, IMPATIENT, fetch, files_in, remote_file
from tests.downloads.misbehaving_server import Served

from latentmaps.downloads import download, mirrors
from latentmaps.downloads.download import RemoteFile
from latentmaps.downloads.mirrors import Patience
from latentmaps.errors import DownloadError

BAD = {
    "status/404": "status 404 Not Found",
    "status/503": "status 503 Service Unavailable, 3 times",
    "page/quota": "a page that says its quota is used up instead of a file",
    "page/login": "a login page instead of a file",
    "page/virus": "a virus-scan warning page instead of a file",
    "page/other": "an HTML page titled 'Welcome' instead of a file",
    "empty": f"announces 0 bytes, expected {len(CONTENT):,}",
    "announces/99": f"announces 99 bytes, expected {len(CONTENT):,}",
    "announces/999999": f"announces 999,999 bytes, expected {len(CONTENT):,}",
    "short": f"announces {len(CONTENT) - 1:,} bytes",
    "silent/1": "no answer within 0.3 s, 3 times",
    "wrong": "begins with",
}


@pytest.mark.slow
@pytest.mark.parametrize("path", BAD)
def test_a_bad_mirror_is_named_and_the_next_one_tried(
    server: Served, tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        fetch(remote_file(server, path, "good"), tmp_path)

    assert (tmp_path / "faces.zip").read_bytes() == CONTENT
    assert caplog.messages[0].startswith(f"Giving up on {server.url(path)}: {BAD[path]}")


@pytest.mark.slow
@pytest.mark.parametrize("path", BAD)
def test_a_wrong_file_never_gets_the_name(server: Served, tmp_path: Path, path: str) -> None:
    with pytest.raises(DownloadError):
        fetch(remote_file(server, path), tmp_path)

    assert "faces.zip" not in files_in(tmp_path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("empty", "an empty file"),
        ("announces/2000000", "announces 2,000,000 bytes, expected at most 1,000,000"),
        ("wrong", "the sha256 is"),
        ("announces/99", "the sha256 is"),
        ("page/quota", "quota"),
    ],
)
def test_without_a_known_length_the_other_checks_decide(
    server: Served, tmp_path: Path, path: str, reason: str
) -> None:
    file = remote_file(server, path, size_bytes=None, first_bytes=b"")

    with pytest.raises(DownloadError, match=reason):
        fetch(file, tmp_path)

    assert files_in(tmp_path) == set()


def test_a_server_that_sends_more_than_the_limit_is_given_up(
    server: Served, tmp_path: Path
) -> None:
    file = remote_file(server, "good", size_bytes=None, limit_bytes=len(CONTENT) - 1)

    with pytest.raises(DownloadError, match="expected at most"):
        fetch(file, tmp_path)


@pytest.mark.slow
def test_a_server_that_is_too_slow_is_given_up(server: Served, tmp_path: Path) -> None:
    hasty = dataclasses.replace(IMPATIENT, slowest_bytes_per_s=10_000, window_s=0.2)

    with pytest.raises(DownloadError, match=r"dribbles: too slow, \d+ bytes per second"):
        fetch(remote_file(server, "dribbles"), tmp_path, patience=hasty)

    assert server.ranges["dribbles"] == [None]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The requested pauses, without waiting."""
    pauses: list[float] = []
    clock = SimpleNamespace(sleep=pauses.append, monotonic=time.monotonic)
    monkeypatch.setattr(mirrors, "time", clock)
    return pauses


def test_the_pause_that_a_busy_server_requests_is_respected(
    server: Served, tmp_path: Path, pauses: list[float]
) -> None:
    fetch(remote_file(server, "busy/7"), tmp_path)

    assert pauses == [7.0]


def test_pauses_grow_up_to_a_minute(server: Served, tmp_path: Path, pauses: list[float]) -> None:
    with pytest.raises(DownloadError, match="8 times"):
        fetch(remote_file(server, "status/500"), tmp_path, patience=Patience(num_tries=8))

    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_if_all_fail_one_message_explains_each_and_what_to_do(
    server: Served, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError) as raised:
        fetch(remote_file(server, "status/404", "page/quota"), tmp_path)

    assert str(raised.value) == (
        f"faces.zip: no mirror delivered it ({server.url('status/404')}: status 404 Not Found; "
        f"{server.url('page/quota')}: {BAD['page/quota']}); fetch it by hand"
    )


def test_an_unreachable_mirror_is_given_up(tmp_path: Path) -> None:
    file = RemoteFile("faces.zip", ("http://127.0.0.1:1/faces.zip",), 1000)

    with pytest.raises(DownloadError, match=r"no connection \(Connection refused\), 3 times"):
        fetch(file, tmp_path)


def _refusal(answer: Answer, folder: Path, *, part: bytes = b"") -> tuple[str, int]:
    """Return why a server with this answer is given up, and after how many requests."""
    if part:
        (folder / "faces.zip.part").write_bytes(part)
    with serve(CONTENT, {"bad": answer}) as served:
        file = RemoteFile("faces.zip", (f"{served.address}bad",), 10**6, size_bytes=len(CONTENT))
        with pytest.raises(DownloadError) as raised:
            download.fetch(file, folder, patience=IMPATIENT)
        return str(raised.value), served.num_requests["bad"]


WRONG_PART = response("206 Partial Content", "Content-Range: bytes 7-8/9", body=b"xx")
WRONG_END = response("416 Range Not Satisfiable", "Content-Range: bytes */7")


@pytest.mark.parametrize("again", [WRONG_PART, WRONG_END], ids=["206", "416"])
def test_a_download_does_not_start_over_forever(tmp_path: Path, again: bytes) -> None:
    def alternate(request: Request) -> Iterable[bytes]:
        return [again] if request.start else [whole(CONTENT)[:-100_000]]

    reason, num_requests = _refusal(alternate, tmp_path)

    assert "the download starts over too often" in reason
    assert num_requests == 2 * (IMPATIENT.num_tries + 1)


def test_a_server_without_ranges_that_cuts_ever_later_is_given_up(tmp_path: Path) -> None:
    def later(request: Request) -> Iterable[bytes]:
        return [whole(CONTENT)[: (request.number + 1) * 5000]]

    reason, num_requests = _refusal(later, tmp_path)

    assert "the download starts over too often" in reason
    assert num_requests == IMPATIENT.num_tries + 2


@pytest.mark.parametrize("num_bytes", [1, 30])
def test_a_few_bytes_do_not_count_as_progress(tmp_path: Path, num_bytes: int) -> None:
    def trickle(request: Request) -> Iterable[bytes]:
        good = rest(request)
        return [good[: good.index(b"\r\n\r\n") + 4 + num_bytes]]

    reason, num_requests = _refusal(trickle, tmp_path)

    assert "the connection was cut, 3 times" in reason
    assert num_requests == IMPATIENT.num_tries


@pytest.mark.parametrize("text", ["9" * 5000, "9" * 16, "-1", "abc", "1e3", "10, 20", "\xb3"])
def test_a_length_that_is_not_a_number_is_refused(tmp_path: Path, text: str) -> None:
    answer = response("200 OK", f"Content-Length: {text}", body=CONTENT)

    reason, _ = _refusal(answer, tmp_path)

    assert f"announces a length of {text[:80]!r}" in reason or "no connection" in reason


def test_an_end_of_5000_digits_is_not_that_of_the_file(tmp_path: Path) -> None:
    answer = response("416 No", f"Content-Range: bytes */{'9' * 5000}")

    reason, _ = _refusal(answer, tmp_path, part=CONTENT[:1000])

    assert "status 416 No" in reason


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "302 Found"])
def test_a_status_without_a_file_is_refused(tmp_path: Path, status: str) -> None:
    reason, num_requests = _refusal(response(status), tmp_path)

    assert f"status {status}" in reason
    assert num_requests == 1


def test_text_from_a_server_is_shortened_and_has_no_control_characters(tmp_path: Path) -> None:
    reason, _ = _refusal(response("404 \x1b[2J" + "x" * 60_000), tmp_path)

    assert "status 404 ?[2Jxxx" in reason
    assert len(reason) < 300


def test_a_server_that_sends_more_than_the_known_length_is_given_up(tmp_path: Path) -> None:
    reason, _ = _refusal(response("200 OK", body=CONTENT + b"x"), tmp_path)

    assert f"sends more than the {len(CONTENT):,} bytes expected" in reason
