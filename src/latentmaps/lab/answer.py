"""The answer to a question about some units, ready to be drawn and saved."""

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

# settings that have no effect when the user names the starts
_STAGE_ONLY = {
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
    """A question and its results.

    Attributes:
        model_name: name of the network, for titles.
        question: the question.
        units: the results, one per unit, in the order of the question.
        strongest: the test digits that excite the units most, in the same order; None if the model
            does not read digits or none are available.
        pixel_range: darkest and brightest pixel; None if pixels are free.
        matches_stage: whether the OIPs equal those of the stage draw_oips.
        command: the command line that repeats the question.
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
        """Description of the objective."""
        return OBJECTIVES[self.units[0].objective_name].words

    @property
    def is_race(self) -> bool:
        """Whether only the best random starts continued to the last step."""
        params = self.question.params
        return self.question.starts is None and race.is_needed(params, params.num_starts)

    @property
    def summary(self) -> str:
        """The activation of each unit, as one line for the terminal."""
        return ", ".join(
            f"{unit.layer_name}-{unit.unit} "
            + ("silent" if unit.is_silent else f"{unit.activation:.3g}")
            for unit in self.units
        )

    @property
    def settings(self) -> dict[str, Any]:
        """All settings that took effect: name -> number, text, list or None."""
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
        unused |= _STAGE_ONLY if question.starts is not None else set()
        return {name: value for name, value in values.items() if name not in unused}


def ask(subject: Subject, question: Question, *, command: str, jit_compile: bool) -> Answer:
    """Answer a question about a network, and add the real digits that excite the units most.

    Args:
        subject: the network.
        question: the question.
        command: the command line that repeats the question.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.

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
    of_layer = real_digits.find_strongest(whole, subject.digits)  # one row per unit of the layer
    rows = [unit.unit for unit in units]
    return StrongestDigits(
        rows=of_layer.rows[rows],
        images=of_layer.images[rows],
        labels=of_layer.labels[rows],
        activations=of_layer.activations[rows],
    )


def save(answer: Answer, path: Path) -> None:
    """Write an answer as .npz; identical results produce identical files.

    Args:
        answer: the answer to save.
        path: path of the file. Its arrays are ``units`` and ``winners``, (n,); ``kinds``,
            ``activations``, ``num_steps``, ``converged`` and ``optima``, (n, num_starts);
            ``starts`` and ``ends``, (n, num_starts, h, w, c); ``curves``, (n, num_starts,
            num_steps + 1), with NaN after the last step; and ``snapshots``, (n, num_starts,
            num_snapshots, h, w, c), taken after ``snapshot_steps``. The array ``settings`` is a
            JSON string.
    """
    units = answer.units
    arrays: dict[str, Any] = {
        name: np.array([getattr(unit, attribute) for unit in units])
        for name, attribute in {
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
