"""Crop and scale every face into one array that can be memory-mapped."""

from latentmaps import runs
from latentmaps.faces.preparing import cropped_array
from latentmaps.faces.preparing.crop import Crop
from latentmaps.faces.raw import face_tables
from latentmaps.faces.raw.archive import FaceArchive
from latentmaps.folders import FACES, RAW_FACES, REFUSED, only
from latentmaps.params.crop_faces import CropFaces


def crop_faces(run: runs.Run) -> None:
    """Write the array of images, and an index that maps rows to faces."""
    params = run.params(CropFaces)
    crop_spec = Crop(params.crop_box, params.image_size, params.resample, params.num_channels)

    faces = FaceArchive(run.inputs["images"])
    # before cropping, so that tables of another data set are rejected early
    index = face_tables.build_index(
        faces.names,
        partition=face_tables.read_partition(run.inputs["partition"]),
        identity=face_tables.read_identity(run.inputs["identity"]),
        attributes=face_tables.read_attributes(run.inputs["attributes"]),
    )
    refused = cropped_array.crop_archive(
        faces, run.outputs["images"], crop_spec, max_refused=params.max_refused
    )

    kept = face_tables.without_refused(index, [name for name, _ in refused])
    face_tables.write_table(run.outputs["index"], kept)
    face_tables.write_table(run.outputs["refused"], face_tables.refusals(refused))


if __name__ == "__main__":
    runs.main(
        crop_faces,
        inputs={"raw_faces": only(RAW_FACES, "images", "attributes", "partition", "identity")},
        outputs={"faces": only(FACES, "images", "index"), "report": REFUSED},
    )
