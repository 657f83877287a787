import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from latentmaps.oips import scores
from latentmaps.oips.layer import LayerResults
from latentmaps.storage import result_files


def test_the_status_says_what_was_needed(found: LayerResults) -> None:
    assert found.table["status"].tolist() == ["alive", "alive", "rescued", "dead"]
    assert found.table["rescued_by"].tolist() == ["", "", "precursor", ""]
    assert found.table["winning_start"].tolist() == ["coarse"] * 3 + [""]
    assert found.table["status_in_range"].tolist() == ["alive", "alive", "rescued", "dead"]
    assert found.table["rescued_by_in_range"].tolist() == ["", "", "digits", ""]
    assert found.table["silent_share"].tolist() == [0, 0.25, 0.75, 1]


def test_the_ratio_compares_with_the_strongest_test_digit(found: LayerResults) -> None:
    np.testing.assert_allclose(found.table["ratio"], [2, 0.5, np.nan, np.nan])
    np.testing.assert_allclose(found.table["ratio_in_range"], [1, 0.25, np.nan, np.nan])
    assert found.table["activation"].tolist() == [4, 0.5, 3, 0]
    assert found.table["strongest_digit_label"][:2].tolist() == [0, 6]
    assert found.table["strongest_digit_row"].isna().tolist() == [False, False, True, True]


def test_an_ascent_that_has_not_converged_may_still_improve(found: LayerResults) -> None:
    assert found.table["converged"].tolist() == [True, False, True, False]
    # the curves rise until the last step
    assert found.table["improving"].tolist() == [False, True, False, False]
    assert found.table["num_steps"].tolist() == [9, 9, 9, 0]
    falling = found.oips.free.curves[:, ::-1].copy()
    free = dataclasses.replace(found.oips.free, curves=falling)
    assert not scores.measure_progress(free, "")["improving"].any()


def test_the_seed_gap_is_lowest_over_highest_activation_of_the_starts_that_are_not_silent() -> None:
    gaps = scores.seed_gaps(np.array([[4, 2, 0], [3, 0, 0], [0, 0, 0]], np.float32))
    np.testing.assert_allclose(gaps, [0.5, np.nan, np.nan])


def test_the_pathway_of_a_map_without_oip_or_digit_is_empty(found: LayerResults) -> None:
    assert found.table["path_correlation"].isna().tolist() == [False, False, True, True]
    # no second digit excites map 1: the second one in the list is arbitrary
    assert found.table["path_second_digit"].isna().tolist() == [False, True, True, True]


def test_pixels_out_of_range_are_counted_where_the_layer_sees_them(found: LayerResults) -> None:
    seen = found.oips.free.images[0, :26, :26]
    expected = ((seen < -0.5) | (seen > 2.5)).mean()
    assert found.table["out_of_range_share"][0] == pytest.approx(expected)
    assert np.isnan(found.table["out_of_range_share"][3])


def test_the_polish_has_its_activation_and_the_shares_before_and_after(
    found: LayerResults,
) -> None:
    for suffix, oips in (("", found.oips.free), ("_in_range", found.oips.in_range)):
        kept = found.table[f"activation_polished{suffix}"] / oips.activations
        np.testing.assert_allclose(kept[:3], 0.96, rtol=1e-6)
        for name, share in (("", 0.5), ("_polished", 0.25)):
            shares = found.table[f"high_frequency_share{name}{suffix}"].tolist()
            assert shares[:3] == [share] * 3
            assert np.isnan(shares[3])


def test_missing_values_of_a_dead_map_are_blank_in_the_file(
    found: LayerResults, tmp_path: Path
) -> None:
    result_files.write_table(tmp_path / "table.csv", found.table)
    again = pd.read_csv(tmp_path / "table.csv")
    assert again.columns.tolist() == found.table.columns.tolist()
    assert (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()[4] == (
        "3,dead,,0,,,False,0,,,dead,,0,,,False,0,,,1,False,False,0,False,False,0,,,,,,,,0,,,-1"
    )


def test_a_periodic_image_correlates_with_a_shifted_copy() -> None:
    rows, columns = np.mgrid[:28, :28]
    stripes = np.sin(2 * np.pi * (rows + columns) / 6).astype(np.float32)
    assert scores.repetition(stripes) > 0.98
    # shifted by less than the width of a stroke, any image resembles itself
    spot = np.exp(-((rows - 14) ** 2 + (columns - 14) ** 2) / 8).astype(np.float32)
    assert scores.repetition(spot) < 0.7
    noise = np.random.default_rng(0).normal(size=(28, 28)).astype(np.float32)
    assert 0 < scores.repetition(noise) < 0.45
    assert scores.repetition(np.zeros((28, 28), np.float32)) == 0
