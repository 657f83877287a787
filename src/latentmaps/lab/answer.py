"""What a question about some units came to, for those who draw it."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from latentmaps.lab import finding, questions
from latentmaps.lab.questions import Question
from latentmaps.lab.subjects import Subject
from latentmaps.lab.unit_oips import UnitOips
from latentmaps.oips import networks, race, real_digits
from latentmaps.oips.objectives import OBJECTIVES
from latentmaps.oips.oip import PixelRange, StrongestDigits

# of the settings: what plays no part where a person names the starts
_OF_THE_STAGE = {
    "num_starts",
    "num_finalists",
    "race_steps",
    "start_kinds",
    "precursor",
    "num_candidates",
    "candidate_kinds",
    "num_rescue_steps",
}


@dataclass(frozen=True)
class Answer:
    """What was asked, and what was found.

    Attributes:
        model_name: for titles.
        question: what was asked.
        units: what was found, one for each unit that was asked about.
        strongest: the test digits that excite the units most, in the same order; None: the model
            reads none, or there are none.
        pixel_range: darkest and brightest pixel; None: pixels are free.
        matches_stage: whether the OIPs are those of the stage draw_oips.
        command: with which to ask again.
    """

    model_name: str
    question: Question
    units: Sequence[UnitOips]
    strongest: StrongestDigits | None
    pixel_range: PixelRange | None
    matches_stage: bool
    command: str

    @property
    def objective_words(self) -> str:
        """What was climbed, in words."""
        return OBJECTIVES[self.units[0].objective_name].words

    @property
    def is_race(self) -> bool:
        """Whether only the best of the random starts climbed to the end."""
        params = self.question.params
        return self.question.starts is None and race.is_needed(params, params.num_starts)

    @property
    def summary(self) -> str:
        """What was found, for a line on the terminal."""
        return ", ".join(
            f"{unit.layer_name}-{unit.unit} "
            + ("silent" if unit.is_silent else f"{unit.activation:.3g}")
            for unit in self.units
        )

    @property
    def settings(self) -> dict[str, Any]:
        """All that was in force: name -> number, text, list, or None."""
        question = self.question
        values = {
            "model": self.model_name,
            "layer": question.layer_name,
            "units": [unit.unit for unit in self.units],
            "objective": self.units[0].objective_name,
            "pixels": question.pixels or ("free" if self.pixel_range is None else "data"),
            "starts": [kind for unit in self.units[:1] for kind in unit.kinds],
            **dataclasses.asdict(questions.effective_params(question, self.units[0].oip.shape)),
            "seed": question.seed,
        }
        unused = {"layers", "range", "polish"}
        unused |= set() if self.matches_stage else {"head_start"}
        unused |= _OF_THE_STAGE if question.starts is not None else set()
        return {name: value for name, value in values.items() if name not in unused}


def ask(subject: Subject, question: Question, *, command: str, jit_compile: bool) -> Answer:
    """Return what was found, with the real digits that excite the units most.

    Args:
        subject: the network.
        question: what is asked.
        command: with which to ask again.
        jit_compile: whether XLA compiles a step; slower on a CPU.

    Raises:
        DataError: the question does not fit the network.
        TrainingError: a gradient is not a number.
    """
    units = finding.find(subject, question, jit_compile=jit_compile)
    return Answer(
        model_name=subject.name,
        question=question,
        units=units,
        strongest=_strongest(subject, units),
        pixel_range=questions.find_pixel_range(subject, question.pixels),
        matches_stage=questions.matches_stage(subject, question),
        command=command,
    )


def _strongest(subject: Subject, units: Sequence[UnitOips]) -> StrongestDigits | None:
    if subject.digits is None:
        return None
    whole = networks.up_to(subject.model, units[0].layer_name, units[0].objective_name)
    every = real_digits.find_strongest(whole, subject.digits)
    rows = [unit.unit for unit in units]
    return StrongestDigits(
        rows=every.rows[rows],
        images=every.images[rows],
        labels=every.labels[rows],
        activations=every.activations[rows],
    )


def save(answer: Answer, path: Path) -> None:
    """Write what was found as .npz, equal bytes for equal results.

    Args:
        answer: what was found.
        path: the file. ``units`` (n,), ``winners`` (n,), ``kinds``, ``activations``, ``num_steps``,
            ``converged`` and ``optima`` (n, num_starts), ``starts`` and ``ends`` (n, num_starts, h,
            w, c), ``curves`` (n, num_starts, num_steps + 1), NaN behind the last step,
            ``snapshots`` (n, num_starts, num_snapshots, h, w, c) after ``snapshot_steps``, and
            ``settings``, a text in JSON.
    """
    units = answer.units
    arrays: dict[str, Any] = {
        name: np.array([getattr(unit, of_unit) for unit in units])
        for name, of_unit in {
            "units": "unit",
            "winners": "winner",
            "kinds": "kinds",
            "activations": "activations",
            "num_steps": "num_steps",
            "converged": "converged",
            "optima": "optima",
            "starts": "starts",
            "ends": "images",
            "curves": "curves",
            "snapshots": "snapshots",
        }.items()
    }
    np.savez_compressed(
        path,
        snapshot_steps=np.array(units[0].snapshot_steps),
        settings=np.array(json.dumps(answer.settings, indent=2)),
        **arrays,
    )
