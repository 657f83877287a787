"""Everything known about one experiment: read by ``revision``, shown by the other modules."""

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
    """The reason why part of an experiment is missing from the page.

    Attributes:
        reason: what is missing, and why.
        command: a shell command that may help; empty if only a new experiment would help.
    """

    reason: str
    command: str = ""


@dataclass(frozen=True)
class Experiment:
    """One experiment: its parameters, numbers, pictures and problems.

    Attributes:
        name: name of the experiment, branch or tag, or ``workspace``.
        revision: short hash of its commit; empty for the workspace.
        state: ``success``, or the state in DVC's queue: ``failed``, ``queued`` or ``running``.
        parameters: dotted name -> value, for all parameters that affect a result.
        training: the numbers of train_vae; empty if there are none.
        test: the numbers of evaluate_vae; empty if there are none.
        strips: ``reconstructions`` or the name of a sampler -> strip of faces.
        page: file of its full page; None if there is none.
        linked_pages: path relative to the folder of the full page -> file of a page that the full
            page links to; None if it is not on this machine.
        data: path of the data used for training and testing -> hash.
        code: stage -> hash of the code it ran.
        results: hash of all results; experiments with identical results have the same hash.
        without_numbers: stages whose numbers.json is unavailable, as stated in `problems`.
        problems: what is unavailable, and why.
    """

    name: str
    revision: str = ""
    state: str = "success"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    test: Mapping[str, Any] = field(default_factory=dict)
    strips: Mapping[str, Image.Image] = field(default_factory=dict)
    page: Path | None = None
    linked_pages: Mapping[str, Path | None] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    results: str = ""
    without_numbers: frozenset[str] = frozenset()
    problems: Sequence[Problem] = ()

    @property
    def kl_weight(self) -> float:
        """Weight of the KL term; NaN if unknown."""
        value: Any = self.parameters.get(FACT)
        return float(value) if is_number(value) else math.nan

    @property
    def label(self) -> str:
        """The KL weight as text, to be shown next to the word "fact"."""
        return "unknown" if math.isnan(self.kl_weight) else f"{self.kl_weight:g}"

    @property
    def identity(self) -> str:
        """A key that is unique even if experiments from different commits have the same name."""
        return f"{self.name}@{self.revision}"

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to compare: numbers or pictures."""
        return self.state == "success" and bool(self.training or self.test or self.strips)

    def repeats(self, other: "Experiment") -> bool:
        """Report whether this experiment repeats another one, apart from rounding differences.

        A commit contains results from the machine that produced them. If an experiment ran the same
        code with the same parameters on the same data, the page would show the same row twice.
        """
        is_same_run = (self.parameters, self.code, self.data) == (
            other.parameters,
            other.code,
            other.data,
        )
        return other.is_shown and (self.results == other.results or is_same_run)

    def number(self, document: str, *keys: str) -> float | None:
        """Return a finite training or test number, or None if there is none.

        Args:
            document: ``training`` or ``test``.
            keys: the nested keys of the number.
        """
        value: Any = {"training": self.training, "test": self.test}[document]
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return float(value) if is_number(value) else None


def sort_by_fact(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Sort experiments by KL weight, then by other parameters, seed and name.

    Unknown weights come last. Experiments that differ only in a seed are next to each other.
    """
    without_seeds = [parameters.split_seeds(experiment.parameters)[0] for experiment in experiments]
    names = [name for name in parameters.find_differing(without_seeds) if name != FACT]

    def sort_key(experiment: Experiment) -> tuple[Any, ...]:
        ranks = [_rank(experiment.parameters.get(name)) for name in (*names, SEED)]
        weight = experiment.kl_weight
        return (math.isnan(weight), weight, *ranks, experiment.name, experiment.revision)

    return sorted(experiments, key=sort_key)


def _rank(value: Any) -> tuple[float, str]:
    """Return a sort key that orders numbers by size and puts all other values after them."""
    return (float(value), "") if is_number(value) else (math.inf, str(value))


def is_number(value: Any) -> bool:
    """Report whether a value is a finite number; True and False do not count."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
