from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from latentmaps.data.digits import Digits
from latentmaps.oips import excitation, scores
from latentmaps.oips.search import Oips


@pytest.fixture
def oips() -> Oips:
    """Two random starts and the digit: the first wins, only the digit works, nothing works."""
    activations = np.array([[0.5, 0.2, 0.4], [0, 0, 0.3], [0, 0, 0]], np.float32)
    return Oips(
        images=np.zeros((3, 28, 28), np.float32),
        starts=np.zeros((3, 28, 28), np.float32),
        activations=activations,
        silent=activations == 0,
        converged=np.array([True, False, False]),
    )


@pytest.fixture
def table(oips: Oips, three_fates: keras.Model, dots: Digits) -> pd.DataFrame:
    return scores.score(oips, excitation.excitation_model(three_fates, "Conv2D_1"), dots)


def test_the_status_tells_what_worked(table: pd.DataFrame) -> None:
    assert table["status"].tolist() == ["alive", "rescued", "dead"]
    assert table["winning_start"].tolist() == ["0", "digit", ""]
    assert table["silent_share"].tolist() == [0, 1, 1]


def test_the_ratio_compares_with_the_strongest_test_digit(
    table: pd.DataFrame, three_fates: keras.Model, dots: Digits
) -> None:
    model = excitation.excitation_model(three_fates, "Conv2D_1")
    best = excitation.strongest(model, dots.test_images).activations
    np.testing.assert_allclose(table["ratio"][:2], [0.5 / best[0], 0.3 / best[1]], rtol=1e-5)
    assert np.isnan(table["ratio"][2])
    assert table["strongest_digit_label"][:2].tolist() == [8, 7]
    assert table["strongest_digit_label"].isna().tolist() == [False, False, True]


def test_the_file_leaves_blank_what_a_dead_map_lacks(table: pd.DataFrame, tmp_path: Path) -> None:
    scores.write(table, tmp_path / "table.csv")
    lines = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == (
        "map_index,status,activation,ratio,winning_start,silent_share,converged,"
        "strongest_digit_label"
    )
    assert lines[1].startswith("0,alive,0.5,")
    assert lines[1].endswith(",0,0,True,8")
    assert lines[3] == "2,dead,0,,,1,False,"
