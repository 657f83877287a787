import time

import pytest

from latentmaps.downloads import html_pages


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"<!DOCTYPE html><title>\n Quota\n exceeded </title>", "quota is used up"),
        (b"\xef\xbb\xbf \n<HTML><title lang=en>\n Hello,\n you </title>", "titled 'Hello, you'"),
        (b"<!-- a --><!-- b -->\n<head><title></title>", "titled ''"),
        (b"<!---->  <html><title>without an end", "an HTML page"),
        (b"<html>", "an HTML page"),
    ],
)
def test_a_page_is_described(head: bytes, kind: str) -> None:
    description = html_pages.describe(head)
    assert description is not None
    assert kind in description


@pytest.mark.parametrize(
    "head", [b"", b"PK\x03\x04", b"<!-- a -->", b"<!-- <html>", b"<!-- a --> x <html>", b"<htm"]
)
def test_other_files_than_pages_are_not_described(head: bytes) -> None:
    assert html_pages.describe(head) is None


def test_a_title_is_shortened_and_has_no_control_characters() -> None:
    description = html_pages.describe(b"<html><title>\x1b[2J" + b"x" * 5000 + b"</title>")
    assert description is not None
    assert "'?[2Jxxx" in description
    assert len(description) < 150


SLOW = {
    "comments": b"<!-- a -->" * 5000 + b"x",
    "comments and a page": b"<!-- a -->" * 5000 + b"<html>",
    "half comments": b"<!-- a --" * 5000,
    "openings of comments": b"<!--" * 5000,
    "space": b" " * 50_000 + b"x",
    "comments of spaces": (b"<!--" + b" " * 50 + b"-->" + b" " * 50) * 500 + b"x",
    "titles without an end": b"<html>" + b"<title>" * 7000,
    "titles without brackets": b"<html>" + b"<title" * 8000,
    "a title of spaces": b"<html><title>" + b" " * 50_000,
    "titles of spaces": b"<html>" + (b"<title>" + b" " * 500) * 100,
}


@pytest.mark.parametrize("head", SLOW.values(), ids=SLOW.keys())
def test_no_page_head_takes_long_to_parse(head: bytes) -> None:
    started = time.process_time()
    html_pages.describe(head)
    assert time.process_time() - started < 0.1
