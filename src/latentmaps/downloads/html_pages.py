"""Which page a server sends where a file was expected: Google Drive does so with status 200."""

import re

from latentmaps.downloads import guarded_http

# Servers choose this text, so no pattern may go back over what it has matched: (?>...) and *+.
_START = re.compile(
    rb"\s*+(?>(?><!--.*?-->\s*+)*+)<(?:!doctype html|html|head)\b", re.IGNORECASE | re.DOTALL
)
_TITLE = re.compile(r"<title[^<>]*+>([^<]*+)</title>", re.IGNORECASE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# enough of a page for its title and its message
HEAD_BYTES = 1 << 14

# what the pages of Google Drive say, most telling first
_KINDS = (
    (r"quota|too many users have (?:viewed|downloaded)", "a page that says its quota is used up"),
    (r"can't scan this file for viruses|virus scan warning", "a virus-scan warning page"),
    (r"servicelogin|sign in|log in|login", "a login page"),
)


def describe(head: bytes) -> str | None:
    """Gives what kind of page `head` begins, or None if it is no HTML.

    Args:
        head: the first bytes of an answer; the more, the surer is the name.
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
    """Tell whether `head` begins as HTML does."""
    return _START.match(head.removeprefix(_BYTE_ORDER_MARK)) is not None
