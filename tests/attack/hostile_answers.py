"""Answers of a broken or hostile server, as data; needs only the standard library.

``ANSWERS`` is a list of (name, answer). An answer is the bytes of every response, or a function
that maps a request to the pieces that are sent one after another. Then the connection is closed.
The name says what is wrong.
"""

import gzip
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        address: address of the server, with a slash at the end.
        path: requested path, without the first slash.
        content: content of the requested file.
        start: offset of the requested part of the file; 0 for the whole file.
        number: number of earlier requests for this path.
    """

    address: str
    path: str
    content: bytes
    start: int
    number: int


Answer = bytes | Callable[[Request], Iterable[bytes]]


def response(status: str, *headers: str, body: bytes = b"") -> bytes:
    """Return the bytes of a response with exactly these headers."""
    lines = [f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def whole(content: bytes, *headers: str) -> bytes:
    """Return a good response."""
    return response("200 OK", f"Content-Length: {len(content)}", *headers, body=content)


def rest(request: Request, *, body: bytes | None = None, content_range: str | None = None) -> bytes:
    """Return a good response to a request, or one with a single error.

    Args:
        request: the request.
        body: a wrong body; None: the right one.
        content_range: a wrong Content-Range header; None: the right one.
    """
    total = len(request.content)
    if not request.start:
        return whole(request.content)
    if request.start >= total:
        return response("416 Range Not Satisfiable", f"Content-Range: bytes */{total}")
    body = request.content[request.start :] if body is None else body
    content_range = content_range or f"bytes {request.start}-{total - 1}/{total}"
    return response(
        "206 Partial Content",
        f"Content-Length: {len(body)}",
        f"Content-Range: {content_range}",
        body=body,
    )


def _with_length(text: str) -> Answer:
    """Return the whole content with the given text as its Content-Length."""
    return lambda request: [
        response("200 OK", f"Content-Length: {text}", body=request.content),
    ]


def _with_range(text: str) -> Answer:
    return lambda request: [rest(request, content_range=text)]


def redirect(
    location: str, status: str = "302 Found", *, body: bytes = b"", headers: Iterable[str] = ()
) -> bytes:
    """Return a response that redirects to another address."""
    return response(
        status, f"Location: {location}", f"Content-Length: {len(body)}", *headers, body=body
    )


def _endless_redirect_body(_: Request) -> Iterator[bytes]:
    yield response("302 Found", "Location: http://127.0.0.1:1/", "Content-Length: 3000000000")
    yield from itertools.repeat(bytes(1 << 16), 46_000)


def _endless_page(_: Request) -> Iterator[bytes]:
    yield response("200 OK", body=b"<!doctype html><title>page")
    yield from itertools.repeat(bytes(1 << 16), 46_000)


def _endless_chunks(request: Request) -> Iterator[bytes]:
    yield _CHUNKED
    yield from itertools.repeat(b"10000\r\n" + bytes(1 << 16) + b"\r\n", 46_000)


def _chunked(request: Request) -> Iterator[bytes]:
    yield _CHUNKED
    yield f"{len(request.content):x}\r\n".encode() + request.content + b"\r\n0\r\n\r\n"


def _chunked_without_end(request: Request) -> Iterator[bytes]:
    yield _CHUNKED
    yield f"{len(request.content):x}\r\n".encode() + request.content + b"\r\n"


def _endless_trailers(request: Request) -> Iterator[bytes]:
    yield from _chunked_without_end(request)
    yield b"0\r\n"
    yield from _for_a_while(b"X: y\r\n" * 1000, pause_s=0.01)


def _for_a_while(piece: bytes, *, pause_s: float) -> Iterator[bytes]:
    """Repeat a piece for a minute."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        yield piece
        time.sleep(pause_s)


def _then_slowly(head: bytes, piece: bytes) -> Answer:
    def answer(_: Request) -> Iterator[bytes]:
        yield head
        yield from _for_a_while(piece, pause_s=0.05)

    return answer


def _silent(_: Request) -> Iterator[bytes]:
    return _for_a_while(b"", pause_s=0.05)


def _cut_then(answer_again: Answer) -> Answer:
    """Cut every other answer after 1,000 bytes, starting with the first."""

    def answer(request: Request) -> Iterable[bytes]:
        if request.number % 2 == 0:
            return [whole(request.content)[: -(len(request.content) - 1000)]]
        return [answer_again] if isinstance(answer_again, bytes) else answer_again(request)

    return answer


def _one_byte_per_request(request: Request) -> Iterable[bytes]:
    good = rest(request)
    return [good[: good.index(b"\r\n\r\n") + 5]]


def _loop(request: Request) -> Iterable[bytes]:
    return [redirect(f"{request.address}{request.path}")]


def _ever_longer(request: Request) -> Iterable[bytes]:
    return [redirect(f"{request.address}{request.path}/{request.path.rpartition('/')[2]}")]


def _changing(request: Request) -> Iterable[bytes]:
    return [whole(bytes([request.number % 256]) * len(request.content))]


_CHUNKED = response("200 OK", "Transfer-Encoding: chunked")
_PAGE = b"<!-- a -->" * 5000 + b"x"
_DIGITS = "9" * 5000
_GZIP = "Content-Encoding: gzip"
_BOMB = gzip.compress(bytes(50_000_000), 1)

ANSWERS: list[tuple[str, Answer]] = [
    # no response at all
    ("nothing", b""),
    ("silence", _silent),
    ("no http", b"220 mail.example ESMTP\r\n" * 10),
    ("null bytes", bytes(100_000)),
    ("a status line without end", _then_slowly(b"HTTP/1.1 200 ", b"O")),
    ("a status line of 100,000 letters", b"HTTP/1.1 200 " + b"x" * 100_000),
    ("a reason of 60,000 letters", response("404 " + "x" * 60_000)),
    ("a reason with control characters", response("404 \x1b[2J\x07\x9b")),
    ("a status that is not a number", response("abc OK")),
    ("a status of 5,000 digits", response(f"{_DIGITS} OK")),
    ("a negative status", response("-200 OK")),
    ("version 9.9", b"HTTP/9.9 200 OK\r\n\r\n"),
    ("endless 100 Continue", _then_slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)),
    # statuses
    *[
        (f"status {status}", response(status, "Content-Length: 2", body=b"no"))
        for status in (
            *("101 Switching Protocols", "201 Created", "204 No Content", "205 Reset Content"),
            *("300 Multiple Choices", "304 Not Modified", "400 Bad Request", "401 Unauthorized"),
            *("404 Not Found", "408 Request Timeout", "416 Range Not Satisfiable"),
            *("500 Internal Server Error", "600 Unknown", "999 Denied"),
        )
    ],
    ("retry after 5,000 digits", response("503 Busy", f"Retry-After: {_DIGITS}")),
    ("retry after a negative time", response("503 Busy", "Retry-After: -1e9")),
    ("retry after a date", response("429 Busy", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")),
    # headers
    ("headers without end", _then_slowly(b"HTTP/1.1 200 OK\r\nX: ", b"y")),
    ("1,000 headers", response("200 OK", *[f"X-{n}: y" for n in range(1000)])),
    ("invalid headers", response("200 OK", "nonsense", ": empty", "\x00\xff")),
    ("broken cookies", response("200 OK", "Set-Cookie: a=b; expires=" + "1-" * 5000)),
    # lengths
    *[
        (f"length {text[:20]!r}", _with_length(text))
        for text in ("0", "-1", "1", "abc", "", "1e3", "0x10", "10, 20", "\xb3", "9" * 16, _DIGITS)
    ],
    ("no length", lambda request: [response("200 OK", body=request.content)]),
    ("no length and no end", _endless_page),
    ("one byte short", lambda request: [whole(request.content[:-1])]),
    ("one byte more", lambda request: [whole(request.content + b"x")]),
    ("a connection cut each time", lambda request: [rest(request)[:-1]]),
    # parts
    *[
        (f"range {text[:30]!r}", _with_range(text))
        for text in (
            *("", "bytes", "bytes */*", "bytes -5-/7", "bytes 0-1/2", "bytes x-y/z", "lines 1-2/3"),
            *(f"bytes {_DIGITS}-{_DIGITS}/{_DIGITS}", "bytes */" + _DIGITS),
        )
    ],
    ("416 with 5,000 digits", response("416 No", f"Content-Range: bytes */{_DIGITS}")),
    ("416 of an empty file", response("416 No", "Content-Range: bytes */0")),
    ("416 without a range", response("416 No")),
    ("206 without a range", response("206 Partial Content", "Content-Length: 5", body=b"12345")),
    ("a different rest", lambda request: [
        rest(request, body=request.content[request.start :][::-1])
    ]),
    ("a rest that is too long", lambda request: [rest(request, body=request.content)]),
    ("cut, then another part", _cut_then(_with_range("bytes 500-501/502"))),
    ("cut, then 416", _cut_then(response("416 No", "Content-Range: bytes */7"))),
    ("cut, then an empty part", _cut_then(lambda request: [rest(request, body=b"")])),
    ("one byte per request", _one_byte_per_request),
    ("another file each time", _changing),
    # chunks
    ("good chunks", _chunked),
    ("chunks without end", _chunked_without_end),
    ("endless chunks", _endless_chunks),
    ("endless trailers", _endless_trailers),
    ("a chunk size without end", _then_slowly(_CHUNKED, b"1")),
    *[
        (
            f"chunk size {size[:10]!r}",
            _CHUNKED + size + b"\r\nPK\r\n0\r\n\r\n",
        )
        for size in (b"-5", b"xyz", b"", b"f" * 5000)
    ],
    # encodings
    ("gzip that was not requested", lambda request: [
        whole(gzip.compress(request.content), "Content-Encoding: gzip")
    ]),
    ("a gzip bomb", whole(_BOMB, _GZIP)),
    ("no gzip despite its name", lambda request: [
        whole(request.content, "Content-Encoding: gzip, br")
    ]),
    # redirects
    ("a good redirect", lambda request: [redirect(f"{request.address}good")]),
    ("a good relative redirect", redirect("/good", "308 Permanent Redirect")),
    ("a redirect loop", _loop),
    ("redirects that get longer", _ever_longer),
    ("a redirect without a target", response("302 Found")),
    ("a redirect with a gzip bomb", redirect("/good", body=_BOMB, headers=[_GZIP])),
    ("a redirect with 3 GB", _endless_redirect_body),
    ("a slow redirect", _then_slowly(b"HTTP/1.1 302 Found\r\nLocation: /", b"x")),
    *[
        (f"a redirect to {location[:25]!r}", redirect(location))
        for location in (
            *("", "http://", "http:///x", "http://[::1", "\xff\xfe", "http://\xff\xfe/", "//"),
            *("file:///etc/passwd", "ftp://127.0.0.1/", "data:,PK", "javascript:1", "gopher://x/"),
            *("http://127.0.0.1:99999/", "http://127.0.0.1:abc/", "http://a..b/", "http://*/"),
            *("http://" + "a" * 300 + "/", "http://user:password@127.0.0.1:1/", "http://127.0.0.1:1"),
            *("http://a b/", "/" + "x" * 60_000, "http://[::1%25x]/", "http://xn--/", "\x00"),
        )
    ],
    # pages
    ("a page", whole(b"<!doctype html><title>Welcome</title>")),
    ("5,000 comments", whole(_PAGE)),
    ("a page after 1,000 comments", whole(b"<!-- a -->" * 1000 + b"<html><title>x</title>")),
    ("a comment without end", whole(b"<!--" * 5000)),
    ("1,000 titles without end", whole(b"<html>" + b"<title>" * 1000 + b" " * 9000)),
    ("a title of control characters", whole(b"<html><title>" + b"\x1b" * 5000 + b"</title>")),
    ("a page byte by byte", lambda request: (bytes([byte]) for byte in whole(b"<html>" * 100))),
    ("the content byte by byte", _then_slowly(response("200 OK", body=b"PK"), b"x")),
]  # fmt: skip
