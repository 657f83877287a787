import numpy as np
import pytest

from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Labels


@pytest.mark.parametrize(
    ("shape", "noun"), [((28, 28, 1), "image"), ((28, 28, 3), "face"), ((32, 32, 1), "face")]
)
def test_captions_speak_of_images_if_tiles_are_digits(shape: tuple[int, ...], noun: str) -> None:
    sheet = face_sheet.draw(
        [np.zeros(shape, np.uint8), None],
        num_columns=2,
        title="Test faces",
        caption="Each tile is a face.",
        numbers={"mse": [0.1]},
        labels=Labels(rows=["face"], columns=["1", "2"]),
    )
    assert sheet.numbers["title"] == f"Test {noun}s"
    assert sheet.numbers["caption"] == f"Each tile is {'an' if noun == 'image' else 'a'} {noun}."
    assert sheet.numbers["layout"]["row_labels"] == [noun]
