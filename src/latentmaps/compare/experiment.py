"""What is known of one experiment; made by ``revision``, set on the page by the other modules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from latentmaps.compare import parameters

FACT = "train_vae.fact"
SEED = "train_vae.seed"


@dataclass(frozen=True)
class Problem:
    """Why something of an experiment is not on the page.

    Attributes:
        reason: what is missing, and why.
        command: what may help, to be typed; empty: nothing but a new experiment.
    """

    reason: str
    command: str = ""


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        name: of the experiment, branch or tag, or ``workspace``.
        revision: short hash of its commit; empty for the workspace.
        state: success, or what DVC's queue says: failed, queued, running.
        parameters: dotted name -> value, as far as a result depends on them.
        training: the numbers of train_vae; empty: there are none.
        test: the numbers of evaluate_vae; empty: there are none.
        strips: reconstructions, or name of a sampler -> picture.
        page: the file of its full page.
        pages_beside: path of what that links, from its folder -> file; None: it is not here.
        data: path of what was trained and tested on -> hash.
        code: stage -> hash of the code that it ran.
        results: hash of all results; equal for two experiments that have the same ones.
        without_numbers: stages whose numbers.json could not be had, which is among the problems.
        problems: what could not be had.
    """

    name: str
    revision: str = ""
    state: str = "success"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    test: Mapping[str, Any] = field(default_factory=dict)
    strips: Mapping[str, Image.Image] = field(default_factory=dict)
    page: Path | None = None
    pages_beside: Mapping[str, Path | None] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    results: str = ""
    without_numbers: frozenset[str] = frozenset()
    problems: Sequence[Problem] = ()

    @property
    def fact(self) -> float:
        """Weight of the KL term; not a number when it is unknown."""
        value: Any = self.parameters.get(FACT)
        return float(value) if is_number(value) else math.nan

    @property
    def label(self) -> str:
        """What the experiment is called where the word fact stands beside it."""
        return "unknown" if math.isnan(self.fact) else f"{self.fact:g}"

    @property
    def identity(self) -> str:
        """Return what no other experiment has: those of different commits may share a name."""
        return f"{self.name}@{self.revision}"

    @property
    def is_drawn(self) -> bool:
        """Tell whether there is anything to compare: numbers or pictures."""
        return self.state == "success" and bool(self.training or self.test or self.strips)

    def repeats(self, other: "Experiment") -> bool:
        """Tell whether it repeats another experiment up to rounding on another machine.

        A commit brings along results of the machine that made it. Where an experiment ran the same
        code with the same parameters on the same data, its row would stand there twice.
        """
        is_same_run = (self.parameters, self.code, self.data) == (
            other.parameters,
            other.code,
            other.data,
        )
        return other.is_drawn and (self.results == other.results or is_same_run)

    def number(self, document: str, *keys: str) -> float | None:
        """Return a finite number of its metrics, or None.

        Args:
            document: training or test.
            keys: names on the way into the document.
        """
        value: Any = {"training": self.training, "test": self.test}[document]
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return float(value) if is_number(value) else None


def by_fact(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Return experiments by fact, then by what else decides them, seed, and name; unknown last.

    So those that differ in a seed alone stand together.
    """
    deciding = [parameters.split_seeds(one.parameters)[0] for one in experiments]
    names = [name for name in parameters.find_differing(deciding) if name != FACT]

    def order(one: Experiment) -> tuple[Any, ...]:
        others = [_rank(one.parameters.get(name)) for name in (*names, SEED)]
        return (math.isnan(one.fact), one.fact, *others, one.name, one.revision)

    return sorted(experiments, key=order)


def _rank(value: Any) -> tuple[float, str]:
    """Return what sorts numbers by size and puts all other values behind them."""
    return (float(value), "") if is_number(value) else (math.inf, str(value))


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
