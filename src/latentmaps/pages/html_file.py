"""Write HTML pages."""

from pathlib import Path


def write(text: str, path: Path) -> None:
    """Write a page, the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")
