"""Keep the live page up to date while a VAE is trained, without ever stopping the training."""

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

# largest share of the training time to spend on the page
_MOST_SHARE = 0.01
_LEAST_REFRESH_S, _MOST_REFRESH_S = 2, 30
# After this many epochs and at least this many seconds without an update, the page says that the
# training may have been killed.
_QUIET_EPOCHS, _LEAST_QUIET_S = 4, 120


@contextmanager
def opened(
    folder: Path, task: Task, film: FilmRecorder, *, source: str
) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Open the live page of a training run, and yield the `follow` callback for ``fit.fit``.

    On exit, the page says whether the training finished or stopped. If the folder is not writable,
    the training continues without the page after a single warning. With several machines, only the
    first machine writes the page.

    Args:
        folder: the folder for index.html and history.csv.
        task: the training run.
        film: the film recorder, which provides the pictures.
        source: source of the faces; see ``receipts.read_source``.
    """
    if not workers.is_writer():
        yield lambda _rows: None
        return
    about = About(
        kl_weight=task.kl_weight,
        seed=task.train.seed,
        num_train=len(task.train.rows),
        epochs=task.length.epochs,
        may_stop=task.params.early_stopping_patience is not None,
        source=source,
    )
    live = TrainingPage(folder, about, film)
    try:
        yield live.follow
    except BaseException as error:
        is_interrupt = isinstance(error, KeyboardInterrupt)
        live.end("stopped", "it was interrupted" if is_interrupt else str(error) or repr(error))
        raise
    else:
        live.end("over", "")
    finally:
        live.close()


class TrainingPage:
    """The live page of one training run, and its folder."""

    def __init__(self, folder: Path, about: About, film: FilmRecorder) -> None:
        self._folder = folder
        self._about = about
        self._film = film
        self._history: Sequence[Row] = ()
        self._urls: dict[int, list[str]] = {}
        self._faces = [page.data_url(tile) for tile in film.faces]
        self._seconds: list[float] = []  # duration of each epoch of this run
        self._is_started = False
        self._last_epoch = self._last_written = time.monotonic()
        self._cost_s = 0.0  # time that writing the last page took
        self._lock = filelock.FileLock(folder / "lock")
        self._is_open = self._try(self._claim)
        self._write("running", "Training is about to start.")
        if self._is_open:
            address = (folder / "index.html").resolve().as_uri()
            log.info("Watch the training in a browser: %s", address)

    def follow(self, history: Sequence[Row]) -> None:
        """Show the history so far, unless the page would exceed its share of the time."""
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
            words = f"Training finished: {_count(epoch)}{self._describe_time()}."
        else:
            words = f"Training stopped after {_count(epoch)}: {reason}."
        self._write(state, words)

    def close(self) -> None:
        """Release the folder for other training runs."""
        self._lock.release()

    def _claim(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(blocking=False)
        except filelock.Timeout:
            raise OSError("another training run is using it") from None

    def _write(self, state: str, words: str) -> None:
        """Write the page and the table, if the folder is usable."""
        if not self._is_open:
            return
        started = time.monotonic()
        self._is_open = self._try(lambda: self.write_files(state, words))
        # the first page is not counted, because it loads libraries that later pages reuse
        self._cost_s = time.monotonic() - started if self._history else 0.0
        self._last_written = time.monotonic()

    def write_files(self, state: str, words: str) -> None:
        """Write the page, its script and history.csv.

        Args:
            state: ``"running"``, ``"over"`` or ``"stopped"``.
            words: a message to show below the state; empty for none.
        """
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
        if not self._history:  # the table of a previous run would be mistaken for this run's table
            (self._folder / "history.csv").unlink(missing_ok=True)
        else:
            table = pd.DataFrame(self._history).astype({"epoch": int})
            _replace(
                self._folder / "history.csv", lambda path: result_files.write_table(path, table)
            )

    def _frames(self) -> dict[int, list[str]]:
        """Return the pictures of the epochs that a film of this length shows.

        Damaged frames are skipped here; the film reports them.
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
            return f"Resuming after epoch {done} of {epochs}." if done else "Running epoch 1."
        left = _duration(statistics.median(self._seconds) * (epochs - done))
        most = "at most" if self._about.may_stop else "about"
        return f"Finished epoch {done} of {epochs}, {most} {left} left."

    def _describe_time(self) -> str:
        """Describe how long the epochs of this run took, as a continuation of "4 epochs"."""
        num_epochs = len(self._seconds)
        if num_epochs == 0:
            return ""
        which = "" if num_epochs == len(self._history) else f", the last {num_epochs}"
        return f"{which} in {_duration(sum(self._seconds))}"

    def _try(self, work: Callable[[], Any]) -> bool:
        """Run `work`, and report whether it succeeded; log a warning if it did not."""
        try:
            work()
        except OSError as error:
            log.warning(
                "Warning: %s: %s; the training continues without its page; set LATENTMAPS_LIVE to "
                "a writable folder",
                self._folder,
                error.strerror or error,
            )
            return False
        except Exception:
            # hours of training are worth more than the page that shows them
            log.exception(
                "Warning: %s: the page cannot be rendered because of a bug in this program; the "
                "training continues without it",
                self._folder,
            )
            return False
        return True


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically, so that readers never see a partial one."""
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
    """Format a duration for readers, such as 45 s, 12 min or 3.4 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
