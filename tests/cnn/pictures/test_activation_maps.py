import numpy as np
import pytest

from latentmaps.cnn.pictures import activation_maps
from latentmaps.errors import DataError

LABELS = np.array([3, 1, 3, 0], np.uint8)


def test_the_first_image_of_each_digit_is_chosen() -> None:
    assert activation_maps.choose_rows(LABELS, [3, 0]).tolist() == [0, 3]


def test_a_digit_that_is_not_in_the_test_part_is_rejected() -> None:
    with pytest.raises(
        DataError,
        match=r"draw_activation_maps.digits: found 7, expected a digit in the test part: 0, 1, 3",
    ):
        activation_maps.choose_rows(LABELS, [3, 7])


def test_a_mosaic_shows_every_map_once_on_a_common_scale() -> None:
    maps = np.zeros((2, 3, 3, 5), np.float32)
    maps[0, 0, 0, 4] = 8
    maps[1, 2, 2, 1] = 4
    first, second = activation_maps.make_mosaics(maps)
    columns, scale = activation_maps.arrange_maps(5, 3, 3)
    size = 3 * scale + 1
    row, column = divmod(4, columns)
    assert first[row * size + 1, column * size + 1] == 0  # black: the strongest
    row, column = divmod(1, columns)
    corner = second[(row + 1) * size - 1, (column + 1) * size - 1]
    # the limit is the percentile, which the largest value may exceed
    assert corner == round(255 * (1 - min(1, 4 / activation_maps.find_limit(maps))))
    assert (first == 255).sum() > 0.5 * first.size


@pytest.mark.parametrize(
    ("num_maps", "size"), [(120, 26), (32, 26), (64, 11), (128, 3), (1, 26), (7, 1)]
)
def test_every_mosaic_fits_its_place(num_maps: int, size: int) -> None:
    maps = np.ones((1, size, size, num_maps), np.float32)
    height, width = activation_maps.make_mosaics(maps)[0].shape
    assert height <= activation_maps.MAX_HEIGHT
    assert width <= activation_maps.MAX_WIDTH


@pytest.mark.slow
@pytest.mark.parametrize("num_maps", [121, 128, 1000])
def test_maps_that_do_not_fit_get_a_larger_mosaic_of_the_same_shape(num_maps: int) -> None:
    maps = np.ones((1, 26, 26, num_maps), np.float32)
    height, width = activation_maps.make_mosaics(maps)[0].shape
    assert width > activation_maps.MAX_WIDTH or height > activation_maps.MAX_HEIGHT
    assert width / height == pytest.approx(
        activation_maps.MAX_WIDTH / activation_maps.MAX_HEIGHT, 0.15
    )
    layers = {"Conv2D_1": maps, "Conv2D_2": maps[..., :4]}
    wide = activation_maps.draw(np.zeros((1, 28, 28), np.uint8), [3], layers).image
    assert wide.width > 3 * width


def test_the_sheet_has_a_row_for_each_digit() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    maps = {"Conv2D_1": np.ones((2, 26, 26, 4), np.float32)}
    low = activation_maps.draw(images[:1], [3], {"Conv2D_1": maps["Conv2D_1"][:1]}).image
    high = activation_maps.draw(images, [3, 1], maps).image
    assert high.width == low.width
    assert high.height - low.height >= activation_maps.MAX_HEIGHT
