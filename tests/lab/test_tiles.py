"""Conversion of images to bytes."""

import numpy as np
import pytest

from latentmaps.lab.answer import Answer
from latentmaps.lab.tiles import Tiles, choose_tiles


def test_free_pixels_are_clipped_at_one_limit_for_all_units(answer: Answer) -> None:
    tiles = choose_tiles(answer)
    rows, columns = tiles.seen_size
    ends = [unit.oip[:rows, :columns] for unit in answer.units]
    assert tiles.limit == pytest.approx(np.percentile(np.abs(ends), 98))
    drawn = tiles.draw(np.stack([unit.oip for unit in answer.units]))
    assert drawn.shape == (2, rows, columns, 3)
    assert drawn.min() == 1
    assert drawn.max() == 255


def test_colors_are_shown_as_they_are() -> None:
    tiles = Tiles(1.0, (0.0, 1.0), "viridis", (1, 1))
    image = np.array([[[[0.0, 0.5, 1.0]]]], np.float32)
    np.testing.assert_array_equal(tiles.draw(image), [[[[0, 128, 255]]]])
    assert tiles.words(3) == "Colors are shown as the network reads them, 0 to 1."


def test_a_given_range_goes_from_black_to_white() -> None:
    tiles = Tiles(1.0, (-2.0, 2.0), "gray", (1, 3))
    image = np.array([-2.0, 0.0, 9.0], np.float32).reshape(1, 1, 3, 1)
    np.testing.assert_array_equal(tiles.draw(image)[0, 0, :, 0], [0, 128, 255])
    assert tiles.words(1) == "Pixels are kept in a range: black is -2, white 2."


def test_viridis_colors_pictures_of_one_channel_or_many() -> None:
    tiles = Tiles(1.0, None, "viridis", (1, 1))
    lightest = tiles.draw(np.ones((1, 1, 1, 1), np.float32))
    np.testing.assert_allclose(lightest[0, 0, 0].astype(int), (253, 231, 37), atol=2)
    np.testing.assert_array_equal(tiles.draw(np.ones((1, 1, 1, 5), np.float32)), lightest)
    assert "blue-green is 0, the mean of an image, dark blue and yellow are 1.0" in tiles.words(1)


def test_pixels_that_do_not_influence_the_layer_are_cropped() -> None:
    tiles = Tiles(1.0, None, "gray", (2, 1))
    assert tiles.draw(np.zeros((4, 3, 3, 1), np.float32)).shape == (4, 2, 1, 3)
    assert tiles.crop(np.zeros((4, 3, 3), np.uint8)).shape == (4, 2, 1)
