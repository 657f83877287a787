"""Draw faces from random points of the latent space."""

from PIL import ImageFilter

from latentmaps import machine, runs
from latentmaps.evaluation import latent
from latentmaps.models import encodings
from latentmaps.models.inference import TrainedVae
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.params.machine import Machine
from latentmaps.visualisation import face_sheets, sheets


def draw_samples(run: runs.Run) -> None:
    """Writes random faces from the prior, raw and sharpened, and from the aggregate posterior."""
    params = run.params(DrawSamples)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    gaussian = latent.load_aggregate_posterior(run.inputs["latents"])
    mask = ImageFilter.UnsharpMask(params.sharpen_radius, params.sharpen_percent, threshold=0)

    z = encodings.draw_prior(params.num_samples, trained.architecture.latent_dim, seed=run.seed)
    prior = face_sheets.samples(trained, z, sampler="z ~ N(0, I)")
    sharpened = face_sheets.samples(trained, z, sampler="z ~ N(0, I), sharpened", sharpen=mask)
    aggregate = face_sheets.samples(
        trained, gaussian.transform(z), sampler="z ~ Gaussian fitted to the training faces"
    )

    sheets.save_png(prior.image, run.outputs["prior"])
    sheets.save_png(sharpened.image, run.outputs["prior_sharpened"])
    sheets.save_png(aggregate.image, run.outputs["aggregate_posterior"])
    numbers = {
        "prior": prior.numbers,
        "prior_sharpened": sharpened.numbers,
        "aggregate_posterior": aggregate.numbers,
    }
    runs.write_json(run.outputs["numbers"], numbers)


if __name__ == "__main__":
    runs.main(
        draw_samples,
        inputs={
            "model": "folder of the VAE that train_vae wrote",
            "latents": "folder of the encodings that evaluate_vae wrote",
        },
        outputs={
            "prior": "PNG, faces for z from the prior N(0, I)",
            "prior_sharpened": "PNG, the same faces after an unsharp mask",
            "aggregate_posterior": "PNG, faces for z from the Gaussian fitted to the z-points",
            "numbers": "JSON, titles, captions and numbers of the sheets",
        },
    )
