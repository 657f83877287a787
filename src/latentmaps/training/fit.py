"""Train a compiled Keras model; the same for both networks.

Keras runs the loop. This module adds checkpoints and the way back to them, early stopping, the
history as a table, progress, and a stop with advice when a loss is no longer a number. Losses,
optimisers and data are the models' affair.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from latentmaps.errors import TrainingError
from latentmaps.training import state_problems
from latentmaps.training.checkpoints import Checkpoints, State
from latentmaps.training.early_stopping import EarlyStopping
from latentmaps.training_progress import Guard, Progress

log = logging.getLogger(__name__)

Rows = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Schedule:
    """How long a training goes on.

    Attributes:
        epochs: passes through the training data.
        steps_per_epoch: batches in an epoch.
        stopping: ends the training sooner, or None.
    """

    epochs: int
    steps_per_epoch: int
    stopping: EarlyStopping | None = None


@dataclass(frozen=True)
class Trained:
    """What a training told.

    Attributes:
        history: a row an epoch: ``epoch`` from 1, then every number of the model.
        epoch: the one after which the model had the weights that it has.
    """

    history: pd.DataFrame
    epoch: int

    def numbers(self) -> dict[str, float]:
        """Gives every number of the epoch of the weights by name."""
        row = self.history[self.history["epoch"] == self.epoch].iloc[0]
        return {str(name): float(value) for name, value in row.items() if name != "epoch"}


def fit(
    model: keras.Model,
    batches: Callable[[int], tf.data.Dataset],
    *,
    validation: tf.data.Dataset,
    schedule: Schedule,
    checkpoints: Checkpoints | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    follow: Callable[[Rows], None] | None = None,
    prefetch_to: str | None = None,
) -> Trained:
    """Train `model` from its last checkpoint on, and return the result.

    Args:
        model: compiled and built, its optimizer too.
        batches: first epoch, from 0 -> the batches of this epoch and all that follow.
        validation: batches on which the ``val_`` numbers are computed after each epoch; of known
            cardinality.
        schedule: how long.
        checkpoints: where the state after each epoch goes; None: nowhere.
        callbacks: of Keras, called after the guard against losses that are no number, and before
            the state after an epoch is saved.
        follow: called with the rows of the history, before the first step and after each epoch.
        prefetch_to: device on which batches wait for their step; None: where they are made.

    Raises:
        TrainingError: a loss became infinite or not a number, the memory of the device is full,
            or several machines have different checkpoints.
        DataError: a checkpoint is damaged.
    """
    course = _Course(model, schedule, checkpoints, follow)
    course.go_on()
    if not course.is_over:
        progress = Progress(schedule.epochs, schedule.steps_per_epoch, first_epoch=course.epoch)
        try:
            model.fit(
                _feed(batches(course.epoch), prefetch_to),
                validation_data=_feed(validation, prefetch_to),
                # Keras cannot tell how many batches there are once they are sent ahead
                validation_steps=int(validation.cardinality()),
                initial_epoch=course.epoch,
                epochs=schedule.epochs,
                steps_per_epoch=schedule.steps_per_epoch,
                callbacks=[Guard(), *callbacks, progress, course],
                shuffle=False,  # the batches come in the order that the seed gives
                verbose=0,
            )
        except tf.errors.ResourceExhaustedError as error:
            raise TrainingError(
                "the memory of the device is full: a step needs more than it has; lower "
                "batch_size or filters, then run again"
            ) from error
        except KeyboardInterrupt:
            log.info("Interrupted; %s", course.describe_rest())
            raise
        finally:
            progress.close()
    return course.finish()


def _feed(batches: tf.data.Dataset, prefetch_to: str | None) -> tf.data.Dataset:
    options = tf.data.Options()
    # Our data sets leave nothing to tune, and now and then the end of `fit` would wait for the
    # tuning thread to wake: it sleeps twice as long each time, 20 s after 20 s of training.
    options.autotune.enabled = False
    # several machines: each makes the whole batch and takes its piece
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    batches = batches.with_options(options)
    if prefetch_to is None:
        return batches
    # the last transformation: what followed would bring the batches back to the CPU
    return batches.apply(tf.data.experimental.prefetch_to_device(prefetch_to, buffer_size=2))


class _Course(keras.callbacks.Callback):
    """The training so far: its history, and the way between the model and its checkpoints."""

    def __init__(
        self,
        model: keras.Model,
        schedule: Schedule,
        checkpoints: Checkpoints | None,
        follow: Callable[[Rows], None] | None,
    ) -> None:
        super().__init__()
        self.set_model(model)
        self._schedule = schedule
        self._checkpoints = checkpoints
        self._follow = follow
        self._rows: list[dict[str, float]] = []

    @property
    def epoch(self) -> int:
        """Passes through the data so far."""
        return len(self._rows)

    @property
    def is_over(self) -> bool:
        """Whether the training ends here."""
        stopping = self._schedule.stopping
        stopped = stopping is not None and self.epoch > 0 and stopping.is_over(self.epoch)
        return stopped or self.epoch >= self._schedule.epochs

    def go_on(self) -> None:
        """Take up the last checkpoint, if there is one."""
        self._restore()
        self._tell()

    def _restore(self) -> None:
        epoch = self._checkpoints.last_epoch(self._schedule.epochs) if self._checkpoints else 0
        name = "" if self._checkpoints is None else self._checkpoints.folder.name
        _require_agreement(self.model, name, epoch)
        if self._checkpoints is None or not epoch:
            return
        state = self._checkpoints.load(epoch)
        variables = _variables(self.model)
        stopping = self._schedule.stopping
        best = {} if stopping is None else stopping.variables(self.model)
        problem = state_problems.of_arrays(
            state.arrays, variables | best
        ) or state_problems.of_notes(state, with_stopping=stopping is not None)
        if problem is not None:
            raise self._checkpoints.refusal(epoch, problem)
        for name, variable in variables.items():
            variable.assign(state.arrays[name])
        self._rows = [dict(row) for row in state.notes["history"]]
        if stopping is not None:
            stopping.restore(state.arrays, state.notes["stopping"])
        log.info("Going on after epoch %d, checkpoint in %s", epoch, self._checkpoints.folder)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        self._rows.append({"epoch": epoch + 1, **numbers})
        if self._schedule.stopping is not None:
            self._schedule.stopping.update(self.model, self.epoch, numbers)
        self._save()
        self._tell()
        self.model.stop_training = self.is_over

    def finish(self) -> Trained:
        """Gives what the training told; the model gets its best weights if it was to be stopped."""
        if self._checkpoints is not None:
            self._checkpoints.keep(self.epoch)
        history, stopping = pd.DataFrame(self._rows), self._schedule.stopping
        history["epoch"] = history["epoch"].astype(int)
        if stopping is None:
            return Trained(history, self.epoch)
        stopping.go_back(self.model)
        log.info("Took the weights of epoch %d, the best of %d", stopping.best_epoch, self.epoch)
        return Trained(history, stopping.best_epoch)

    def describe_rest(self) -> str:
        """Gives what is left of a training that was interrupted, in words."""
        if self._checkpoints is None or not self.epoch:
            return "no epoch was completed"
        return f"the checkpoint of epoch {self.epoch} is kept, run again to go on"

    def _tell(self) -> None:
        if self._follow is not None:
            self._follow(self._rows)

    def _save(self) -> None:
        if self._checkpoints is None:
            return
        arrays = {name: np.asarray(v) for name, v in _variables(self.model).items()}
        notes: dict[str, Any] = {"history": self._rows}
        if self._schedule.stopping is not None:
            arrays |= self._schedule.stopping.arrays()
            notes["stopping"] = self._schedule.stopping.notes()
        self._checkpoints.save(State(self.epoch, arrays, notes))


def _require_agreement(model: keras.Model, fingerprint: str, epoch: int) -> None:
    """Refuse machines that train different things, or would go on from different epochs.

    The former would give weights of no network in particular, the latter would wait for ever.
    """
    strategy = model.distribute_strategy
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return
    mine = np.array([epoch, *hashlib.sha256(fingerprint.encode()).digest()], np.float32)
    means = strategy.reduce("MEAN", strategy.run(lambda: tf.constant(mine)), axis=None)
    agrees = np.asarray(means) == mine
    if not agrees[1:].all():
        raise TrainingError(
            f"checkpoints: found the fingerprint {fingerprint} here and another one on other "
            "machines, expected equal parameters, images, code, libraries and initial weights on "
            "all; fingerprint.json in the folder of the checkpoints tells those of a machine"
        )
    if not agrees[0]:
        raise TrainingError(
            f"checkpoints: found that of epoch {epoch} here and another one on other machines, "
            "expected one folder that all machines see; set LATENTMAPS_CHECKPOINTS to it"
        )


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Gives everything a step changes: weights, states of random numbers, the optimizer's own.

    ``.weights.h5``, ``tf.train.Checkpoint`` and Keras's BackupAndRestore all lose the random ones.
    """
    return {
        f"{kind}/{index:03d}": variable
        for kind, owner in (("model", model), ("optimizer", model.optimizer))
        for index, variable in enumerate(owner.variables)
    }
