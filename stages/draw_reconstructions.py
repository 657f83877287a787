"""Draw faces above their reconstructions, and the training film."""

from latentmaps import runs
from latentmaps.folders import (
    FACES,
    FILM_SHEET,
    RAW_FACES,
    RECONSTRUCTIONS,
    VAE_TRAINING,
    only,
)
from latentmaps.params.draw_reconstructions import DrawReconstructions
from latentmaps.params.machine import Machine


def draw_reconstructions(run: runs.Run) -> None:
    """Write sheets of training and test faces, a strip, the film, and their numbers."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.drawing import sheets
    from latentmaps.faces.dataset import arrays, receipts, split_table
    from latentmaps.storage import result_files
    from latentmaps.vae.network.film_file import Film
    from latentmaps.vae.network.inference import TrainedVae
    from latentmaps.vae.pictures import film_sheet, reconstruction_sheets

    params = run.params(DrawReconstructions)
    machine.configure(run.params(Machine))
    trained = TrainedVae.load(run.inputs["model"])
    images = arrays.open_images(run.inputs["images"])
    parts = split_table.read_split(run.inputs["split"], num_rows=len(images))
    note = receipts.sharing_note(run.inputs["receipt"])

    drawn = reconstruction_sheets.draw_all(
        trained, images, parts, params, seed=run.seed_or_base(params.seed), note=note
    )
    film = film_sheet.draw(Film.load(run.inputs["film"]), trained.origin, note=note)

    sheets.save_pngs({name: sheet.image for name, sheet in drawn.sheets.items()}, run.outputs)
    sheets.save_png(drawn.strip, run.outputs["strip"])
    result_files.write_json(
        run.outputs["numbers"], {name: sheet.numbers for name, sheet in drawn.sheets.items()}
    )
    sheets.save_png(film.image, run.outputs["film"])
    result_files.write_json(run.outputs["film_words"], film.numbers)


if __name__ == "__main__":
    runs.main(
        draw_reconstructions,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "faces": only(FACES, "images", "split"),
            "model": "folder of the VAE that train_vae wrote",
            "training": only(VAE_TRAINING, "film"),
        },
        outputs={"report": RECONSTRUCTIONS, "training": FILM_SHEET},
    )
