"""What is trained on what: everything that decides the numbers but the number of epochs."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from latentmaps import versions
from latentmaps.training.checkpoints import Checkpoints, fingerprint
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.training import batches

# what computes a training
LIBRARIES = ("keras", "numpy", "tensorflow")


@dataclass(frozen=True)
class Settings:
    """How a VAE is trained, but for how long.

    Attributes:
        fact: weight of the KL term.
        fact_warmup_epochs: in which the weight rises linearly to `fact`.
        kl_method: a name of ``kl.METHODS``.
        reconstruction_loss: bce, mse or gaussian.
        learning_rate: of Adam at the first step.
        learning_rate_schedule: constant, step or cosine.
        decay_epochs: see ``optimizers.learning_rate``, in epochs.
        decay_rate: see ``optimizers.learning_rate``.
        early_stopping_patience: epochs without a better val_total_loss before the training stops.
        batch_size: images a step, over all devices.
        precision: float32, bfloat16 or float16.
        seed: of initial weights, order, noise and corruption.
    """

    fact: float
    fact_warmup_epochs: int
    kl_method: str
    reconstruction_loss: str
    learning_rate: float
    learning_rate_schedule: str
    decay_epochs: int
    decay_rate: float
    early_stopping_patience: int | None
    batch_size: int
    precision: str
    seed: int

    @classmethod
    def of(cls, section: Any, **others: Any) -> Self:
        """Return the settings of an object with these attributes, as ``train_vae`` is.

        Args:
            section: the object.
            others: attributes that are not the object's, as the seed, or that replace its own.
        """
        names = {field.name for field in fields(cls)} - others.keys()
        return cls(**{name: getattr(section, name) for name in names}, **others)


@dataclass(frozen=True)
class Task:
    """Everything but the number of epochs that decides what a training gives.

    Attributes:
        architecture: the shape of the networks.
        settings: how they are trained.
        train: the faces to learn from.
        validation: the faces for the ``val_`` numbers.
    """

    architecture: Architecture
    settings: Settings
    train: batches.Faces
    validation: batches.Faces

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches in an epoch.

        Raises:
            TrainingError: the training part does not fill one.
        """
        return batches.steps_per_epoch(len(self.train.rows), self.settings.batch_size)


def open_checkpoints(
    task: Task, root: Path, *, images: Path, code: Mapping[str, str], is_writer: bool
) -> Checkpoints:
    """Gives the checkpoints of a task.

    Args:
        task: what is trained on what.
        root: the folder of all checkpoints.
        images: the file of the images; its bytes count.
        code: path -> hash of all code that decides the result, see ``stage_code``.
        is_writer: whether this process writes them.
    """
    description = _what_decides(task) | {"code": dict(code)}
    name = fingerprint(description, [images])
    return Checkpoints(root / name, description, is_writer=is_writer)


def _what_decides(task: Task) -> dict[str, Any]:
    """Return what decides the numbers, except the images, the code and the number of epochs."""
    return {
        "architecture": asdict(task.architecture),
        "settings": asdict(task.settings),
        "seeds": [task.train.seed, task.validation.seed],
        "corruption": [task.train.corruption, task.train.corruption_level],
        "rows": [
            _digest(part.rows.astype("<i8").tobytes()) for part in (task.train, task.validation)
        ],
        "versions": versions.installed(*LIBRARIES),
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
