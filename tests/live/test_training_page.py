"""The live page follows training and never ends it."""

import functools
import logging
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import pytest
from tests.vae.example_vae import task

from latentmaps import training_progress, workers
from latentmaps.live import page, training_page
from latentmaps.training.checkpoints import Checkpoints
from latentmaps.vae.training import vae_task, vae_training
from latentmaps.vae.training.film import FilmRecorder
from latentmaps.vae.training.trainable_vae import TrainableVae

ONE_DEVICE = vae_training.Devices()


build = vae_training.build


@functools.cache
def shared_network() -> TrainableVae:
    """Build the network that all tests train further: tracing its graphs takes seconds."""
    return build(task())


@pytest.fixture(autouse=True)
def _share_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def build_once(what: vae_task.Task, **options: Any) -> TrainableVae:
        is_usual = what.params == task().params
        return shared_network() if is_usual else build(what, **options)

    monkeypatch.setattr(vae_training, "build", build_once)


def train(
    live: Path,
    epochs: int = 2,
    *,
    source: str = "avatars",
    folder: Path | None = None,
    **changes: Any,
) -> str:
    """Train with a live page and return its HTML."""
    what = task(**changes)
    what = replace(what, length=replace(what.length, epochs=epochs))
    checkpoints = None if folder is None else Checkpoints(folder, {})
    if folder is not None:
        folder.mkdir(exist_ok=True)
    film = FilmRecorder(what, checkpoints)
    with training_page.opened(live, what, film, source=source) as follow:
        vae_training.train(
            what, devices=ONE_DEVICE, checkpoints=checkpoints, film=film, follow=follow
        )
    return read(live) if (live / "index.html").is_file() else ""


def read(live: Path) -> str:
    return (live / "index.html").read_text(encoding="utf-8")


def status(html: str) -> str:
    [words] = re.findall(r'<p class="status[^>]*>(.*?)</p>', html, re.DOTALL)
    return words


def shown_epochs(html: str) -> list[int]:
    return [int(epoch) for epoch in re.findall(r"<b>epoch (\d+)</b>", html)]


@pytest.mark.slow
def test_the_page_has_the_curves_and_the_pictures(tmp_path: Path) -> None:
    html = train(tmp_path / "live", 3)
    assert re.fullmatch(r"Training finished: 3 epochs in \d+ s\.", status(html))
    assert shown_epochs(html) == [3, 2, 1]
    # six validation faces; six reconstructions and eight random points after each epoch
    assert html.count("<img ") == 6 + 3 * 14
    assert html.count("<svg ") == 3
    assert "fact 5, seed 1, 14 training faces" in " ".join(html.split())
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', html) == []
    history = pd.read_csv(tmp_path / "live/history.csv")
    assert list(history["epoch"]) == [1, 2, 3]
    assert {"total_loss", "val_total_loss", "val_kl_nats"} <= set(history.columns)
    assert {path.name for path in (tmp_path / "live").iterdir()} == {
        "index.html",
        "history.csv",
        "lock",
    }


@pytest.mark.slow
def test_the_address_is_logged_before_the_first_step(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        train(tmp_path / "live", 1)
    address = (tmp_path / "live/index.html").as_uri()
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == f"Watch the training in a browser: {address}"


@pytest.mark.slow
def test_a_running_training_refreshes_its_page_and_an_ended_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_page, "_MOST_SHARE", 1e9)  # a page after each epoch
    pages = []

    def look(self: Any, epoch: int, logs: Any = None) -> None:
        pages.append(read(tmp_path))

    monkeypatch.setattr(training_progress.Progress, "on_epoch_begin", look)
    last = train(tmp_path, 3)
    assert status(pages[0]) == "Running epoch 1."
    assert re.fullmatch(r"Finished epoch 2 of 3, about \d+ s left\.", status(pages[2]))
    assert [shown_epochs(written) for written in pages] == [[], [1], [2, 1]]
    for written in pages:
        assert 'http-equiv="refresh"' in written
        assert "location.reload" in written
    assert 'http-equiv="refresh"' not in last
    assert "<script" not in last


@pytest.mark.slow
def test_an_interrupted_training_says_so_and_a_resumed_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, folder = tmp_path / "live", tmp_path / "checkpoints"

    def interrupt(self: Any, epoch: int, logs: Any = None) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(training_progress.Progress, "on_epoch_begin", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(live, 4, folder=folder)
    html = read(live)
    assert status(html) == "Training stopped after 2 epochs: it was interrupted."
    assert 'http-equiv="refresh"' not in html
    html = train(live, 4, folder=folder)
    assert shown_epochs(html) == [4, 3, 2, 1]
    assert re.fullmatch(r"Training finished: 4 epochs, the last 2 in \d+ s\.", status(html))
    assert len(pd.read_csv(live / "history.csv")) == 4
    # nothing is left to train, but everything is shown
    html = train(live, 4, folder=folder)
    assert shown_epochs(html) == [4, 3, 2, 1]
    assert status(html) == "Training finished: 4 epochs."


@pytest.mark.slow
def test_the_history_of_the_previous_training_is_removed(tmp_path: Path) -> None:
    train(tmp_path, 2)
    film = FilmRecorder(task())
    with training_page.opened(tmp_path, task(), film, source="avatars") as follow:
        assert not (tmp_path / "history.csv").exists()
        follow([])
        assert not (tmp_path / "history.csv").exists()


@pytest.mark.slow
def test_a_failure_is_shown_on_the_page(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="expected a finite number"):
        train(tmp_path, 3, learning_rate=10.0)
    assert "lower learning_rate" in status(read(tmp_path))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("avatars", None),
        ("digits", None),
        ("celeba", "forbid sharing any part"),
        ("folder", "recognized has agreed"),
    ],
)
def test_faces_of_people_carry_a_notice(tmp_path: Path, source: str, words: str | None) -> None:
    film = FilmRecorder(task())
    with training_page.opened(tmp_path, task(), film, source=source):
        html = read(tmp_path)
    assert ("Check before you share" in html) == (words is not None)
    assert words is None or words in html
    assert ("Validation images" in html) == (source == "digits")


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return our own warnings; TensorFlow warns about many training runs in one process."""
    ours = [record for record in caplog.records if record.name.startswith("latentmaps")]
    return [record.getMessage() for record in ours if record.levelno >= logging.WARNING]


def file_in_the_way(live: Path) -> None:
    live.write_text("no folder", encoding="utf-8")


def folder_in_the_way(live: Path) -> None:
    (live / "index.html").mkdir(parents=True)


@pytest.mark.slow
@pytest.mark.parametrize("obstruct", [file_in_the_way, folder_in_the_way])
def test_a_folder_that_cannot_be_written_costs_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, obstruct: Any
) -> None:
    obstruct(tmp_path / "live")
    with caplog.at_level(logging.INFO):
        train(tmp_path / "live", 3)
    warnings = warnings_of(caplog)
    assert len(warnings) == 1
    assert "the training continues without its page; set LATENTMAPS_LIVE" in warnings[0]
    assert "Watch" not in caplog.text
    assert "Epoch 3 of 3" in caplog.text


@pytest.mark.slow
def test_a_disk_that_fills_up_costs_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_page, "_MOST_SHARE", 1e9)
    write = training_page._replace

    def fail(path: Path, work: Any) -> None:
        if path.name == "history.csv":
            raise OSError(28, "No space left on device")
        write(path, work)

    monkeypatch.setattr(training_page, "_replace", fail)
    train(tmp_path, 3)
    warnings = warnings_of(caplog)
    assert len(warnings) == 1
    assert "No space left on device" in warnings[0]


@pytest.mark.slow
def test_a_bug_in_the_page_does_not_end_a_training(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> str:
        raise ValueError("math domain error")

    monkeypatch.setattr(page, "render", fail)
    with caplog.at_level(logging.INFO):
        train(tmp_path, 3)
    assert caplog.text.count("a bug in this program; the training continues without it") == 1
    assert "ValueError: math domain error" in caplog.text
    assert "Epoch 3 of 3" in caplog.text


@pytest.mark.slow
def test_a_second_training_leaves_the_page_to_the_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with filelock.FileLock(tmp_path / "lock"):
        assert train(tmp_path, 1) == ""
    assert "another training run is using it; the training continues" in caplog.text
    assert shown_epochs(train(tmp_path, 1)) == [1]


@pytest.mark.slow
def test_other_machines_write_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "is_writer", lambda: False)
    assert train(tmp_path / "live", 1) == ""
    assert not (tmp_path / "live").exists()


def test_a_page_that_took_long_is_not_written_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a page that took 1 s, the next may follow after 100 s; the last is always written."""
    now = 0.0

    def render(*_: Any) -> str:
        nonlocal now
        now += 1.0
        return "page"

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(page, "render", render)
    written: list[int] = []
    write = training_page.TrainingPage.write_files

    def count(self: Any, state: str, words: str) -> None:
        written.append(len(self._history))
        write(self, state, words)

    monkeypatch.setattr(training_page.TrainingPage, "write_files", count)
    row = {"epoch": 1, "total_loss": 1.0}
    film = FilmRecorder(task())
    film.frame = lambda epoch: np.zeros((14, 16, 16, 3), np.uint8)  # type: ignore[method-assign]
    with training_page.opened(tmp_path, task(), film, source="avatars") as follow:
        for epoch in range(6):
            follow([row] * epoch)
            now += 40.0
    # the opening and the start; then every third epoch; the end
    assert written == [0, 0, 1, 4, 6 - 1]


def test_the_history_of_a_page_is_whole_at_any_time(tmp_path: Path) -> None:
    """An unfinished file has another name."""
    path = tmp_path / "history.csv"
    path.write_text("old", encoding="utf-8")

    def write_half(temporary: Path) -> None:
        temporary.write_text("ha", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        training_page._replace(path, write_half)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
