"""Stop a training that no longer gets better, and go back to its best weights."""

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
    """Which epoch was the best so far, and what the weights were then.

    Attributes:
        monitored: the number that should fall.
        patience: so many epochs without a lower one end the training.
        best: the lowest number.
        best_epoch: its epoch, from 1; 0 before the first.
        weights: of the model after that epoch.
    """

    monitored: str
    patience: int
    best: float = float("inf")
    best_epoch: int = 0
    weights: list[npt.NDArray[Any]] = field(default_factory=list)

    def update(self, model: keras.Model, epoch: int, numbers: Mapping[str, float]) -> None:
        """Looks at the numbers after an epoch."""
        if numbers[self.monitored] < self.best:
            self.best, self.best_epoch = numbers[self.monitored], epoch
            # copies: on a CPU the array of a variable may be the variable's own memory
            self.weights = [np.array(variable) for variable in model.variables]

    def is_over(self, epoch: int) -> bool:
        """Tells whether the training ends after `epoch`."""
        return epoch - self.best_epoch >= self.patience

    def go_back(self, model: keras.Model) -> None:
        """Gives the model the weights of the best epoch."""
        for variable, value in zip(model.variables, self.weights, strict=True):
            variable.assign(value)

    def arrays(self) -> Arrays:
        """Gives the weights by name, for a checkpoint."""
        return {f"{_PREFIX}{index}": value for index, value in enumerate(self.weights)}

    def variables(self, model: keras.Model) -> dict[str, keras.Variable]:
        """Return the variables of which ``arrays`` has values, by the same names."""
        return {f"{_PREFIX}{index}": v for index, v in enumerate(model.variables)}

    def notes(self) -> dict[str, float]:
        """Gives the numbers, for a checkpoint."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], notes: Mapping[str, Any]) -> None:
        """Takes back what ``arrays`` and ``notes`` gave."""
        self.best, self.best_epoch = float(notes["best"]), int(notes["best_epoch"])
        num_weights = sum(name.startswith(_PREFIX) for name in arrays)
        self.weights = [arrays[f"{_PREFIX}{index}"] for index in range(num_weights)]
