"""Crop and scale every face, and put them into one array that can be mapped into memory."""

from latentmaps import runs
from latentmaps.faces.preparing import cropped_array
from latentmaps.faces.preparing.crop import Crop
from latentmaps.faces.raw import face_tables
from latentmaps.faces.raw.archive import FaceArchive
from latentmaps.params.crop_faces import CropFaces


def crop_faces(run: runs.Run) -> None:
    """Writes the array of images, and an index that tells which row is which face."""
    wanted = run.params(CropFaces)
    how = Crop(wanted.crop_box, wanted.image_size, wanted.resample, wanted.num_channels)

    faces = FaceArchive(run.inputs["archive"])
    # tables that do not fit are refused before any picture is cropped
    index = face_tables.build_index(
        faces.names,
        partition=face_tables.read_partition(run.inputs["partition"]),
        identity=face_tables.read_identity(run.inputs["identity"]),
        attributes=face_tables.read_attributes(run.inputs["attributes"]),
    )
    refused = cropped_array.crop_archive(
        faces, run.outputs["images"], how, max_refused=wanted.max_refused
    )

    kept = face_tables.without_refused(index, [name for name, _ in refused])
    face_tables.write_table(run.outputs["index"], kept)
    face_tables.write_table(run.outputs["refused"], face_tables.refusals(refused))


if __name__ == "__main__":
    runs.main(
        crop_faces,
        inputs={
            "archive": "the archive of faces, JPEG pictures in a zip",
            "attributes": "a row per face: its file, and 1 or -1 for each attribute",
            "partition": "a row per face: its file, and the source's own train, validation or test",
            "identity": "a row per face: its file, and the number of the person",
        },
        outputs={
            "images": "the images, uint8, (num_faces, image_size, image_size, num_channels)",
            "index": "a row per image: row, file, partition, identity and attributes",
            "refused": "a row per picture that cannot be cropped: the file, and the reason",
        },
    )
