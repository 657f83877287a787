"""A real browser for tests of pages, without network access.

Chromium is not a Python package. Without it, the browser tests are skipped unless
LATENTMAPS_REQUIRE_BROWSER=1 is set. LATENTMAPS_CHROMIUM can name the program.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

# the first takes less than half of the CPU time of the second
PROGRAMS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip
# Without these options, Chromium itself sends requests, for example for updates.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def started_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_find_chromium(), args=ARGUMENTS)
        yield chromium
        chromium.close()


def _find_chromium() -> str:
    named = os.environ.get("LATENTMAPS_CHROMIUM")
    found = [path for name in ([named] if named else PROGRAMS) if (path := shutil.which(name))]
    if found:
        return found[0]
    reason = (
        f"NO BROWSER TEST WAS RUN: found none of {named or ', '.join(PROGRAMS)}; install Chromium "
        "(Debian: apt-get install chromium-headless-shell) or set LATENTMAPS_CHROMIUM to its path"
    )
    if os.environ.get("LATENTMAPS_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def wait_until(page: Page, condition: str) -> None:
    """Wait until a JavaScript expression is true.

    ``Page.wait_for_function`` needs eval, which the Content-Security-Policy of our pages forbids.
    """
    page.evaluate(
        f"""new Promise((resolve, reject) => {{
        setTimeout(() => reject(new Error('not true within 20 seconds')), 20_000);
        const check = () => ({condition} ? resolve() : setTimeout(check, 20));
        check(); }})"""
    )


class Visit:
    """An open page, and the problems and requests since it was opened."""

    def __init__(
        self,
        browser: Browser,
        path: Path,
        *,
        fragment: str = "",
        width: int = 1280,
        with_scripts: bool = True,
        **settings: Any,
    ) -> None:
        """Open a page.

        Args:
            browser: the browser, which opens the page in a new context.
            path: the file of the page.
            fragment: the end of the address, starting with ``#``; may be empty.
            width: width of the window, pixels.
            with_scripts: whether scripts run.
            **settings: other settings of the context.
        """
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=with_scripts, **settings
        )
        self.page: Page = context.new_page()
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("requestfailed", lambda request: self.troubles.append(request.url))
        self.page.on("request", self._note)
        self.page.goto(f"{path.as_uri()}{fragment}")

    def _note(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.requests.append(request.url)

    def width_of_content(self) -> int:
        """Return the width of the page in pixels, including what is outside the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))
