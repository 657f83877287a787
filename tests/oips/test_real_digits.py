import dataclasses

import keras
import numpy as np
import pytest

from latentmaps.digits.dataset.digits import Digits
from latentmaps.oips import cnn_layers, excitation, oip, real_digits, search
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import LayerOips
from latentmaps.params.draw_oips import DrawOips


@pytest.fixture(scope="module")
def below(small_cnn: keras.Model) -> keras.Model:
    """The layer below the second."""
    return cnn_layers.responses_below(small_cnn, "Conv2D_2")


def find_oips(networks: Networks, digits: Digits, params: DrawOips) -> LayerOips:
    return search.find_oips(networks, digits, params, seed=4, jit_compile=False, chunk_size=64)


@pytest.mark.slow
def test_the_strongest_digits_come_first(three_fates: keras.Model, dots: Digits) -> None:
    networks = cnn_layers.up_to(three_fates, "Conv2D_1")
    found = real_digits.find_strongest(networks, dots)
    assert found.rows[:2, 0].tolist() == [1, 0]  # the edge excites map 0, the dot map 1
    assert found.labels[:2, 0].tolist() == [8, 7]
    assert (np.diff(found.activations[:, :2], axis=1) <= 0).all()
    np.testing.assert_array_equal(found.images[0, 0], dots.test_images[1])
    # 26 of 26 x 26 positions see the edge from -1 to 1, on two columns
    assert found.activations[0, 0] == pytest.approx(2 * 2 / 26, rel=0.1)
    assert found.activations[2].tolist() == [0] * 6


def test_ranks_agree_with_the_definition_of_spearman() -> None:
    values = np.array([[1, 5, 2, 2, 9], [3, 3, 1, 0, 7], [4, 4, 4, 4, 4]], np.float32)
    ranks = real_digits.rank_rows(values)
    assert ranks[0] @ ranks[0] == pytest.approx(1)
    # ranks 0, 3, 1.5, 1.5, 4 and 2.5, 2.5, 1, 0, 4
    expected = np.corrcoef([0, 3, 1.5, 1.5, 4], [2.5, 2.5, 1, 0, 4])[0, 1]
    assert ranks[0] @ ranks[1] == pytest.approx(expected)
    assert np.isnan(ranks[2]).all()  # all values are equal, so ranks are undefined


@pytest.mark.slow
def test_pathways_are_rank_correlations_of_the_layer_below(
    second_layer: Networks, below: keras.Model, strokes: Digits, params: DrawOips
) -> None:
    found = find_oips(second_layer, strokes, params)
    strongest = real_digits.find_strongest(second_layer, strokes)
    paths = real_digits.correlate_pathways(below, strokes, strongest, found, seed=1)

    def ranks(means: np.ndarray) -> np.ndarray:
        return np.argsort(np.argsort(means, axis=1), axis=1)

    first, second = (
        ranks(cnn_layers.measure_digits(below, strongest.images[:, place])) for place in (0, 1)
    )
    free, in_range = (
        ranks(excitation.measure(below, variant.images[..., np.newaxis]))
        for variant in (found.free, found.in_range)
    )
    for mine, theirs in (
        (paths["free"], free),
        (paths["in_range"], in_range),
        (paths["second"], second),
    ):
        expected = [np.corrcoef(*pair)[0, 1] for pair in zip(first, theirs, strict=True)]
        np.testing.assert_allclose(mine, expected, atol=1e-6)


@pytest.mark.slow
def test_the_pathway_of_a_digit_with_itself_is_perfect(
    second_layer: Networks, below: keras.Model, strokes: Digits, params: DrawOips
) -> None:
    found = find_oips(second_layer, strokes, params)
    strongest = real_digits.find_strongest(second_layer, strokes)
    digits = cnn_layers.standardize_digits(strongest.images[:, 0])[..., 0]
    same = dataclasses.replace(
        found,
        free=dataclasses.replace(found.free, images=digits),
        in_range=dataclasses.replace(found.in_range, images=digits),
    )
    paths = real_digits.correlate_pathways(below, strokes, strongest, same, seed=1)
    np.testing.assert_allclose(paths["free"], 1)
    np.testing.assert_allclose(paths["in_range"], 1)
    assert (paths["random"] < 1).any()


@pytest.mark.slow
def test_the_first_layer_has_no_pathway(
    three_fates: keras.Model, dots: Digits, params: DrawOips
) -> None:
    networks = cnn_layers.up_to(three_fates, "Conv2D_1")
    found = find_oips(networks, dots, params)
    strongest = real_digits.find_strongest(networks, dots)
    below = cnn_layers.responses_below(three_fates, "Conv2D_1")
    paths = real_digits.correlate_pathways(below, dots, strongest, found, seed=1)
    assert np.isnan(paths["free"]).all()
    assert found.free.rescues[2] == oip.NOTHING
