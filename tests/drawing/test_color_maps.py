"""Color maps for images with one channel."""

from typing import get_args

import matplotlib as mpl
import numpy as np
import pytest

from latentmaps.drawing.color_maps import COLOR_MAPS, to_colors
from latentmaps.params.draw_oips import DrawOips

ALL_BYTES = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)


def test_gray_keeps_every_byte() -> None:
    colors = to_colors(ALL_BYTES, "gray")
    assert colors.shape == (1, 16, 16, 3)
    assert colors.dtype == np.uint8
    np.testing.assert_array_equal(colors, np.stack([ALL_BYTES] * 3, axis=-1))


@pytest.mark.parametrize(
    ("byte", "color"),
    [
        (0, (68, 1, 84)),
        (64, (59, 82, 139)),
        (128, (33, 145, 140)),
        (191, (94, 201, 98)),
        (255, (253, 231, 37)),
    ],
)
def test_viridis_has_the_colors_of_its_authors(byte: int, color: tuple[int, int, int]) -> None:
    found = to_colors(np.full((1, 1, 1), byte, np.uint8), "viridis")[0, 0, 0]
    np.testing.assert_allclose(found.astype(int), color, atol=2)


def test_viridis_equals_that_of_matplotlib_for_every_byte() -> None:
    table = np.array([mpl.colormaps["viridis"](byte)[:3] for byte in range(256)]) * 255
    colors = to_colors(ALL_BYTES, "viridis").reshape(256, 3)
    np.testing.assert_allclose(colors, table, atol=2.1)


def test_every_color_map_may_be_named_in_params_yaml() -> None:
    assert set(COLOR_MAPS) == set(get_args(DrawOips.__annotations__["color_map"]))
