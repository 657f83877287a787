import dataclasses
import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.vae.example_vae import small_vae
from tests.vae.pictures.cutting import tiles_of

from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import face_sheet, latent_plane

PARAMS = DrawLatentSpace(
    num_dimensions=2,
    num_steps=5,
    num_pairs=3,
    traversal_limit=3.0,
    attributes=("Smiling",),
    attribute_limit=1.5,
    plane_steps=5,
    seed=None,
    tile_scale=1,
)
STEPS = np.array([-3.0, -1.5, 0.0, 1.5, 3.0])


def encodings(z_mean: npt.ArrayLike) -> Encodings:
    means = np.asarray(z_mean, np.float32)
    return Encodings(means, np.zeros_like(means))


@functools.cache
def trained(latent_dim: int, **changes: Any) -> TrainedVae:
    return TrainedVae(small_vae(latent_dim=latent_dim, **changes))


def test_a_map_of_two_dimensions_is_the_whole_plane_of_the_prior() -> None:
    # where the faces lie does not matter
    plane = latent_plane.choose(encodings([[5.0, 1.0], [7.0, 2.0], [9.0, -4.0]]))
    points = plane.points(STEPS)
    assert points.shape == (5, 5, 2)
    for row in range(5):
        for column in range(5):
            np.testing.assert_array_equal(points[row, column], [STEPS[column], -STEPS[row]])


def test_a_map_of_one_dimension_is_a_row() -> None:
    points = latent_plane.choose(encodings([[5.0], [7.0]])).points(STEPS)
    np.testing.assert_array_equal(points, STEPS[None, :, None])


def test_a_map_of_more_dimensions_is_the_plane_in_which_the_means_vary_most() -> None:
    # spreads 4, 2 and 1 along rotated axes, around (1, 2, 3)
    first, second, third = np.array([[3.0, 4.0, 0.0], [-4.0, 3.0, 0.0], [0.0, 0.0, 5.0]]) / 5.0
    center = np.array([1.0, 2.0, 3.0])
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)])
    means = center + signs * [4.0, 2.0, 1.0] @ np.stack([first, second, third])
    plane = latent_plane.choose(encodings(means))
    points = plane.points(STEPS)
    # principal_axes makes the largest entry of an axis positive
    for row in range(5):
        for column in range(5):
            expected = center + STEPS[column] * 4.0 * first + STEPS[row] * 2.0 * second
            np.testing.assert_allclose(points[row, column], expected, atol=1e-5)
    assert plane.variance_share == pytest.approx(20.0 / 21.0)
    assert "95 % of their variance" in plane.caption
    assert "4.00 and 2.00 in z" in plane.caption


def test_means_that_do_not_vary_give_one_point() -> None:
    points = latent_plane.choose(encodings(np.full((4, 3), 2.0))).points(STEPS)
    np.testing.assert_array_equal(points, np.full((5, 5, 3), 2.0))


@pytest.mark.slow
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_each_place_shows_what_the_decoder_makes_of_its_point(latent_dim: int) -> None:
    vae = trained(latent_dim)
    faces = encodings(np.random.default_rng(1).normal(size=(9, latent_dim)))
    sheet = latent_plane.draw(vae, faces, PARAMS)
    expected = face_sheet.decode(vae, latent_plane.choose(faces).points(STEPS))
    assert len(np.unique(expected, axis=0)) == len(expected)
    np.testing.assert_allclose(np.stack(tiles_of(sheet)).astype(int), expected.astype(int), atol=1)
    np.testing.assert_array_equal(sheet.numbers["steps"], STEPS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("latent_dim", "title", "columns", "rows"),
    [
        (1, "Map of the latent line - ", "z[0]", ""),
        (2, "Map of the latent plane - ", "z[0]", "z[1]"),
        (5, "Map of the plane in which the z-points of test faces vary", "axis 1", "axis 2"),
    ],
)
def test_both_axes_have_names_and_values(
    latent_dim: int, title: str, columns: str, rows: str
) -> None:
    faces = encodings(np.random.default_rng(1).normal(size=(9, latent_dim)))
    sheet = latent_plane.draw(trained(latent_dim), faces, PARAMS)
    values = ["-3", "-1.5", "0", "+1.5", "+3"]
    layout = sheet.numbers["layout"]
    assert layout["column_labels"] == [f"{columns}:\n{value}" for value in values]
    assert layout["row_labels"] == ([f"{rows}: {v}" for v in reversed(values)] if rows else [])
    assert sheet.numbers["title"].startswith(title)
    assert "Each tile is what the decoder makes of one point of " in sheet.numbers["caption"]
    assert "reduced" not in sheet.numbers["caption"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "labels"), [(3.0, ["-3", "-0.43", "+2.14"]), (0.07, ["-0.07", "-0.01", "+0.05"])]
)
def test_labels_have_as_many_decimals_as_the_limit_asks_for(
    limit: float, labels: list[str]
) -> None:
    params = dataclasses.replace(PARAMS, plane_steps=8, traversal_limit=limit)
    sheet = latent_plane.draw(trained(1), encodings([[0.0], [1.0]]), params)
    shown = [label.partition("\n")[2] for label in sheet.numbers["layout"]["column_labels"]]
    assert shown[::3] == labels


@pytest.mark.slow
@pytest.mark.parametrize("num_channels", [1, 3])
def test_large_tiles_are_reduced_to_means(
    num_channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latent_plane, "LARGEST_TILE_OF_A_MAP", 8)
    vae = trained(2, num_channels=num_channels)
    faces = encodings([[0.0, 0.0], [1.0, 1.0]])
    sheet = latent_plane.draw(vae, faces, dataclasses.replace(PARAMS, tile_scale=2))
    whole = face_sheet.decode(vae, latent_plane.choose(faces).points(STEPS)).astype(float)
    means = whole.reshape(25, 8, 2, 8, 2, num_channels).mean(axis=(2, 4))
    tiles = np.stack(tiles_of(sheet))
    assert tiles.shape == (25, 16, 16, 3)
    assert sheet.numbers["caption"].endswith(" The tiles are reduced to 8 pixels.")
    np.testing.assert_allclose(tiles[:, ::2, ::2], np.broadcast_to(means, (25, 8, 8, 3)), atol=1.0)
