"""Train the variational autoencoder on the training part of the faces."""

from latentmaps import machine, runs, training
from latentmaps.data import arrays, split
from latentmaps.models import vae, vae_training
from latentmaps.params.machine import Machine
from latentmaps.params.train_vae import TrainVae


def train_vae(run: runs.Run) -> None:
    """Writes weights and shape, the history, and the numbers of the last epoch."""
    params = run.params(TrainVae)
    setup = machine.configure(run.params(Machine))
    images = arrays.open_images(run.inputs["images"])
    parts = split.read_split(run.inputs["split"], num_rows=len(images))

    architecture = vae.Architecture(
        image_size=images.shape[1],
        num_channels=images.shape[3],
        latent_dim=params.latent_dim,
        filters=params.filters,
        kernel_sizes=params.kernel_sizes,
        strides=params.strides,
        activation=params.activation,
        batch_norm=params.batch_norm,
    )
    settings = vae_training.Settings(
        kl_weight=params.fact,
        learning_rate=params.learning_rate,
        epochs=params.epochs,
        batch_size=params.batch_size,
        precision=setup.precision(params.precision),
        jit_compile=setup.jit_compile,
        seed=run.seed,
    )
    model, history = vae_training.train(
        architecture, settings, images, train=parts["train"], validation=parts["validation"]
    )

    origin = vae.Origin(params.fact, params.epochs, run.seed, len(parts["train"]))
    vae.save(run.outputs["model"], vae.SavedVae(architecture, origin, model.encoder, model.decoder))
    training.write_history(history, run.outputs["history"])
    metrics = {
        "fact": params.fact,
        "kl_method": params.kl_method,
        "reconstruction_loss_kind": params.reconstruction_loss,
        **vae_training.final_numbers(history, model),
        "latent_dim": params.latent_dim,
        "num_train": len(parts["train"]),
        "epochs": params.epochs,
        "batch_size": params.batch_size,
        "precision": settings.precision,
        "seed": run.seed,
        "versions": training.versions(),
    }
    runs.write_json(run.outputs["metrics"], metrics)


if __name__ == "__main__":
    runs.main(
        train_vae,
        inputs={
            "images": "the faces, images.npy as crop_faces writes it",
            "split": "split.csv as split_faces writes it",
        },
        outputs={
            "model": "folder of the trained VAE",
            "metrics": "JSON, the numbers of the last epoch",
            "history": "CSV, the losses of each epoch",
        },
    )
