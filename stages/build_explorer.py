"""Build the explorer: an interactive page on which the trained networks run in the browser."""

from latentmaps import runs
from latentmaps.folders import FACES, RAW_FACES, only
from latentmaps.pages import html_page
from latentmaps.params.build_explorer import BuildExplorer
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.params.machine import Machine


def build_explorer(run: runs.Run) -> None:
    """Write the page: one self-contained HTML file."""
    # TensorFlow takes seconds to import, so invalid parameters are rejected first
    from latentmaps import machine
    from latentmaps.cnn.network import cnn
    from latentmaps.digits.dataset import digits
    from latentmaps.explorer import digits as digit_part
    from latentmaps.explorer import faces as face_part
    from latentmaps.explorer import page
    from latentmaps.faces.dataset import receipts
    from latentmaps.faces.raw import face_attributes
    from latentmaps.vae.latent import latent_files
    from latentmaps.vae.network import vae_files

    params, look, oips = run.params(BuildExplorer), run.params(DrawSamples), run.params(DrawOips)
    machine.configure(run.params(Machine))
    source = receipts.read_source(run.inputs["receipt"])
    saved = vae_files.load(run.inputs["vae"])
    latents = latent_files.load(run.inputs["latents"], latent_dim=saved.architecture.latent_dim)
    attributes = face_attributes.read_attributes(run.inputs["index"])
    network, digit_images = cnn.load(run.inputs["cnn"]), digits.load(run.inputs["digits"])
    are_digits, shows_people = source == receipts.DIGITS, source not in receipts.WITHOUT_PEOPLE

    parts = [
        face_part.prepare(
            saved, latents, attributes, params, look, are_digits=are_digits, seed=run.seed
        ),
        digit_part.prepare(network, digit_images, run.inputs["oips"], oips),
    ]
    text = page.render(parts, shows_people=shows_people, are_digits=are_digits)

    html_page.write(text, run.outputs["page"])


if __name__ == "__main__":
    runs.main(
        build_explorer,
        inputs={
            "raw_faces": only(RAW_FACES, "receipt"),
            "faces": only(FACES, "index"),
            "vae": "folder of the VAE that train_vae wrote",
            "latents": "folder of encodings and samplers, written by evaluate_vae",
            "cnn": "folder of the CNN that train_cnn wrote",
            "digits": "digits.npz, written by fetch_digits",
            "oips": "folder with the OIPs of each layer, written by draw_oips",
        },
        outputs={"page": "HTML, one self-contained file"},
    )
