"""Every number has an upper limit, and so have products of several numbers."""

import copy
import dataclasses
import functools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import pytest

from latentmaps.errors import ParamsError
from latentmaps.params import loader, yaml12

FIELDS = [
    (name, field.name, get_type_hints(cls, include_extras=True)[field.name])
    for name, cls in loader.section_classes().items()
    for field in dataclasses.fields(cls)
]


def limits(hint: Any, around: tuple[Any, ...] = ()) -> Iterator[tuple[type, dict[str, Any]]]:
    """Yield (type, limits by name) for each part of a type hint."""
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        parts = [part for note in notes for part in getattr(note, "metadata", [note])]
        yield from limits(inner, (*around, *parts))
    elif get_origin(hint) is tuple and Ellipsis not in get_args(hint):  # of a fixed length
        for item in get_args(hint):
            yield from limits(item)
    elif hint in (int, float, str) or get_origin(hint) is tuple:
        found = {k: v for part in around for k, v in vars_of(part).items() if v is not None}
        yield get_origin(hint) or hint, found
        for item in get_args(hint):
            yield from limits(item)
    elif get_origin(hint) is not Literal:
        for branch in get_args(hint):
            yield from limits(branch)


def vars_of(note: Any) -> dict[str, Any]:
    return {k: getattr(note, k, None) for k in ("ge", "gt", "le", "lt", "max_length", "pattern")}


@pytest.mark.parametrize(("section", "key", "hint"), FIELDS, ids=[f"{s}.{k}" for s, k, _ in FIELDS])
def test_every_value_has_limits(section: str, key: str, hint: Any) -> None:
    for kind, found in limits(hint):
        if kind in (int, float):
            lowest, highest = found.get("ge", found.get("gt")), found.get("le", found.get("lt"))
            assert lowest is not None
            assert highest is not None
            assert math.isfinite(highest)
            assert lowest < highest <= 2**31
        else:
            assert found["max_length"] <= 4096


def test_the_walk_finds_numbers_without_a_limit() -> None:
    assert list(limits(int | None)) == [(int, {})]
    assert [kind for kind, _ in limits(tuple[float, ...])] == [tuple, float]


@functools.cache
def read(path: Path) -> Any:
    return yaml12.load(path.read_text(encoding="utf-8"))


def load(root: Path, folder: Path, changes: dict[str, Any]) -> loader.Params:
    """Read the parameters of the repository after changing some values of the sample."""
    document = copy.deepcopy(read(root / "params.yaml"))
    for name, value in changes.items():
        section, _, key = name.rpartition(".")
        if not section:
            document[key] = value
            continue
        sized = document["profiles"]["sample"].get(section, {})
        (sized if key in sized else document[section])[key] = value
    path = folder / "params.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
    return loader.load(path)


def refuse(root: Path, folder: Path, changes: dict[str, Any]) -> str:
    with pytest.raises(ParamsError) as caught:
        load(root, folder, changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("machine.cpu_threads", 10**9),
        ("machine.cpu_threads", 10**12),
        ("train_vae.latent_dim", 10**6),
        ("train_vae.latent_dim", 10**29),
        ("train_vae.filters", [10**6] * 4),
        ("train_vae.kernel_sizes", [10**6] * 4),
        ("train_vae.strides", [10**20] * 4),
        ("train_vae.dense_units", 10**29),
        ("train_vae.decay_epochs", 10**29),
        ("train_vae.fact", 1e308),
        ("train_vae.learning_rate", 1e30),
        ("train_vae.epochs", 10**20),
        ("train_vae.batch_size", 10**20),
        ("train_cnn.filters", [10**9]),
        ("train_cnn.l2", 1e308),
        ("train_cnn.learning_rate", 1e308),
        ("train_cnn.num_validation", 10**20),
        ("evaluate_vae.temperature", 1e308),
        ("evaluate_vae.temperature", 1e-300),
        ("evaluate_vae.num_compared", 10**9),
        ("draw_samples.sharpen_radius", 1e308),
        ("draw_samples.sharpen_percent", 10**29),
        ("draw_samples.contrast", 1e308),
        ("draw_samples.temperatures", [1e308]),
        ("draw_samples.temperatures", [1.0] * 200),
        ("draw_samples.num_samples", 1000),
        ("draw_latent_space.traversal_limit", 1e308),
        ("draw_latent_space.attribute_limit", 1e308),
        ("draw_latent_space.num_steps", 1000),
        ("draw_latent_space.plane_steps", 31),
        ("draw_samples.tile_scale", 9),
        ("draw_oips.step_size", 1e308),
        ("draw_oips.num_steps", 10**9),
        ("crop_faces.crop_box", [0, 0, 10**20, 10**20]),
    ],
)
def test_a_value_that_no_stage_could_use_is_refused(
    root: Path, tmp_path: Path, name: str, value: Any
) -> None:
    message = refuse(root, tmp_path, {name: value})
    assert f"{name}" in message
    assert "expected" in message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_vae.filters": [8192] * 4, "train_vae.latent_dim": 1},
            "train_vae: found a network of 3,625,",
        ),
        (
            {"train_vae.decoder_filters": [16_384, 8192, 8192, 8192]},
            "train_vae: found a network of 2,",
        ),
        ({"train_vae.decoder_filters": [256, 128, 64, 16_384]}, "found a layer of 4,831,838,208"),
        (
            {
                "train_vae.paddings": ["same", "same", "same", "valid"],
                "train_vae.decoder_kernel_sizes": [5, 3, 3, 3],
            },
            "train_vae.decoder_kernel_sizes: value 1 is 5, expected 3 to 4",
        ),
        (
            {"train_vae.fact": 0, "train_vae.fact_warmup_epochs": 5},
            "train_vae.fact_warmup_epochs: found 5 with fact 0, expected 0, since there is no weig",
        ),
        ({"train_vae.dense_units": 65_536, "train_vae.latent_dim": 4096}, "of 2,"),
        ({"train_cnn.filters": [1024], "train_cnn.dense_units": 65_536}, "train_cnn: found a netw"),
        ({"train_vae.batch_size": 65_536}, "train_vae: found a layer of 4,831,838,208 values for"),
        ({"train_cnn.batch_size": 65_536, "train_cnn.filters": [1024]}, "train_cnn: found a layer"),
        (
            {"draw_reconstructions.num_columns": 100, "draw_reconstructions.row_seeds": [1, 2, 3]},
            "draw_reconstructions.num_columns times row_seeds: found a sheet of 900 tiles",
        ),
        ({"draw_latent_space.num_steps": 70}, "num_dimensions times num_steps: found a sheet of"),
        (
            {"draw_samples.num_samples": 200, "crop_faces.image_size": 1024},
            "found a sheet of 200 tiles and 209,715,200 pixels, expected at most 80,000,000",
        ),
        ({"draw_activation_maps.digits": [1] * 64, "train_cnn.filters": [1024]}, "128 tiles and"),
        (
            {"draw_samples.num_samples": 300, "draw_samples.tile_scale": 8},
            "draw_samples.num_samples with tile_scale 8: found a sheet of 300 tiles and 176,947,20",
        ),
        (
            {"draw_latent_space.plane_steps": 30, "draw_latent_space.tile_scale": 4},
            "draw_latent_space.plane_steps with tile_scale 4: found a sheet of 900 tiles and 132,7",
        ),
        (
            {"draw_face_oips.tile_scale": 8, "train_vae.kernel_sizes": [9] * 4},
            "draw_face_oips.tile_scale 8: found a sheet of 256 tiles and 239,878,144 pixels",
        ),
    ],
)
def test_combinations_that_are_too_large_are_refused(
    root: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    found = refuse(root, tmp_path, changes)
    assert message in found
    assert "(profile sample)" not in found  # the active one is not named
    lines = [line.partition(" (profile ")[0] for line in found.splitlines()]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"crop_faces.image_size": 1024},
        {"train_vae.latent_dim": 4096},
        {"train_vae.filters": [512] * 4, "train_vae.batch_size": 128},
        {"draw_samples.num_samples": 300, "draw_samples.temperatures": [1.0] * 60},
        {"base.seed": 2**31 - 1},
        {"train_vae.fact": 0},
        {"draw_samples.seed": 0, "draw_latent_space.plane_steps": 30},
        {"profile": "own"},
    ],
)
def test_what_a_large_gpu_can_do_is_allowed(
    root: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    load(root, tmp_path, changes)
