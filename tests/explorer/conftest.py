"""Fixtures of the explorer tests: pages in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.explorer import example_digits
from tests.explorer import hand as hands
from tests.explorer.digits_visit import Digits
from tests.explorer.hand import Hand


@pytest.fixture(scope="session")
def faces_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of fake faces."""
    return hands.write_page(tmp_path_factory.mktemp("reports"))


@pytest.fixture
def hand(browser: Browser, faces_page: Path) -> Iterator[Hand]:
    """A user of a newly opened page, on which no errors may occur."""
    hand = Hand(browser, faces_page)
    yield hand
    assert hand.troubles == []
    hand.page.context.close()


@pytest.fixture(scope="session")
def digits_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small CNN."""
    return example_digits.write(tmp_path_factory.mktemp("digits"))


@pytest.fixture
def digits(browser: Browser, digits_page: Path) -> Iterator[Digits]:
    """A user of the newly opened digits part, in which no errors may occur."""
    digits = Digits(browser, digits_page)
    yield digits
    assert digits.troubles == []
    digits.page.context.close()
