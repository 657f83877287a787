"""Get the raw faces: draw avatars from the seed, or take CelebA's from a folder."""

from latentmaps import runs
from latentmaps.data import avatars, celeba
from latentmaps.data.raw_faces import RawFaces
from latentmaps.params.fetch_faces import FetchFaces


def fetch_faces(run: runs.Run) -> None:
    """Writes the archive of faces, its tables, and a receipt that tells where they come from."""
    wanted = run.params(FetchFaces)
    raw = RawFaces(run.outputs["images"], run.outputs["attributes"], run.outputs["partition"])

    if wanted.source == "avatars":
        receipt = avatars.draw_faces(raw, wanted.num_avatars, run.seed)
    else:
        receipt = celeba.take_faces(raw, wanted.folder, wanted.num_faces)

    runs.write_json(run.outputs["receipt"], receipt)


if __name__ == "__main__":
    runs.main(
        fetch_faces,
        inputs={},
        outputs={
            "images": "the archive of faces, JPEG pictures in a zip",
            "attributes": "a row per face: its file, and 1 or -1 for each attribute",
            "partition": "a row per face: its file, and the source's own train, validation or test",
            "receipt": "source, versions, checksums and licence of the faces",
        },
    )
