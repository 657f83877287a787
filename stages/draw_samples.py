"""Draw faces decoded from random points of the latent space."""

from latentmaps import runs
from latentmaps.folders import SAMPLES, pictures_of_sampler
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.params.machine import Machine
from latentmaps.vae.latent.samplers import SAMPLERS


def draw_samples(run: runs.Run) -> None:
    """Write sheets of each sampler's faces, before and after post-processing, and a strip."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
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

    drawn = sample_sheets.draw_all(
        trained, latents.samplers, params, seed=run.seed_or_base(params.seed)
    )

    sheets.save_pngs({name: sheet.image for name, sheet in drawn.sheets.items()}, run.outputs)
    sheets.save_pngs(drawn.strips, run.outputs)
    result_files.write_json(
        run.outputs["numbers"], {name: sheet.numbers for name, sheet in drawn.sheets.items()}
    )


if __name__ == "__main__":
    runs.main(
        draw_samples,
        inputs={
            "model": "folder of the VAE that train_vae wrote",
            "latents": "folder of encodings and samplers, written by evaluate_vae",
        },
        outputs={
            "report": SAMPLES
            | {key: file for name in SAMPLERS for key, file in pictures_of_sampler(name).items()}
        },
    )
