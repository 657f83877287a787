"""Find and draw the pattern that excites each feature map of the VAE's encoder most."""

from latentmaps import runs
from latentmaps.folders import FACE_OIPS, FACES, RAW_FACES, only
from latentmaps.params.draw_face_oips import DrawFaceOips
from latentmaps.params.machine import Machine


def draw_face_oips(run: runs.Run) -> None:
    """Write sheets of the patterns, a table, and a page that compares them with test faces."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.face_oips import page, pictures, study
    from latentmaps.faces.dataset import arrays, receipts, split_table
    from latentmaps.pages import html_page
    from latentmaps.vae.network import vae_files

    params = run.params(DrawFaceOips)
    setup = machine.configure(run.params(Machine))
    faces_source = receipts.read_source(run.inputs["receipt"])
    images = arrays.open_images(run.inputs["images"])
    test = split_table.read_split(run.inputs["split"], num_rows=len(images))["test"]
    saved = vae_files.load(run.inputs["model"])

    results = study.study(
        saved.encoder,
        images,
        test,
        params,
        seed=run.seed_or_base(params.seed),
        jit_compile=setup.jit_compile,
    )
    source = pictures.Source(len(test), saved.origin.describe(), faces_source)

    run.outputs["patterns"].mkdir()
    drawn = pictures.draw_all(results, source, tile_scale=params.tile_scale)
    pictures.save(drawn, results, run.outputs["patterns"])
    html_page.write(page.render(results, source), run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        draw_face_oips,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "faces": only(FACES, "images", "split"),
            "model": "folder of the VAE that train_vae wrote",
        },
        outputs={"report": FACE_OIPS},
    )
