"""A user of the digits part of the explorer in a real browser."""

from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, expect
from tests.browsing import Visit, wait_until

# points of a stroke, as fractions of the drawing area
BAR = [(0.3, 0.2), (0.45, 0.6), (0.4, 0.85)]
LEVEL = [(0.2, 0.5), (0.8, 0.5)]

_PIXELS = """() => {
    const context = new OffscreenCanvas(28, 28).getContext('2d', { willReadFrequently: true });
    context.drawImage(document.getElementById('digit-input'), 0, 0);
    return Array.from(context.getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0);
}"""


class Digits(Visit):
    """The page, opened at a state of the digits part."""

    def __init__(self, browser: Browser, path: Path, state: str = "", **settings: Any) -> None:
        super().__init__(browser, path, fragment=f"#digits{state}", **settings)
        self.rest()

    def rest(self) -> None:
        """Wait until the CNN has read the drawing and the address is up to date."""
        expect(self.page.locator(".digit-map")).to_have_count(7)
        expect(self.page.locator("#digit-reading")).to_have_attribute("aria-busy", "false")
        wait_until(self.page, "addressState.pending === null")

    def stroke(self, *points: tuple[float, float]) -> None:
        self.page.locator("#digit-canvas").scroll_into_view_if_needed()
        box = self.page.locator("#digit-canvas").bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=8)
        self.page.mouse.up()
        self.rest()

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.rest()

    def choose(self, control: str, value: str) -> None:
        self.page.locator(f"#digit-{control}").select_option(value)
        self.rest()

    def pixels(self) -> np.ndarray:
        return np.array(self.page.evaluate(_PIXELS), np.uint8).reshape(28, 28)

    def bars(self) -> list[str]:
        return self.page.locator("#digit-bars .bar span").all_inner_texts()

    def words(self, name: str) -> str:
        return self.page.locator(f"#digit-{name}").inner_text()

    def maps(self, layer: int = 1) -> list[int]:
        """Return the numbers of the maps of a layer in their order on the page."""
        return [
            int(text)
            for text in self.page.locator(".digit-maps").nth(layer).locator("b").all_inner_texts()
        ]
