"""Recognize HTML pages sent instead of a file; Google Drive sends them with status 200."""

import re

from latentmaps.downloads import guarded_http

# This text comes from servers, so patterns must not backtrack: (?>...) and *+.
_START = re.compile(
    rb"\s*+(?>(?><!--.*?-->\s*+)*+)<(?:!doctype html|html|head)\b", re.IGNORECASE | re.DOTALL
)
_TITLE = re.compile(r"<title[^<>]*+>([^<]*+)</title>", re.IGNORECASE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# enough for the title and the message of a page
HEAD_BYTES = 1 << 14

# messages on Google Drive's pages, the most specific first
_KINDS = (
    (r"quota|too many users have (?:viewed|downloaded)", "a page that says its quota is used up"),
    (r"can't scan this file for viruses|virus scan warning", "a virus-scan warning page"),
    (r"servicelogin|sign in|log in|login", "a login page"),
)


def describe(head: bytes) -> str | None:
    """Describe the HTML page that begins with `head`; return None if it is not HTML.

    Args:
        head: the first bytes of a response; more bytes allow a better description.
    """
    if not is_page(head):
        return None
    text = head.decode("utf-8", errors="replace")
    for pattern, kind in _KINDS:
        if re.search(pattern, text, re.IGNORECASE):
            return f"{kind} instead of a file"
    title = _TITLE.search(text)
    if title is None:
        return "an HTML page"
    return f"an HTML page titled {guarded_http.quote(title[1])!r} instead of a file"


def is_page(head: bytes) -> bool:
    """Report whether `head` is the beginning of an HTML page."""
    return _START.match(head.removeprefix(_BYTE_ORDER_MARK)) is not None
