"""The default settings, and changes to them."""

import dataclasses
from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.lab import settings
from latentmaps.oips import length_scales
from latentmaps.params import loader
from latentmaps.params.draw_oips import DrawOips


def test_the_default_settings_are_those_of_params_yaml(root: Path) -> None:
    section = loader.load(root / "params.yaml").section(DrawOips)
    kept = dataclasses.asdict(settings.defaults((28, 28, 1))) | {
        name: getattr(section, name) for name in ("layers", "range")
    }
    grids = [(k, k) if isinstance(k, int) else k for k in section.length_scales]
    assert kept == dataclasses.asdict(section) | {"length_scales": tuple(grids)}


def test_length_scales_follow_from_the_size_of_an_image() -> None:
    params = settings.defaults((8, 40, 3))
    assert params.length_scales == ((1, 4), (2, 10), (4, 20), (8, 40))
    assert settings.defaults((1, 1, 1)).length_scales == ((1, 1),)


def test_length_scales_that_do_not_fit_an_image_are_replaced() -> None:
    params = settings.change(settings.defaults((28, 28, 1)), {"length_scales": (3, 7, 14, 28)})
    assert length_scales.for_shape(params, (28, 30, 1)) is params
    assert length_scales.for_shape(params, (18, 28, 1)).length_scales[-1] == (18, 28)


@pytest.mark.parametrize(
    ("changes", "scale_steps"),
    [
        ({"num_steps": 200}, (20, 40, 80)),
        ({"num_steps": 100}, (5, 10, 20)),
        ({"num_steps": 800, "length_scales": (3, 28), "length_weights": (1, 1)}, (280,)),
        ({"num_steps": 400, "scale_steps": (1, 2, 3)}, (1, 2, 3)),
    ],
)
def test_steps_per_length_scale_are_redistributed_if_they_no_longer_fit(
    changes: dict[str, object], scale_steps: tuple[int, ...]
) -> None:
    defaults = settings.defaults((28, 28, 1))
    params = settings.change(defaults, {"strategy": "enrich", **changes})
    assert params.scale_steps == scale_steps


def test_an_unknown_setting_is_refused_with_those_that_exist() -> None:
    with pytest.raises(DataError, match=r"^steps: no such setting, expected .*num_steps"):
        settings.change(settings.defaults((28, 28, 1)), {"steps": 3})


def test_a_wrong_value_is_refused_by_the_name_of_its_field() -> None:
    defaults = settings.defaults((28, 28, 1))
    with pytest.raises(
        DataError, match=r"^num_steps: found 0, expected greater than or equal to 1"
    ):
        settings.change(defaults, {"num_steps": 0})
    with pytest.raises(DataError, match=r"^length_weights: one for each of the 4 length_scales"):
        settings.change(defaults, {"length_weights": (1,)})
