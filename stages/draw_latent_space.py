"""Draw where the z-points of real faces lie, and what the dimensions of the latent space do."""

import numpy as np

from latentmaps import machine, runs
from latentmaps.evaluation import latent
from latentmaps.models.inference import TrainedVae
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.params.machine import Machine
from latentmaps.visualisation import charts, face_sheets, latent_chart, sheets


def draw_latent_space(run: runs.Run) -> None:
    """Writes traversals, interpolations and a chart of the z-points."""
    params = run.params(DrawLatentSpace)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    test = latent.load_encodings(run.inputs["latents"], "test")
    steps = np.linspace(-params.traversal_limit, params.traversal_limit, params.num_steps)

    traversals = face_sheets.traversals(
        trained, test, num_dimensions=params.num_dimensions, steps=steps
    )
    interpolations = face_sheets.interpolations(
        trained, test, num_pairs=params.num_pairs, num_steps=params.num_steps, seed=run.seed
    )
    z_points = latent_chart.draw(test, origin=trained.origin.describe(), seed=run.seed)

    sheets.save_png(traversals.image, run.outputs["traversals"])
    sheets.save_png(interpolations.image, run.outputs["interpolations"])
    charts.save_chart(z_points.figure, run.outputs["z_points"])
    numbers = {
        "traversals": traversals.numbers,
        "interpolations": interpolations.numbers,
        "z_points": z_points.numbers,
    }
    runs.write_json(run.outputs["numbers"], numbers)


if __name__ == "__main__":
    runs.main(
        draw_latent_space,
        inputs={
            "model": "folder of the VAE that train_vae wrote",
            "latents": "folder of the encodings that evaluate_vae wrote",
        },
        outputs={
            "traversals": "PNG, one dimension of z walks in each row",
            "interpolations": "PNG, walks between the z-points of test faces",
            "z_points": "PNG, radii of the z-points and KL of the dimensions",
            "numbers": "JSON, titles, captions and numbers of the pictures",
        },
    )
