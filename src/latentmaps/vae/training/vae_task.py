"""The task of training a VAE: everything that affects the results."""

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

# the libraries that affect the results of training
LIBRARIES = ("keras", "numpy", "tensorflow")
# Parameters that the fingerprint does not take from the section, because it contains their resolved
# values under other names: for initial weights, the checksum instead of the path. The number of
# epochs is left out, so that a longer run resumes where a shorter one ended.
_RESOLVED = {"fact", "epochs", "batch_size", "precision", "seed", "initial_weights"}


@dataclass(frozen=True)
class Task:
    """The network, data, loss and length of a VAE training run.

    Attributes:
        params: the section ``train_vae``. The other attributes take precedence over its values.
        kl_weight: weight of the KL term.
        length: epochs and batch size.
        compute_dtype: float32, bfloat16 or float16.
        train: the training part; its seed also seeds the random initial weights.
        validation: the validation part, for the ``val_`` numbers.
        initial_weights: trained weights to start from; None starts from random weights.
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
        """Return the task for a set of faces, with every ``"auto"`` in the section resolved.

        Args:
            params: the section ``train_vae``.
            images: (num_images, h, w, c), uint8, 0..255; may be memory-mapped.
            parts: ``train`` and ``validation`` -> (num_rows,), rows of `images`.
            kl_weight: weight of the KL term.
            seed: seed of the initial weights, and of the order, noise and corruption of the
                training part.
            validation_seed: seed of the noise and corruption of the validation part. Runs with the
                same validation seed can be compared.

        Raises:
            TrainingError: the images are not square, or the layers do not fit together.
            DataError: the initial weights are missing, were altered, or belong to another network.
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
        """The architecture of the networks.

        Raises:
            TrainingError: the images are not square, or the layers do not fit together.
        """
        return Architecture.for_images(self.train.images.shape, self.params)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch.

        Raises:
            TrainingError: the training part does not fill a batch.
        """
        return batches.steps_per_epoch(len(self.train.rows), self.length.batch_size)

    @property
    def num_steps(self) -> int:
        """Number of batches in all epochs."""
        return self.length.epochs * self.steps_per_epoch


def open_checkpoints(
    task: Task, root: Path, *, images: Path, code: Mapping[str, str]
) -> Checkpoints:
    """Return the checkpoints of a task.

    With several machines, only the first one writes them.

    Args:
        task: the task to train.
        root: the folder with the checkpoints of all tasks.
        images: the file with the images; its content is part of the fingerprint.
        code: path -> hash of the file, for all code that affects the result; see ``stage_code``.
    """
    description = _fingerprint_values(task) | {"code": dict(code)}
    name = fingerprint(description, [images])
    return Checkpoints(root / name, description, is_writer=workers.is_writer())


def _fingerprint_values(task: Task) -> dict[str, Any]:
    """Return everything that affects the results except images, code and epochs."""
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
