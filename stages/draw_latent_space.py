"""Draw where the z-points of real faces lie, and what lies between them."""

from latentmaps import runs
from latentmaps.folders import FACES, LATENT_SPACE, RAW_FACES, some
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.params.machine import Machine


def draw_latent_space(run: runs.Run) -> None:
    """Writes charts of the z-points, and walks through the latent space."""
    # TensorFlow takes seconds to import: a wrong parameter is refused before
    import numpy as np

    from latentmaps import machine
    from latentmaps.drawing import charts, sheets
    from latentmaps.faces.raw import face_attributes, receipts
    from latentmaps.storage import result_files
    from latentmaps.vae.latent import latent_files
    from latentmaps.vae.network.inference import TrainedVae
    from latentmaps.vae.pictures import latent_charts, latent_sheets
    from latentmaps.vae.pictures.latent_sheets import AttributedFaces

    params = run.params(DrawLatentSpace)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    latents = latent_files.load(run.inputs["latents"], latent_dim=trained.architecture.latent_dim)
    attributes = face_attributes.read_attributes(run.inputs["index"])
    note = receipts.sharing_note(run.inputs["receipt"])
    train, test = (
        AttributedFaces(
            faces.encodings, face_attributes.choose(attributes, params.attributes, faces.rows)
        )
        for faces in (latents.train, latents.test)
    )
    steps = np.linspace(-1.0, 1.0, params.num_steps)
    origin = trained.origin.describe()

    drawn_charts = {
        "z_points": latent_charts.draw_radii(test.encodings, origin=origin, seed=run.seed),
        "dimensions": latent_charts.draw_dimensions(test.encodings, origin=origin),
        "projection": latent_charts.draw_projection(test.encodings, test.attributes, origin=origin),
    }
    drawn_sheets = {
        "interpolations": latent_sheets.draw_interpolations(
            trained,
            test.encodings,
            num_pairs=params.num_pairs,
            num_steps=params.num_steps,
            seed=run.seed,
            note=note,
        ),
        "traversals": latent_sheets.draw_traversals(
            trained,
            test.encodings,
            num_dimensions=params.num_dimensions,
            steps=params.traversal_limit * steps,
        ),
        "attributes": latent_sheets.draw_attributes(
            trained, train, test, steps=params.attribute_limit * steps, seed=run.seed, note=note
        ),
    }

    for name, chart in drawn_charts.items():
        charts.save_chart(chart.figure, run.outputs[name])
    for name, sheet in drawn_sheets.items():
        sheets.save_png(sheet.image, run.outputs[name])
    numbers = {name: drawn.numbers for name, drawn in (drawn_charts | drawn_sheets).items()}
    result_files.write_json(run.outputs["numbers"], numbers)


if __name__ == "__main__":
    runs.main(
        draw_latent_space,
        inputs={
            "raw_faces": some(RAW_FACES, "receipt"),
            "faces": some(FACES, "index"),
            "model": "folder of the VAE that train_vae wrote",
            "latents": "folder of the encodings and samplers that evaluate_vae wrote",
        },
        outputs={"report": LATENT_SPACE},
    )
