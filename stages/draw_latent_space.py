"""Draw the z-points of real faces, paths between them, and a map of the latent space."""

from latentmaps import runs
from latentmaps.folders import FACES, LATENT_SPACE, RAW_FACES, only
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.params.machine import Machine


def draw_latent_space(run: runs.Run) -> None:
    """Write charts of the z-points, sheets of paths through the latent space, and a map."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.drawing import charts, sheets
    from latentmaps.faces.dataset import receipts
    from latentmaps.faces.raw import face_attributes
    from latentmaps.storage import result_files
    from latentmaps.vae.latent import latent_files
    from latentmaps.vae.network.inference import TrainedVae
    from latentmaps.vae.pictures import attribute_sheet, latent_charts, latent_sheets

    params = run.params(DrawLatentSpace)
    seed = run.seed_or_base(params.seed)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    latents = latent_files.load(run.inputs["latents"], latent_dim=trained.architecture.latent_dim)
    known = face_attributes.read_attributes(run.inputs["index"])
    note = receipts.sharing_note(run.inputs["receipt"])
    test = attribute_sheet.with_attributes(latents.test, known, params)

    drawn_charts = latent_charts.draw_all(
        test.encodings, test.attributes, origin=trained.origin.describe(), seed=seed
    )
    drawn_sheets = latent_sheets.draw_all(
        trained, latents.attributes, test, params, seed=seed, note=note
    )

    charts.save_charts({name: drawn.figure for name, drawn in drawn_charts.items()}, run.outputs)
    sheets.save_pngs({name: drawn.image for name, drawn in drawn_sheets.items()}, run.outputs)
    numbers = {name: drawn.numbers for name, drawn in (drawn_charts | drawn_sheets).items()}
    result_files.write_json(run.outputs["numbers"], numbers)


if __name__ == "__main__":
    runs.main(
        draw_latent_space,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "faces": only(FACES, "index"),
            "model": "folder of the VAE that train_vae wrote",
            "latents": "folder of encodings and samplers, written by evaluate_vae",
        },
        outputs={"report": LATENT_SPACE},
    )
