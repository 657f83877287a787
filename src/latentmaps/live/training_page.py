"""Keep a page up to date while a VAE is trained, and never stand in the way of the training."""

import logging
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock
import pandas as pd

from latentmaps import workers
from latentmaps.errors import DataError
from latentmaps.live import page
from latentmaps.live.page import About, Moment, Row
from latentmaps.storage import result_files
from latentmaps.vae.network import film_file
from latentmaps.vae.training.film import FilmRecorder
from latentmaps.vae.training.vae_task import Task

log = logging.getLogger(__name__)

# of the time of a training, for its page
_MOST_SHARE = 0.01
_LEAST_REFRESH_S, _MOST_REFRESH_S = 2, 30
# so many epochs without news, and no less than this, look like the end
_QUIET_EPOCHS, _LEAST_QUIET_S = 4, 120


@contextmanager
def opened(
    folder: Path, task: Task, film: FilmRecorder, *, source: str
) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Open the page of a training, and yield the function that ``fit.fit`` calls with the history.

    The page says at the end whether the training is over or has stopped. A folder that cannot be
    written costs a warning and the page. Of several machines the first one writes it.

    Args:
        folder: gets index.html and history.csv.
        task: what is trained on what.
        film: has the pictures.
        source: of the faces, see ``receipts.read_source``.
    """
    if not workers.is_writer():
        yield lambda _rows: None
        return
    about = About(
        fact=task.kl_weight,
        seed=task.train.seed,
        num_train=len(task.train.rows),
        epochs=task.length.epochs,
        may_stop=task.params.early_stopping_patience is not None,
        source=source,
    )
    live = _TrainingPage(folder, about, film)
    try:
        yield live.follow
    except BaseException as error:
        is_asked = isinstance(error, KeyboardInterrupt)
        live.end("stopped", "it was interrupted" if is_asked else str(error) or repr(error))
        raise
    else:
        live.end("over", "")
    finally:
        live.close()


class _TrainingPage:
    """The page of one training in its folder."""

    def __init__(self, folder: Path, about: About, film: FilmRecorder) -> None:
        self._folder = folder
        self._about = about
        self._film = film
        self._history: Sequence[Row] = ()
        self._urls: dict[int, list[str]] = {}
        self._faces = [page.data_url(tile) for tile in film.faces]
        self._seconds: list[float] = []  # of each epoch of this run
        self._is_started = False
        self._last_epoch = self._last_written = time.monotonic()
        self._cost_s = 0.0  # of the last page
        self._lock = filelock.FileLock(folder / "lock")
        self._is_open = self._try(self._claim)
        self._write("running", "The training is about to begin.")
        if self._is_open:
            address = (folder / "index.html").resolve().as_uri()
            log.info("Watch the training in a browser: %s", address)

    def follow(self, history: Sequence[Row]) -> None:
        """Show the history so far, unless the last page has cost too much to write one already."""
        now = time.monotonic()
        if self._is_started:
            self._seconds.append(now - self._last_epoch)
        self._is_started, self._last_epoch = True, now
        self._history = history
        if now - self._last_written >= self._cost_s / _MOST_SHARE:
            self._write("running", self._describe_rest())

    def end(self, state: str, reason: str) -> None:
        """Write the page for the last time."""
        epoch = len(self._history)
        if state == "over":
            words = f"The training is over: {_count(epoch)}{self._describe_time()}."
        else:
            words = f"The training has stopped after {_count(epoch)}: {reason}."
        self._write(state, words)

    def close(self) -> None:
        """Let another training have the folder."""
        self._lock.release()

    def _claim(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(blocking=False)
        except filelock.Timeout:
            raise OSError("another training is shown there") from None

    def _write(self, state: str, words: str) -> None:
        """Write page and table."""
        if not self._is_open:
            return
        started = time.monotonic()
        self._is_open = self._try(lambda: self._write_files(state, words))
        # the first page loads what the others have
        self._cost_s = time.monotonic() - started if self._history else 0.0
        self._last_written = time.monotonic()

    def _write_files(self, state: str, words: str) -> None:
        epoch_s = statistics.median(self._seconds) if self._seconds else 0.0
        moment = Moment(
            state=state,
            words=words,
            epoch=len(self._history),
            refresh_s=round(min(max(epoch_s / 3, _LEAST_REFRESH_S), _MOST_REFRESH_S)),
            quiet_s=round(max(_QUIET_EPOCHS * epoch_s, _LEAST_QUIET_S)) if epoch_s else 0,
            written_s=time.time(),
            clock=time.strftime("%H:%M:%S"),
        )
        html = page.render(self._about, moment, self._history, self._faces, self._frames())
        _replace(self._folder / "index.html", lambda path: path.write_text(html, encoding="utf-8"))
        if not self._history:  # that of another training would be taken for this one's
            (self._folder / "history.csv").unlink(missing_ok=True)
        else:
            table = pd.DataFrame(self._history).astype({"epoch": int})
            _replace(
                self._folder / "history.csv", lambda path: result_files.write_table(path, table)
            )

    def _frames(self) -> dict[int, list[str]]:
        """Return the pictures of the epochs that a film of this length shows.

        A damaged frame is left out: it is the film that refuses it.
        """
        before, self._urls = self._urls, {}
        for epoch in film_file.choose_epochs(len(self._history)):
            with suppress(DataError):
                self._urls[epoch] = before.get(epoch) or [
                    page.data_url(tile) for tile in self._film.frame(epoch)
                ]
        return self._urls

    def _describe_rest(self) -> str:
        done, epochs = len(self._history), self._about.epochs
        if not self._seconds:
            return f"Going on after epoch {done} of {epochs}." if done else "Epoch 1 is running."
        left = _duration(statistics.median(self._seconds) * (epochs - done))
        most = "at most" if self._about.may_stop else "about"
        return f"Epoch {done} of {epochs} is done, {most} {left} left."

    def _describe_time(self) -> str:
        """Return how long the epochs of this run took, in words that follow those of all."""
        num_epochs = len(self._seconds)
        if num_epochs == 0:
            return ""
        which = "" if num_epochs == len(self._history) else f", the last {num_epochs}"
        return f"{which} in {_duration(sum(self._seconds))}"

    def _try(self, work: Callable[[], Any]) -> bool:
        """Return whether something could be written; where not, warn."""
        try:
            work()
        except OSError as error:
            log.warning(
                "Warning: %s: %s; the training goes on without its page - set LATENTMAPS_LIVE to a "
                "folder that can be written",
                self._folder,
                error.strerror or error,
            )
            return False
        except Exception:
            # hours of training are worth more than the page that shows them
            log.exception(
                "Warning: %s: the page cannot be drawn, which is a fault of this program; the "
                "training goes on without it",
                self._folder,
            )
            return False
        return True


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that is whole whenever somebody reads it."""
    temporary = path.with_suffix(f".{os.getpid()}.partial")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _count(epochs: int) -> str:
    return "1 epoch" if epochs == 1 else f"{epochs} epochs"


def _duration(seconds: float) -> str:
    """Return a time in words: 45 s, 12 min, 3.4 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
