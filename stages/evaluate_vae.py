"""Measure the VAE: reconstructions, latent space, and faces decoded from random points."""

from latentmaps import runs
from latentmaps.folders import EVALUATION, FACES, only
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.params.machine import Machine


def evaluate_vae(run: runs.Run) -> None:
    """Write the measures, a table of the latent dimensions, and the folder data/latents."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.faces.dataset import arrays, split_table
    from latentmaps.faces.raw import face_attributes
    from latentmaps.storage import result_files, stage_numbers
    from latentmaps.vae.evaluation import evaluation
    from latentmaps.vae.evaluation.samples import RealFaces
    from latentmaps.vae.latent import latent_files
    from latentmaps.vae.network.inference import TrainedVae

    params = run.params(EvaluateVae)
    fid_weights = params.fid_weights  # fail early if only one of net and weights is set
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    images = arrays.open_images(run.inputs["images"])
    parts = split_table.read_split(run.inputs["split"], num_rows=len(images))
    real = RealFaces(images, parts["train"], parts["test"])
    known = face_attributes.read_attributes(run.inputs["index"])

    found = evaluation.evaluate(
        trained, real, known, params, fid_weights=fid_weights, seed=run.seed
    )

    runs.warn(found.doubts())
    latent_files.save(run.outputs["latents"], found.latents)
    result_files.write_table(run.outputs["dimensions"], found.dimensions)
    stage_numbers.write(
        found.numbers, metrics=run.outputs["metrics"], numbers=run.outputs["numbers"]
    )


if __name__ == "__main__":
    runs.main(
        evaluate_vae,
        inputs={
            "faces": only(FACES, "images", "index", "split"),
            "model": "folder of the VAE that train_vae wrote",
        },
        outputs={
            "latents": "folder of encodings, fitted samplers and attribute directions",
            "report": EVALUATION,
        },
    )
