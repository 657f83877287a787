from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.pages import html_page


def test_a_page_is_utf_8_with_line_feeds_on_every_system(tmp_path: Path) -> None:
    html_page.write("<p>a \N{EN DASH} b</p>\n", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == b"<p>a \xe2\x80\x93 b</p>\n"


def test_a_page_must_be_named_as_an_html_file(tmp_path: Path) -> None:
    for name in ("a.html", "a.HTM"):
        html_page.require_name(tmp_path / name, example="reports/a.html")
    (tmp_path / "folder.html").mkdir()
    for name in ("a.txt", "a", "folder.html"):
        with pytest.raises(
            DataError, match=r"expected the name of an HTML file, such as reports/a"
        ):
            html_page.require_name(tmp_path / name, example="reports/a.html")
