"""Assign faces to the training, validation and test parts."""

from latentmaps import runs
from latentmaps.faces.preparing import split
from latentmaps.faces.raw import face_tables
from latentmaps.folders import FACES, only
from latentmaps.params.split_faces import SplitFaces


def split_faces(run: runs.Run) -> None:
    """Write a table that lists the part of every face, without moving any images."""
    parts = split.split_faces(run.inputs["index"], run.params(SplitFaces), run.seed)
    split.require_enough(parts)
    face_tables.write_table(run.outputs["split"], parts)


if __name__ == "__main__":
    runs.main(
        split_faces,
        inputs={"faces": only(FACES, "index")},
        outputs={"faces": only(FACES, "split")},
    )
