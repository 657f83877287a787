"""Stop training when it no longer improves, and restore the best weights."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]

_PREFIX = "best/"


@dataclass
class EarlyStopping:
    """The best epoch so far, and the weights after it.

    Attributes:
        monitored: name of the number to minimize.
        patience: number of epochs without an improvement after which training ends.
        best: the lowest value so far.
        best_epoch: the epoch of `best`, from 1; 0 before the first epoch.
        weights: the values of all variables of the model after that epoch.
    """

    monitored: str
    patience: int
    best: float = float("inf")
    best_epoch: int = 0
    weights: list[npt.NDArray[Any]] = field(default_factory=list)

    def update(self, model: keras.Model, epoch: int, numbers: Mapping[str, float]) -> None:
        """Keep the weights of `model` if the monitored number improved.

        Args:
            model: the model after the epoch.
            epoch: number of the epoch, from 1.
            numbers: name -> value after the epoch.
        """
        if numbers[self.monitored] < self.best:
            self.best, self.best_epoch = numbers[self.monitored], epoch
            # copied, because on a CPU, the array of a variable can share the variable's memory
            self.weights = [np.array(variable) for variable in model.variables]

    def is_over(self, epoch: int) -> bool:
        """Report whether training ends after `epoch`."""
        return epoch - self.best_epoch >= self.patience

    def go_back(self, model: keras.Model) -> None:
        """Restore the weights of the best epoch."""
        for variable, value in zip(model.variables, self.weights, strict=True):
            variable.assign(value)

    def arrays(self) -> Arrays:
        """Return the best weights by name, for a checkpoint."""
        return {f"{_PREFIX}{index}": value for index, value in enumerate(self.weights)}

    def variables(self, model: keras.Model) -> dict[str, keras.Variable]:
        """Return the variables that ``arrays`` has values for, under the same names."""
        return {f"{_PREFIX}{index}": v for index, v in enumerate(model.variables)}

    def notes(self) -> dict[str, float]:
        """Return the best number and its epoch, for a checkpoint."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], notes: Mapping[str, Any]) -> None:
        """Restore the state that ``arrays`` and ``notes`` returned.

        Args:
            arrays: name -> value of a weight, in the weight's shape and dtype.
            notes: the best number and its epoch.
        """
        self.best, self.best_epoch = float(notes["best"]), int(notes["best_epoch"])
        num_weights = sum(name.startswith(_PREFIX) for name in arrays)
        self.weights = [arrays[f"{_PREFIX}{index}"] for index in range(num_weights)]
