import numpy as np
import pytest
import tensorflow as tf

from latentmaps.face_oips.painting import Painter

SHAPE = (5, 7, 3)


def paint(weights: np.ndarray, **changes: float) -> np.ndarray:
    painter = Painter(weights.shape[1:], **{"contrast": 0.1, "smoothness": 1.0} | changes)
    return np.asarray(painter(tf.constant(weights, tf.float32)))


def single(place: tuple[int, int, int], shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    """Return weights of RMS 1 with a single wave."""
    weights = np.zeros((1, *shape))
    weights[(0, *place)] = np.sqrt(np.prod(shape))
    return weights


def contrast(patch: np.ndarray) -> float:
    return float(np.sqrt(((patch - 0.5) ** 2).mean()))


def test_weights_of_zero_give_mid_gray() -> None:
    np.testing.assert_allclose(paint(np.zeros((2, *SHAPE))), 0.5)


def test_the_coarsest_wave_is_uniform_and_has_the_contrast() -> None:
    [patch] = paint(single((0, 0, 0)), contrast=0.01)
    np.testing.assert_allclose(patch, 0.51, atol=1e-4)


def test_finer_waves_and_colors_are_fainter() -> None:
    def drawn(place: tuple[int, int, int]) -> float:
        return contrast(paint(single(place), contrast=0.01, smoothness=2.0)[0])

    assert drawn((3, 4, 0)) == pytest.approx(0.01 / 25, rel=0.01)
    assert [drawn((0, 0, 1)), drawn((0, 0, 2))] == pytest.approx([0.004, 0.004], rel=0.01)


def test_colors_do_not_change_the_mean_of_the_channels() -> None:
    for color in (1, 2):
        [patch] = paint(single((0, 0, color)), contrast=0.01)
        assert patch.mean() == pytest.approx(0.5, abs=1e-4)
        assert len({round(float(value), 4) for value in patch[0, 0]}) > 1


@pytest.mark.parametrize("shape", [SHAPE, (4, 4, 1), (1, 1, 3)])
def test_patches_stay_within_range_and_contrast(shape: tuple[int, int, int]) -> None:
    weights = np.random.default_rng(0).standard_normal((20, *shape))
    weights /= np.sqrt((weights**2).mean(axis=(1, 2, 3), keepdims=True))
    for strength in (0.3, 5.0):
        patches = paint(weights, contrast=strength, smoothness=0.0)
        assert 0 <= patches.min() < patches.max() <= 1
        assert max(map(contrast, patches)) <= min(strength, 0.5)
