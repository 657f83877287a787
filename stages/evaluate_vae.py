"""Measure the VAE on the test part, and encode the faces for the drawings."""

from latentmaps import machine, runs, training
from latentmaps.data import arrays, split
from latentmaps.evaluation import latent, reconstruction
from latentmaps.models.inference import TrainedVae
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.params.machine import Machine


def evaluate_vae(run: runs.Run) -> None:
    """Writes the numbers, the posteriors of training and test faces, and the fitted Gaussian."""
    params = run.params(EvaluateVae)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    images = arrays.open_images(run.inputs["images"])
    parts = split.read_split(run.inputs["split"], num_rows=len(images))

    reconstruction_numbers = reconstruction.evaluate(trained, images, parts["test"], seed=run.seed)
    train = trained.encode(images, parts["train"][: params.num_encoded])
    test = trained.encode(images, parts["test"])
    latent_numbers = latent.evaluate(test, active_variance=params.active_variance, seed=run.seed)

    latent.save(run.outputs["latents"], train=train, test=test)
    metrics = {
        **reconstruction_numbers,
        **latent_numbers,
        "num_test": len(parts["test"]),
        "versions": training.versions(),
    }
    runs.write_json(run.outputs["metrics"], metrics)


if __name__ == "__main__":
    runs.main(
        evaluate_vae,
        inputs={
            "images": "the faces, images.npy as crop_faces writes it",
            "split": "split.csv as split_faces writes it",
            "model": "folder of the VAE that train_vae wrote",
        },
        outputs={
            "latents": "folder of the encodings and of the fitted Gaussian",
            "metrics": "JSON, the numbers on the test part",
        },
    )
