"""Crop and scale every face, and put them into one array that can be mapped into memory."""

from latentmaps import runs
from latentmaps.data import crop, face_tables
from latentmaps.params.crop_faces import CropFaces


def crop_faces(run: runs.Run) -> None:
    """Writes the array of images, and an index that tells which row is which face."""
    wanted = run.params(CropFaces)
    attributes = face_tables.read_attributes(run.inputs["attributes"])
    partition = face_tables.read_partition(run.inputs["partition"])
    names = crop.read_names(run.inputs["archive"])

    # tables that do not fit are refused before any picture is cropped
    index = face_tables.build_index(names, attributes, partition)
    how = crop.Crop(wanted.crop_box, wanted.image_size, wanted.resample)

    crop.crop_archive(run.inputs["archive"], run.outputs["images"], how)
    face_tables.write_table(run.outputs["index"], index)


if __name__ == "__main__":
    runs.main(
        crop_faces,
        inputs={
            "archive": "the archive of faces, JPEG pictures in a zip",
            "attributes": "a row per face: its file, and 1 or -1 for each attribute",
            "partition": "a row per face: its file, and the source's own train, validation or test",
        },
        outputs={
            "images": "the images, uint8, (num_faces, image_size, image_size, 3)",
            "index": "a row per image: row, file, partition and attributes",
        },
    )
