"""Get the raw faces: draw avatars from the seed, download CelebA, or read the user's own pictures.

The source can also be handwritten digits, which the VAE then learns instead of faces.
"""

from latentmaps import runs
from latentmaps.digits.sources import digit_sources
from latentmaps.faces.sources import avatars, celeba, digit_images, own_pictures
from latentmaps.faces.sources.raw_faces import RawFaces
from latentmaps.folders import RAW_FACES, REFUSED
from latentmaps.params.fetch_digits import FetchDigits
from latentmaps.params.fetch_faces import FetchFaces
from latentmaps.storage import result_files


def fetch_faces(run: runs.Run) -> None:
    """Write the archive of faces, its tables, and a receipt that documents their source."""
    params = run.params(FetchFaces)
    raw = RawFaces(**{name: path for name, path in run.outputs.items() if name != "receipt"})

    if params.source == "avatars":
        receipt = avatars.draw_faces(raw, params.num_avatars, run.seed)
    elif params.source in ("celeba", "kaggle"):
        receipt = celeba.take_faces(
            raw,
            params.celeba_folder,
            params.num_faces,
            downloads=run.kept["downloads"],
            accept_license=params.accept_license,
            from_kaggle=params.source == "kaggle",
        )
    elif params.source == "digits":
        digits = digit_sources.read(
            run.params(FetchDigits), bundled=run.inputs["bundled"], workspace=raw.images.parent
        )
        receipt = digit_images.take_digits(raw, digits, params.num_faces)
    else:
        receipt = own_pictures.take_pictures(
            raw,
            params.pictures,
            params.num_faces,
            max_refused=params.max_refused,
            refused_path=run.finals["refused"],
        )

    result_files.write_json(run.outputs["receipt"], receipt)


if __name__ == "__main__":
    runs.main(
        fetch_faces,
        inputs={"bundled": "the repository's subset of MNIST, for the source 'digits'"},
        outputs={"raw_faces": RAW_FACES, "report": REFUSED},
        kept={"downloads": "downloaded files, complete and partial"},
    )
