"""Train the variational autoencoder on the training part of the faces."""

from pathlib import Path

from latentmaps import runs
from latentmaps.folders import FACES, TRAINING, some
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae


def train_vae(run: runs.Run) -> None:
    """Writes the model with its card, the history, and the numbers of the epoch of its weights."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import doubts, machine, stage_code, versions, workers
    from latentmaps.faces.dataset import arrays, split_table
    from latentmaps.storage import result_files, stage_numbers
    from latentmaps.vae.network import encodings, inference, vae_files
    from latentmaps.vae.network.architecture import Architecture
    from latentmaps.vae.training import (
        batches,
        compute_dtype,
        training_length,
        vae_card,
        vae_task,
        vae_training,
    )

    params, where = run.params(TrainVae), run.params(Machine)
    setup = machine.configure(where, spread=True)
    images = arrays.open_images(run.inputs["images"], in_memory=where.cache_images)
    seed = run.training_seed(params.seed)
    parts = split_table.read_split(run.inputs["split"], num_rows=len(images))
    faces = {
        part: batches.Faces(
            images,
            parts[part],
            latent_dim=params.latent_dim,
            # the same noise for every training, so that their val_ numbers compare
            seed=seed if part == "train" else run.seed,
            corruption=params.corruption,
            corruption_level=params.corruption_level,
        )
        for part in ("train", "validation")
    }

    precision = compute_dtype.choose(params.precision)
    length = training_length.choose_length(
        len(parts["train"]), epochs=params.epochs, batch_size=params.batch_size
    )
    task = vae_task.Task(
        Architecture.for_images(images.shape, params),
        vae_task.Settings.of(params, batch_size=length.batch_size, precision=precision, seed=seed),
        **faces,
    )
    checkpoints = vae_task.open_checkpoints(
        task,
        run.kept["checkpoints"],
        images=run.inputs["images"],
        code=stage_code.digest("train_vae", root=Path(__file__).parents[1]),
        is_writer=workers.is_writer(),
    )
    runs.warn(doubts.of_training(length.epochs * task.steps_per_epoch))
    with checkpoints.locked():
        model, trained = vae_training.train(
            task,
            epochs=length.epochs,
            devices=vae_training.Devices(setup.strategy, setup.jit_compile),
            checkpoints=checkpoints,
        )

    entropy = arrays.mean_entropy(images, parts["validation"])
    origin = vae_files.Origin(
        fact=params.fact,
        reconstruction_loss=params.reconstruction_loss,
        sigma=model.likelihood.sigma,
        corruption=params.corruption,
        corruption_level=params.corruption_level,
        epochs=trained.epoch,
        seed=seed,
        num_train=len(parts["train"]),
    )
    saved = vae_files.SavedVae(task.architecture, origin, model.encoder, model.decoder)
    vae_files.save(run.outputs["model"], saved)
    posteriors = inference.TrainedVae.load(run.outputs["model"]).encode(images, parts["validation"])
    kl_nats = posteriors.kl_per_dimension()
    metrics = {
        "kl_method": params.kl_method,
        "reconstruction_loss_kind": params.reconstruction_loss,
        **vae_training.final_numbers(model, trained, entropy_per_dim=entropy),
        "val_num_dimensions_used": encodings.count_used(kl_nats),
        "val_num_dimensions_90": encodings.count_holding(kl_nats, 0.9),
        "latent_dim": params.latent_dim,
        "num_train": len(parts["train"]),
        "epochs": length.epochs,
        "batch_size": length.batch_size,
        "num_steps": len(trained.history) * task.steps_per_epoch,
        "precision": precision,
        "seed": seed,
        "versions": versions.installed(*vae_task.LIBRARIES),
    }
    vae_card.write(run.outputs["model"], saved, metrics)
    result_files.write_table(run.outputs["history"], trained.history)
    stage_numbers.write(metrics, metrics=run.outputs["metrics"], numbers=run.outputs["numbers"])


if __name__ == "__main__":
    runs.main(
        train_vae,
        inputs={"faces": some(FACES, "images", "split")},
        outputs={"model": "folder of the trained VAE", "report": TRAINING},
        kept={"checkpoints": "the state after each epoch, to go on from"},
    )
