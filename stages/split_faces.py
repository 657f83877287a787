"""Assign faces to the training, validation and test parts."""

from latentmaps import runs
from latentmaps.faces.preparing import split
from latentmaps.faces.raw import face_tables
from latentmaps.folders import FACES, some
from latentmaps.params.split_faces import SplitFaces


def split_faces(run: runs.Run) -> None:
    """Write a table with the part of every face; images are not moved."""
    parts = split.split_faces(run.inputs["index"], run.params(SplitFaces), run.seed)
    split.require_enough(parts)
    face_tables.write_table(run.outputs["split"], parts)


if __name__ == "__main__":
    runs.main(
        split_faces,
        inputs={"faces": some(FACES, "index")},
        outputs={"faces": some(FACES, "split")},
    )
