"""Measure the VAE: reconstructions, latent space, and the faces of random points."""

from latentmaps import runs
from latentmaps.folders import EVALUATION, FACES, some
from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.params.machine import Machine


def evaluate_vae(run: runs.Run) -> None:
    """Writes the numbers, a table of the dimensions, the encodings, and the fitted samplers."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    from latentmaps import doubts, machine, versions
    from latentmaps.faces.dataset import arrays, split_table
    from latentmaps.storage import result_files, stage_numbers
    from latentmaps.vae.evaluation import feature_nets, latent, reconstruction, samples
    from latentmaps.vae.latent import latent_files, latent_geometry, samplers, subset
    from latentmaps.vae.network.inference import TrainedVae

    params = run.params(EvaluateVae)
    second_net = params.second_net
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    images = arrays.open_images(run.inputs["images"])
    parts = split_table.read_split(run.inputs["split"], num_rows=len(images))
    real = samples.RealFaces(images, parts["train"], parts["test"])
    compared = samples.Settings(
        params.num_compared, params.num_searched, params.temperature, run.seed
    )
    samples.count_compared(real, compared)  # refuses too few before the work
    train_rows = subset.draw(real.train, params.num_encoded, seed=run.seed)

    train, test = trained.encode(images, train_rows), trained.encode(images, real.test)
    dimensions = latent_geometry.describe_dimensions(test)
    fitted = samplers.fit_all(train, num_components=params.mixture_components, seed=run.seed)
    nets = [feature_nets.pixels_pca(images, train_rows)]
    if second_net is not None:
        nets.append(feature_nets.load(*second_net))
    metrics = {
        **reconstruction.evaluate(trained, images, real.test, seed=run.seed),
        **latent.evaluate(test, dimensions, seed=run.seed),
        "num_test": len(real.test),
        **samples.evaluate(trained, fitted, real, nets, compared),
        "versions": versions.installed(
            *("keras", "numpy", "scikit-learn", "scipy", "tensorflow"),
            *feature_nets.libraries(nets),
        ),
    }

    rows = metrics["samples"]
    runs.warn(
        doubts.of_evaluation(
            reconstructions=(metrics["diversity"], metrics["diversity_originals"]),
            random_faces=(rows["prior"]["diversity"], rows["real"]["diversity"]),
        )
    )
    latents = latent_files.Latents(
        train=latent_files.EncodedFaces(train_rows, train),
        test=latent_files.EncodedFaces(real.test, test),
        samplers=fitted,
    )
    latent_files.save(run.outputs["latents"], latents)
    result_files.write_table(run.outputs["dimensions"], dimensions)
    stage_numbers.write(
        metrics | samples.headlines(rows, nets[0].name),
        metrics=run.outputs["metrics"],
        numbers=run.outputs["numbers"],
    )


if __name__ == "__main__":
    runs.main(
        evaluate_vae,
        inputs={
            "faces": some(FACES, "images", "split"),
            "model": "folder of the VAE that train_vae wrote",
        },
        outputs={
            "latents": "folder of the encodings and of the fitted samplers",
            "report": EVALUATION,
        },
    )
