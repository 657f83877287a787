"""The elements of a page, for tests of its structure."""

from html.parser import HTMLParser

# pages next to the report, written by draw_oips, draw_face_oips and build_explorer
BESIDE = {f"draw_oips/{layer}.html" for layer in ("Conv2D_1", "Conv2D_2")} | {
    "draw_face_oips/index.html",
    "explorer.html",
}

VOID = {"meta", "link", "img", "input", "br"}


class Outline(HTMLParser):
    """The elements of a page, and those that are left open or closed twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def attributes(self, name: str, *tags: str) -> list[str]:
        """Return all values of an attribute, of all elements or only of the given tags."""
        present = [values.get(name) for tag, values in self.elements if not tags or tag in tags]
        return [value for value in present if value is not None]
