"""The computed numbers of weights and values are those of the networks that are built."""

import dataclasses
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import architecture

from latentmaps.cnn.network import cnn
from latentmaps.params import combinations, loader
from latentmaps.params.draw_latent_space import LARGEST_TILE_OF_A_MAP
from latentmaps.params.train_cnn import TrainCnn
from latentmaps.params.train_vae import TrainVae
from latentmaps.vae.network import vae
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.pictures import latent_plane, sample_sheets

SMALL = {"strides": (2, 2)}  # the example halves its maps, and then quarters them


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_channels": 1, "dense_units": 7},
        {"batch_norm": "none"},
        {"batch_norm": "frozen", "upsampling": "resize"},
        {"paddings": ("valid", "same"), "kernel_sizes": (4, 3), "strides": (3, 1)},
        {"decoder_filters": (7, 5), "decoder_kernel_sizes": (4, 6)},
        {"decoder_filters": (7, 5), "dense_units": 7, "batch_norm": "none"},
    ],
)
def test_the_vae_has_the_computed_number_of_weights(changes: dict[str, Any]) -> None:
    shape = architecture(**SMALL | changes)
    built = [vae.build_encoder(shape), vae.build_decoder(shape)]
    expected = sum(network.count_params() for network in built)
    assert combinations.vae_weights(shape) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"filters": (1, 1)},
        {"upsampling": "resize"},
        {"upsampling": "resize", "filters": (1, 64), "strides": (1, 4)},
        {"upsampling": "resize", "filters": (9, 2), "strides": (4, 1)},
        {"paddings": ("valid", "same"), "kernel_sizes": (4, 3), "strides": (3, 1)},
        {"decoder_filters": (7, 50)},
        {"decoder_filters": (64, 1), "upsampling": "resize", "strides": (1, 4)},
    ],
)
def test_the_largest_layer_of_the_vae_has_the_computed_number_of_values(
    changes: dict[str, Any],
) -> None:
    shape = architecture(**SMALL | changes)
    built = [*vae.build_encoder(shape).layers, *vae.build_decoder(shape).layers]
    expected = max(math.prod(layer.output.shape[1:]) for layer in built if _is_of_maps(layer))
    assert combinations.vae_values(shape) == expected


def _is_of_maps(layer: Any) -> bool:
    return not isinstance(layer.output, list) and len(layer.output.shape) == 4


@pytest.mark.parametrize(("upsampling", "is_refused"), [("transpose", False), ("resize", True)])
def test_maps_that_are_enlarged_before_they_become_fewer_are_counted(
    root: Path, upsampling: str, *, is_refused: bool
) -> None:
    sections = dict(loader.load(root / "params.yaml").sections)
    sections["crop_faces"] = dataclasses.replace(sections["crop_faces"], image_size=1024)
    sections["train_vae"] = dataclasses.replace(
        sections["train_vae"],
        batch_size=32,
        filters=(1, 16_384),
        kernel_sizes=(3, 3),
        strides=(1, 64),
        paddings=("same", "same"),
        upsampling=upsampling,
    )
    problems = combinations.check(sections, "sample")
    lines = [problem for problem in problems if problem.startswith("train_vae: ")]
    assert any("found a layer of 549,755,813,888 values" in line for line in lines) == is_refused


@pytest.mark.parametrize(
    "shape",
    [
        {"filters": (4,), "kernel_size": 3, "pool_size": 2, "dense_units": 7},
        {"filters": (4, 5, 6), "kernel_size": 2, "pool_size": 3, "dense_units": 1},
    ],
)
def test_the_cnn_has_the_computed_number_of_weights(shape: dict[str, Any]) -> None:
    expected = cnn.build_cnn(cnn.Architecture(**shape)).count_params()
    assert combinations.cnn_weights(SimpleNamespace(**shape)) == expected


def test_a_row_of_temperatures_has_the_computed_number_of_faces() -> None:
    assert combinations.TEMPERATURE_COLUMNS == sample_sheets.NUM_COLUMNS


def test_a_tile_of_a_map_is_at_most_as_large_as_computed() -> None:
    for size in (127, 128, 129, 1000):
        edge = latent_plane.reduce_image(np.zeros((size, size, 3), np.uint8)).shape[0]
        assert edge <= min(size, LARGEST_TILE_OF_A_MAP)
        assert edge == size or size > LARGEST_TILE_OF_A_MAP


def describe_pixels(root: Path, section: str, **changes: Any) -> list[str]:
    """Return the problem of each sheet if no sheet may have any pixels."""
    sections = dict(loader.load(root / "params.yaml").sections)
    sections[section] = dataclasses.replace(sections[section], **changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(combinations, "_MAX_PIXELS", 0)
        problems = list(combinations.check(sections, "sample"))
    return [problem.partition(", expected")[0] for problem in problems]


def test_the_pixels_of_enlarged_tiles_are_counted(root: Path) -> None:
    found = describe_pixels(root, "draw_samples", tile_scale=3)
    place = "draw_samples.num_samples with tile_scale 3: found a sheet of 40 tiles and"
    assert f"{place} {40 * (3 * 96) ** 2:,} pixels" in found
    place = "draw_reconstructions.num_columns times row_seeds: found a sheet of 42 tiles and"
    assert f"{place} {42 * 96**2:,} pixels" in found
    found = describe_pixels(root, "draw_latent_space", tile_scale=2, plane_steps=30)
    place = "draw_latent_space.plane_steps with tile_scale 2: found a sheet of 900 tiles and"
    assert f"{place} {900 * (2 * 96) ** 2:,} pixels" in found


def test_a_map_of_large_images_has_reduced_tiles_and_that_of_one_dimension_is_a_row(
    root: Path,
) -> None:
    place = "draw_latent_space.plane_steps: found a sheet of"
    large = describe_pixels(root, "crop_faces", image_size=1024)
    assert f"{place} 169 tiles and {169 * 128**2:,} pixels" in large
    line = describe_pixels(root, "train_vae", latent_dim=1)
    assert f"{place} 13 tiles and {13 * 96**2:,} pixels" in line


def test_the_networks_of_the_repository_have_the_documented_number_of_weights(root: Path) -> None:
    params = loader.load(root / "params.yaml")
    shape = Architecture.for_images((1, 96, 96, 3), params.section(TrainVae))
    assert combinations.vae_weights(shape) == 7_866_307
    assert combinations.cnn_weights(params.section(TrainCnn)) == 208_982
