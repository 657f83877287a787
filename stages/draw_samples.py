"""Draw faces from random points of the latent space."""

from latentmaps import runs
from latentmaps.folders import SAMPLES, pictures_of_sampler
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.params.machine import Machine


def draw_samples(run: runs.Run) -> None:
    """Writes, for each sampler, its random faces, raw and post-processed, and a strip of them."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import machine
    from latentmaps.drawing import sheets
    from latentmaps.storage import result_files
    from latentmaps.vae.latent import latent_files
    from latentmaps.vae.network.inference import TrainedVae
    from latentmaps.vae.pictures import sample_sheets

    params = run.params(DrawSamples)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    latents = latent_files.load(run.inputs["latents"], latent_dim=trained.architecture.latent_dim)
    processing = sample_sheets.Processing(
        params.sharpen_radius, params.sharpen_percent, params.contrast
    )

    drawn = {
        name: sample_sheets.sample(
            trained, name, sampler, num_faces=params.num_samples, seed=run.seed
        )
        for name, sampler in latents.samplers.items()
    }
    pictures = {}
    for name, faces in drawn.items():
        pictures[name] = sample_sheets.draw(faces)
        pictures[f"{name}_processed"] = sample_sheets.draw(faces, processing)
    pictures["temperatures"] = sample_sheets.draw_temperatures(
        trained, latents.samplers["prior"], params.temperatures, seed=run.seed
    )

    for name, faces in drawn.items():
        sheets.save_png(sample_sheets.draw_strip(faces), run.outputs[f"strip_{name}"])
    for name, picture in pictures.items():
        sheets.save_png(picture.image, run.outputs[name])
    result_files.write_json(
        run.outputs["numbers"], {name: picture.numbers for name, picture in pictures.items()}
    )


if __name__ == "__main__":
    runs.main(
        draw_samples,
        inputs={
            "model": "folder of the VAE that train_vae wrote",
            "latents": "folder of the encodings and samplers that evaluate_vae wrote",
        },
        outputs={
            "report": SAMPLES
            | pictures_of_sampler("prior")
            | pictures_of_sampler("gaussian")
            | pictures_of_sampler("mixture")
        },
    )
