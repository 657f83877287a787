from pathlib import Path

from latentmaps.pages import html_page


def test_a_page_is_utf_8_with_line_feeds_on_every_system(tmp_path: Path) -> None:
    html_page.write("<p>a \N{EN DASH} b</p>\n", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == b"<p>a \xe2\x80\x93 b</p>\n"
