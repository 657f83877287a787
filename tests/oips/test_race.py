import dataclasses

import numpy as np
import pytest
from tests.oips.example_ascents import ASCENT, ascent_inputs

from latentmaps.oips import ascent, race
from latentmaps.oips.constraints import standardized
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import AscentResult
from latentmaps.params.draw_oips import DrawOips


def ascend_together(
    networks: Networks, params: DrawOips, map_indices: list[int], num_starts: int = 7
) -> AscentResult:
    """Run the ascent from seven starts per map; the last one is the head start."""
    images = ascent_inputs(num_starts * networks.num_units).starts.reshape(
        -1, num_starts, 28, 28, 1
    )
    return ascent.ascend(
        networks.objective,
        images[map_indices],
        np.array(map_indices),
        params,
        constraint=standardized,
        seed=0,
        jit_compile=False,
        chunk_size=32,
        is_race=True,
        num_head_starts=1,
    )


def test_the_best_starts_and_the_head_start_continue_in_order() -> None:
    objectives = np.array([[1, 5, 3, 4, 0], [2, 2, 2, 1, 9], [0, 0, 0, 0, 0]], np.float32)
    assert race.choose_finalists(objectives, 2, 1).tolist() == [[1, 3, 4], [0, 1, 4], [0, 1, 4]]
    assert race.choose_finalists(objectives, 2, 0).tolist() == [[1, 3], [0, 4], [0, 1]]


def test_there_is_a_race_if_it_eliminates_starts_and_steps_are_left() -> None:
    params = dataclasses.replace(ASCENT, num_finalists=2, race_steps=5, num_steps=6)
    assert race.is_needed(params, 3)
    assert not race.is_needed(params, 2)
    assert not race.is_needed(dataclasses.replace(params, num_steps=5), 3)


@pytest.mark.slow
def test_a_race_does_not_change_the_results_of_finalists(second_layer: Networks) -> None:
    params = dataclasses.replace(ASCENT, num_finalists=2, race_steps=6)
    raced = ascend_together(second_layer, params, [0, 3, 5])
    without = ascend_together(second_layer, dataclasses.replace(params, num_finalists=6), [0, 3, 5])
    assert raced.start_indices.shape == raced.activations.shape == (3, 3)
    assert without.start_indices.tolist() == [list(range(7))] * 3
    rows = np.arange(3)[:, np.newaxis], raced.start_indices
    for field in dataclasses.fields(raced):
        expected = getattr(without, field.name)[rows]
        np.testing.assert_array_equal(getattr(raced, field.name), expected, err_msg=field.name)


@pytest.mark.slow
def test_finalists_are_the_best_after_the_steps_of_the_race(second_layer: Networks) -> None:
    params = dataclasses.replace(ASCENT, num_finalists=1, race_steps=6)
    raced = ascend_together(second_layer, params, [0, 3, 5])
    without = ascend_together(second_layer, dataclasses.replace(params, num_finalists=6), [0, 3, 5])
    best_so_far = np.nanmax(without.curves[:, :6, :6], axis=2)
    assert raced.start_indices[:, 0].tolist() == best_so_far.argmax(axis=1).tolist()
    assert raced.start_indices[:, 1].tolist() == [6, 6, 6]


@pytest.mark.slow
def test_the_race_of_a_map_does_not_depend_on_other_maps(second_layer: Networks) -> None:
    params = dataclasses.replace(ASCENT, num_finalists=2, race_steps=6)
    together = ascend_together(second_layer, params, list(range(8)))
    alone = ascend_together(second_layer, params, [6])
    for field in dataclasses.fields(alone):
        mine, theirs = getattr(alone, field.name)[0], getattr(together, field.name)[6]
        np.testing.assert_array_equal(mine, theirs, err_msg=field.name)
