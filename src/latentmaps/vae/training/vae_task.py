"""What is trained on what: everything that decides the numbers of a training."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from latentmaps import versions, workers
from latentmaps.params.train_vae import TrainVae
from latentmaps.training.checkpoints import Checkpoints, fingerprint
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.training import batches, compute_dtype, training_length
from latentmaps.vae.training.initial_weights import InitialWeights
from latentmaps.vae.training.training_length import Length

# what computes a training
LIBRARIES = ("keras", "numpy", "tensorflow")
# Of these a fingerprint has what they come to, under another name. The number of epochs is not in
# it: a longer training goes on where a shorter one ended. Of initial weights the bytes count, and
# not their place.
_RESOLVED = {"fact", "epochs", "batch_size", "precision", "seed", "initial_weights"}


@dataclass(frozen=True)
class Task:
    """What is trained on what, and for how long.

    Attributes:
        params: the section ``train_vae``; what the other attributes say has precedence over it.
        kl_weight: of the KL term.
        length: epochs and batch size.
        compute_dtype: float32, bfloat16 or float16.
        train: the faces to learn from; their seed is that of the initial weights, too.
        validation: the faces for the ``val_`` numbers.
        initial_weights: from which the training starts; None: random ones.
    """

    params: TrainVae
    kl_weight: float
    length: Length
    compute_dtype: str
    train: batches.FacePart
    validation: batches.FacePart
    initial_weights: InitialWeights | None

    @classmethod
    def for_faces(
        cls,
        params: TrainVae,
        images: npt.NDArray[np.uint8],
        parts: Mapping[str, npt.NDArray[np.int64]],
        *,
        kl_weight: float,
        seed: int,
        validation_seed: int,
    ) -> Self:
        """Return the task for some faces, with what "auto" in the section comes to here.

        Args:
            params: the section ``train_vae``.
            images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
            parts: train and validation -> (num_rows,), rows of `images`.
            kl_weight: of the KL term.
            seed: of initial weights, order, noise and corruption of the training part.
            validation_seed: of noise and corruption of the validation part: trainings compare where
                it is the same.

        Raises:
            TrainingError: the images are not square, or layers do not fit.
            DataError: the initial weights are missing, altered, or of another network.
        """
        dtype = compute_dtype.choose(params.precision)
        length = training_length.choose_length(
            len(parts["train"]), epochs=params.epochs, batch_size=params.batch_size
        )
        train, validation = (
            batches.FacePart(
                images,
                parts[part],
                latent_dim=params.latent_dim,
                seed=seed_of_part,
                corruption=params.corruption,
                corruption_level=params.corruption_level,
            )
            for part, seed_of_part in (("train", seed), ("validation", validation_seed))
        )
        initial_weights = None
        if params.initial_weights is not None:
            shape = Architecture.for_images(images.shape, params)
            initial_weights = InitialWeights.read(Path(params.initial_weights), shape)
        return cls(params, kl_weight, length, dtype, train, validation, initial_weights)

    @property
    def architecture(self) -> Architecture:
        """The shape of the networks.

        Raises:
            TrainingError: the images are not square, or layers do not fit.
        """
        return Architecture.for_images(self.train.images.shape, self.params)

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches in an epoch.

        Raises:
            TrainingError: the training part does not fill one.
        """
        return batches.steps_per_epoch(len(self.train.rows), self.length.batch_size)

    @property
    def num_steps(self) -> int:
        """The number of batches in all epochs."""
        return self.length.epochs * self.steps_per_epoch


def open_checkpoints(
    task: Task, root: Path, *, images: Path, code: Mapping[str, str]
) -> Checkpoints:
    """Return the checkpoints of a task; of several machines the first one writes them.

    Args:
        task: what is trained on what.
        root: the folder of all checkpoints.
        images: the file of the images; its bytes count.
        code: path -> hash of all code that decides the result, see ``stage_code``.
    """
    description = _what_decides(task) | {"code": dict(code)}
    name = fingerprint(description, [images])
    return Checkpoints(root / name, description, is_writer=workers.is_writer())


def _what_decides(task: Task) -> dict[str, Any]:
    """Return what decides the numbers, except the images, the code and the number of epochs."""
    params = {name: value for name, value in asdict(task.params).items() if name not in _RESOLVED}
    initial = task.initial_weights
    return {
        "params": params,
        "kl_weight": task.kl_weight,
        "batch_size": task.length.batch_size,
        "compute_dtype": task.compute_dtype,
        "architecture": asdict(task.architecture),
        "initial_weights": initial and {"sha256": dict(initial.sha256), "sigma": initial.sigma},
        "seeds": [task.train.seed, task.validation.seed],
        "corruption": [task.train.corruption, task.train.corruption_level],
        "rows": [
            _digest(part.rows.astype("<i8").tobytes()) for part in (task.train, task.validation)
        ],
        "versions": versions.installed(*LIBRARIES),
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
