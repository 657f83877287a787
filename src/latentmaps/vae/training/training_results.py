"""The results of training a VAE: the saved model, its card and its numbers."""

from pathlib import Path
from typing import Any

from latentmaps import versions
from latentmaps.faces.dataset import arrays
from latentmaps.training import layer_table
from latentmaps.training.fit import Trained
from latentmaps.vae.network import encodings, vae_files
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.vae_files import Origin, SavedVae
from latentmaps.vae.training import vae_card, vae_task
from latentmaps.vae.training.trainable_vae import TrainableVae
from latentmaps.vae.training.vae_task import Task


def write_model(
    folder: Path, task: Task, model: TrainableVae, trained: Trained, *, source: str
) -> dict[str, Any]:
    """Write a trained VAE and its card into `folder`, and return all numbers of the run.

    Args:
        folder: the folder of the model; created if missing.
        task: the task that was trained.
        model: the model that ``vae_training.train`` returned.
        trained: the result that ``vae_training.train`` returned.
        source: source of the faces; see ``receipts.read_source``.

    Returns:
        Name -> number or text, in the order of numbers.json.
    """
    saved = saved_vae(task, model, trained)
    vae_files.save(folder, saved)
    # measured on the model that later stages load: from its files, in float32
    images, rows = task.validation.images, task.validation.rows
    kl_nats = TrainedVae.load(folder).encode(images, rows).kl_per_dimension()
    entropy_per_dim = arrays.mean_entropy(images, rows)
    numbers = {
        "kl_method": task.params.kl_method,
        "reconstruction_loss_kind": task.params.reconstruction_loss,
        **final_numbers(model, trained, entropy_per_dim=entropy_per_dim),
        "val_num_dimensions_used": encodings.count_used(kl_nats),
        "val_num_dimensions_90": encodings.count_for_share(kl_nats, 0.9),
        "latent_dim": task.params.latent_dim,
        "num_train": len(task.train.rows),
        "epochs": task.length.epochs,
        "batch_size": task.length.batch_size,
        "num_steps": len(trained.history) * task.steps_per_epoch,
        "precision": task.compute_dtype,
        "seed": task.train.seed,
        **_initial_weights(saved.origin),
        "versions": versions.installed(*vae_task.LIBRARIES),
    }
    vae_card.write(folder, saved, numbers, source=source)
    return numbers


def _initial_weights(origin: Origin) -> dict[str, Any]:
    """Return the checksums of the initial weights, or nothing if they were random."""
    files = origin.initial_weights
    return {} if files is None else {"initial_weights": files}


def saved_vae(task: Task, model: TrainableVae, trained: Trained) -> SavedVae:
    """Return the networks of a trained VAE with their origin, for ``vae_files.save``.

    Args:
        task: the task that was trained.
        model: the model that ``vae_training.train`` returned.
        trained: the result that ``vae_training.train`` returned.
    """
    params, initial = task.params, task.initial_weights
    origin = Origin(
        kl_weight=task.kl_weight,
        reconstruction_loss=params.reconstruction_loss,
        sigma=model.reconstruction_loss.sigma,
        corruption=params.corruption,
        corruption_level=params.corruption_level,
        epochs=trained.epoch,
        seed=task.train.seed,
        num_train=len(task.train.rows),
        initial_weights=None if initial is None else dict(initial.sha256),
    )
    return SavedVae(task.architecture, origin, model.encoder, model.decoder)


def final_numbers(
    model: TrainableVae, trained: Trained, *, entropy_per_dim: float
) -> dict[str, Any]:
    """Return the losses after the epoch of the final weights, and numbers derived from them.

    Args:
        model: the trained VAE.
        trained: the result that ``vae_training.train`` returned.
        entropy_per_dim: entropy of the validation part, nats; see
            ``ReconstructionLoss.floor_per_dim``.

    Returns:
        - the losses and their ``val_`` counterparts;
        - ``fact`` and ``beta_equivalent``;
        - ``val_kl_share``, the KL loss divided by the total loss, 0..1, and
          ``val_kl_share_above_floor``, the KL loss divided by the amount by which the total loss
          exceeds the loss of a perfect copy;
        - ``val_bce_per_dim`` or ``val_nll_per_dim``, nats, and the difference from its floor,
          ``val_bce_above_floor`` or ``val_nll_above_floor``;
        - ``sigma`` if it is learned;
        - ``num_parameters``, the numbers of ``layer_table.tabulate``, and ``epoch``.
    """
    numbers = trained.numbers()
    loss = model.reconstruction_loss
    size, channels = model.encoder.input_shape[1], model.encoder.input_shape[3]
    per_dim = loss.nats_per_dim(numbers["val_reconstruction_loss"], num_pixels=size**2)
    kl_loss, least = numbers["val_kl_loss"], loss.least(entropy_per_dim, num_pixels=size**2)
    return numbers | {
        "fact": model.kl_weight,
        "beta_equivalent": loss.beta_equivalent(model.kl_weight, num_channels=channels),
        "val_kl_share": kl_loss / numbers["val_total_loss"],
        "val_kl_share_above_floor": kl_loss / (numbers["val_total_loss"] - least),
        f"val_{loss.nats_name}_per_dim": per_dim,
        f"val_{loss.nats_name}_above_floor": per_dim - loss.floor_per_dim(entropy_per_dim),
        **({} if loss.sigma is None else {"sigma": loss.sigma}),
        "num_parameters": model.num_parameters,
        **layer_table.tabulate({"encoder": model.encoder, "decoder": model.decoder}),
        "epoch": trained.epoch,
    }
