import io
import logging
import sys

import pytest

from latentmaps import progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_track_yields_every_item_unchanged() -> None:
    assert list(progress.track(iter("abc"), 3, "Reading", "letters")) == ["a", "b", "c"]


def test_a_log_gets_a_line_every_tenth(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        list(progress.track(range(1000), 1000, "Cropping", "faces", quiet_s=0))

    assert len(caplog.messages) == 10
    assert caplog.messages[0].startswith("Cropping faces: 100 of 1,000")


def test_short_work_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        list(progress.track(range(1000), 1000, "Cropping", "faces"))

    assert caplog.messages == []


def test_bytes_transferred_earlier_count_as_done(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO),
        progress.count_bytes(10_000_000, 5_500_000, "Downloading a.zip", quiet_s=0) as count,
    ):
        for _ in range(9):
            count(500_000)

    assert [message.partition(" MB, ")[0] for message in caplog.messages] == [
        f"Downloading a.zip: {done} of 10" for done in (6, 7, 8, 9, 10)
    ]


def test_bytes_without_a_total_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO),
        progress.count_bytes(None, 0, "Downloading a.zip", quiet_s=0) as count,
    ):
        count(500_000)
        count(500_000)

    assert caplog.messages == []


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert list(progress.track(range(5), 5, "Cropping", "faces")) == [0, 1, 2, 3, 4]

    assert "Cropping: 100%" in terminal.getvalue()
    assert "faces" in terminal.getvalue()
