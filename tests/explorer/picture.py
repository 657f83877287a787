"""Photograph the explorer for the README: ``python -m tests.explorer.picture PAGE PNG``."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize
from tests.browsing import started_browser, wait_until

_SIZE: ViewportSize = {"width": 1180, "height": 940}


def main(page: Path, picture: Path) -> None:
    with started_browser() as browser:
        tab = browser.new_page(viewport=_SIZE, reduced_motion="reduce")
        tab.goto(page.absolute().as_uri())
        tab.wait_for_selector('#faces-canvas[data-shown="true"]')
        wait_until(
            tab, "[...document.querySelectorAll('#faces-thumbs canvas')].every((one) => one.drawn)"
        )
        content = tab.screenshot()
    # 128 colors are enough for a page and take a third of the bytes
    image = Image.open(io.BytesIO(content)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    image.save(picture, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
