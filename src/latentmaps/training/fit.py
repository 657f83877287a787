"""Train a compiled Keras model: the VAE or the CNN.

Keras runs the loop. This module adds checkpoints and resuming, early stopping, the history as a
table, progress output, and an error with advice when a loss is no longer finite. The caller
provides losses, optimizers and data.
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
    """The length of a training run.

    Attributes:
        epochs: passes through the training data.
        steps_per_epoch: batches per epoch.
        stopping: early stopping, or None.
    """

    epochs: int
    steps_per_epoch: int
    stopping: EarlyStopping | None = None


@dataclass(frozen=True)
class Trained:
    """The result of a training run.

    Attributes:
        history: one row per epoch: ``epoch`` from 1, then every number that the model reports.
        epoch: the epoch whose weights the model has.
    """

    history: pd.DataFrame
    epoch: int

    def numbers(self) -> dict[str, float]:
        """Return the numbers, by name, from the epoch whose weights the model has."""
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
    """Train `model`, starting from its latest checkpoint, and return the result.

    Args:
        model: built and compiled, with a built optimizer.
        batches: callable, first epoch (from 0) -> the batches of that epoch and all later ones.
        validation: batches for the ``val_`` numbers after each epoch, with a known cardinality.
        schedule: the length of the training run.
        checkpoints: where to store the state after each epoch; None stores nothing.
        callbacks: Keras callbacks. They run after the check that losses are finite and before the
            state of the epoch is saved.
        follow: callable that receives all rows of the history, before the first step and after each
            epoch.
        prefetch_to: device to which batches are sent ahead of time; None leaves them where they
            are created.

    Raises:
        TrainingError: a loss became infinite or NaN, the device ran out of memory, or several
            machines have different checkpoints.
        DataError: a checkpoint is damaged.
    """
    recorder = _Recorder(model, schedule, checkpoints, follow)
    recorder.resume()
    if not recorder.is_over:
        progress = Progress(schedule.epochs, schedule.steps_per_epoch, first_epoch=recorder.epoch)
        try:
            model.fit(
                make_feed(batches(recorder.epoch), prefetch_to),
                validation_data=make_feed(validation, prefetch_to),
                # required, since the number of batches in a prefetched data set is unknown
                validation_steps=int(validation.cardinality()),
                initial_epoch=recorder.epoch,
                epochs=schedule.epochs,
                steps_per_epoch=schedule.steps_per_epoch,
                # the recorder runs last: it saves the state that the other callbacks leave behind
                callbacks=[Guard(), *callbacks, progress, recorder],
                shuffle=False,  # `batches` are already in the order that the seed determines
                verbose=0,
            )
        except tf.errors.ResourceExhaustedError as error:
            raise TrainingError(
                "the device ran out of memory: a training step needs more than it has; lower "
                "batch_size or filters, then run again"
            ) from error
        except KeyboardInterrupt:
            log.info("Interrupted; %s", recorder.describe_progress())
            raise
        finally:
            progress.close()
    return recorder.finish()


def make_feed(batches: tf.data.Dataset, prefetch_to: str | None) -> tf.data.Dataset:
    """Return the batches in the form that the training loop reads.

    Args:
        batches: the data set.
        prefetch_to: device that receives batches ahead of time; None disables prefetching.
    """
    options = tf.data.Options()
    # These data sets have nothing to tune, and at its end, `fit` sometimes waited for the tuning
    # thread, whose pauses double each time: after 20 s of training, the wait was up to 20 s.
    options.autotune.enabled = False
    # with several machines, each reads the whole batch and takes its share
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    batches = batches.with_options(options)
    if prefetch_to is None:
        return batches
    # must be the last transformation: any later one would copy the batches back to the CPU
    return batches.apply(tf.data.experimental.prefetch_to_device(prefetch_to, buffer_size=2))


class _Recorder(keras.callbacks.Callback):
    """Record the history, and save and restore the state of training."""

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
        """Number of finished epochs."""
        return len(self._rows)

    @property
    def is_over(self) -> bool:
        """Whether training is complete."""
        stopping = self._schedule.stopping
        stopped = stopping is not None and self.epoch > 0 and stopping.is_over(self.epoch)
        return stopped or self.epoch >= self._schedule.epochs

    def resume(self) -> None:
        """Restore the latest checkpoint, if there is one."""
        self._restore()
        self._report()

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
        problem = state_problems.check_arrays(
            state.arrays, variables | best
        ) or state_problems.check_notes(state, with_stopping=stopping is not None)
        if problem is not None:
            raise self._checkpoints.refusal(epoch, problem)
        for name, variable in variables.items():
            variable.assign(state.arrays[name])
        self._rows = [dict(row) for row in state.notes["history"]]
        if stopping is not None:
            stopping.restore(state.arrays, state.notes["stopping"])
        log.info("Resuming after epoch %d from %s", epoch, self._checkpoints.folder)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        self._rows.append({"epoch": epoch + 1, **numbers})
        if self._schedule.stopping is not None:
            self._schedule.stopping.update(self.model, self.epoch, numbers)
        self._save()
        self._report()
        self.model.stop_training = self.is_over

    def finish(self) -> Trained:
        """Return the result, after restoring the best weights if early stopping is used."""
        if self._checkpoints is not None:
            self._checkpoints.keep(self.epoch)
        history, stopping = pd.DataFrame(self._rows), self._schedule.stopping
        history["epoch"] = history["epoch"].astype(int)
        if stopping is None:
            return Trained(history, self.epoch)
        stopping.go_back(self.model)
        log.info(
            "Restored the weights of epoch %d, the best of %d epochs",
            stopping.best_epoch,
            self.epoch,
        )
        return Trained(history, stopping.best_epoch)

    def describe_progress(self) -> str:
        """Describe what an interrupted run leaves behind."""
        if self._checkpoints is None or not self.epoch:
            return "no epoch was completed"
        return f"the checkpoint of epoch {self.epoch} is kept; run again to resume"

    def _report(self) -> None:
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
    """Raise an error if machines have different tasks or would resume from different epochs.

    With different tasks, the weights of different networks would be averaged. With different
    epochs, the machines would wait for each other forever.
    """
    strategy = model.distribute_strategy
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return
    mine = np.array([epoch, *hashlib.sha256(fingerprint.encode()).digest()], np.float32)
    means = strategy.reduce("MEAN", strategy.run(lambda: tf.constant(mine)), axis=None)
    agrees = np.asarray(means) == mine
    if not agrees[1:].all():
        raise TrainingError(
            f"checkpoints: found the fingerprint {fingerprint} here and a different one on other "
            "machines, expected the same parameters, images, code, libraries and initial weights "
            "on all of them; compare fingerprint.json in the checkpoint folders of the machines"
        )
    if not agrees[0]:
        raise TrainingError(
            f"checkpoints: found epoch {epoch} here and a different one on other machines, "
            "expected one folder that all machines see; set LATENTMAPS_CHECKPOINTS to it"
        )


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Return everything that a step changes: weights, random states and optimizer variables.

    ``.weights.h5``, ``tf.train.Checkpoint`` and Keras's BackupAndRestore all lose random states.
    """
    return {
        f"{kind}/{index:03d}": variable
        for kind, owner in (("model", model), ("optimizer", model.optimizer))
        for index, variable in enumerate(owner.variables)
    }
