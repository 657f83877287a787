import gzip
import itertools
import time
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
import requests
from tests.attack.hostile_answers import Answer, Request, redirect, response, whole
from tests.attack.raw_server import Served, serve

from latentmaps.downloads import guarded_http
from latentmaps.downloads.guarded_http import MirrorError, Watch

CONTENT = b"the content"


def _read(served: Served, path: str = "asked", *, window_s: float = 10.0) -> bytes:
    watch = Watch(window_s, slowest_bytes_per_s=1e6)
    url = served.address + path
    with guarded_http.get(url, headers={}, connect_s=1, timeout_s=1, watch=watch) as answer:
        return b"".join(iter(lambda: answer.raw.read1(1000), b""))


def _refusal(answer: Answer) -> str:
    with serve(CONTENT, {"asked": answer}) as served, pytest.raises(MirrorError) as raised:
        _read(served)
    return str(raised.value)


@pytest.mark.parametrize("status", ["301", "302 Found", "303", "307", "308"])
@pytest.mark.parametrize("location", ["/good", "good", "//{host}/good", "http://{host}/good"])
def test_redirects_are_followed(status: str, location: str) -> None:
    def answer(request: Request) -> Iterable[bytes]:
        host = request.address.split("/")[2]
        return [redirect(location.format(host=host), status)]

    with serve(CONTENT, {"asked": answer}) as served:
        assert _read(served) == CONTENT


def test_a_redirect_may_lead_to_another_server() -> None:
    with serve(CONTENT, {}) as other:
        answer = redirect(f"{other.address}there")
        with serve(b"not this", {"asked": answer}) as served:
            assert _read(served) == CONTENT
        assert other.num_requests == {"there": 1}


def test_the_number_of_redirects_is_limited() -> None:
    with serve(CONTENT, {"asked": redirect("/asked")}) as served:
        with pytest.raises(MirrorError, match="more than 10 redirects"):
            _read(served)
        assert served.num_requests == {"asked": 11}


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://[::1", "redirects to http://[::1, expected an address"),
        ("\xff\xfe", "redirects to \xff\xfe, expected an address"),
        ("file:///etc/passwd", "redirects to file:///etc/passwd, expected an http or https"),
        ("ftp://127.0.0.1/", "redirects to ftp://127.0.0.1/, expected an http or https"),
        ("http://", "more than 10 redirects"),  # the same address, for urljoin
    ],
)
def test_a_redirect_to_an_invalid_address_is_refused(location: str, reason: str) -> None:
    assert reason in _refusal(redirect(location))


@pytest.mark.parametrize("location", ["http://127.0.0.1/faces.zip", "HTTP://other.example/"])
def test_a_redirect_from_https_to_http_is_refused(location: str) -> None:
    with pytest.raises(MirrorError, match="expected https as before"):
        guarded_http.resolve_redirect("https://127.0.0.1/faces.zip", location)


def test_a_redirect_from_http_to_https_is_followed() -> None:
    found = guarded_http.resolve_redirect(
        "http://127.0.0.1/faces.zip", "https://127.0.0.1/faces.zip"
    )
    assert found == "https://127.0.0.1/faces.zip"


def test_the_body_of_a_redirect_is_not_read() -> None:
    def pour(_: Request) -> Iterator[bytes]:
        yield response("302 Found", "Location: /good", "Content-Length: 3000000000")
        yield from itertools.repeat(bytes(1 << 16), 46_000)

    with serve(CONTENT, {"asked": pour}) as served:
        assert _read(served) == CONTENT
    assert served.num_sent.get("asked", 0) < 20_000_000  # the capacity of the socket buffers


def test_the_body_of_a_redirect_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000), 1)
    answer = redirect("/good", body=bomb, headers=("Content-Encoding: gzip",))
    with serve(CONTENT, {"asked": answer}) as served:
        tracemalloc.start()
        try:
            assert _read(served) == CONTENT
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak_bytes < 5_000_000


def _forever(head: bytes, piece: bytes) -> Answer:
    def answer(_: Request) -> Iterator[bytes]:
        yield head
        ends = time.monotonic() + 5
        while time.monotonic() < ends:
            yield piece
            time.sleep(0.01)

    return answer


CHUNKS = response("200 OK", "Transfer-Encoding: chunked")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 ", b"O"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"HTTP/1.1 302 Found\r\nLocation: /", b"x"),
        (CHUNKS, b"1"),
        (CHUNKS + b"0\r\n", b"X: y\r\n"),
        (response("200 OK"), b"x"),
    ],
    ids=["status", "header", "100 Continue", "redirect", "chunk size", "trailers", "body"],
)
def test_a_server_that_stalls_an_answer_is_given_up(head: bytes, piece: bytes) -> None:
    started = time.monotonic()
    with serve(CONTENT, {"asked": _forever(head, piece)}) as served:
        with pytest.raises(MirrorError, match=r"too slow, \d+ bytes per second"):
            _read(served, window_s=0.2)
        seconds = time.monotonic() - started
    assert seconds < 2


def test_only_bytes_of_the_file_count() -> None:
    watch = Watch(window_s=0.0, slowest_bytes_per_s=100)
    with pytest.raises(MirrorError, match="too slow, 0 bytes per second"):
        watch.check()
    watch.count(10_000)
    watch.check()
    with pytest.raises(MirrorError, match="too slow"):
        watch.check()  # a new window has begun


def test_a_good_answer_is_not_unpacked() -> None:
    answer = whole(CONTENT, "Content-Encoding: gzip")
    with serve(b"", {"asked": answer}) as served:
        assert _read(served) == CONTENT


def test_no_answer_is_an_error_of_requests() -> None:
    with serve(CONTENT, {"asked": b""}) as served, pytest.raises(requests.ConnectionError):
        _read(served)
