import dataclasses
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from latentmaps.digits.dataset.digits import Digits
from latentmaps.errors import DataError
from latentmaps.oips import excitation, oip, search
from latentmaps.oips.ascent import Climb
from latentmaps.oips.excitation import Networks
from latentmaps.oips.oip import Settings


def test_the_best_end_is_kept(second_layer: Networks, strokes: Digits, settings: Settings) -> None:
    oips = search.find_oips(second_layer, strokes, settings)
    for ends in (oips.free, oips.in_range):
        measured = np.diag(excitation.measure(second_layer.activations, ends.images))
        np.testing.assert_allclose(measured, ends.best, rtol=1e-5)
        assert (ends.best >= ends.activations.max(axis=1)).all()
        np.testing.assert_allclose(ends.best, np.nanmax(ends.curves, axis=1), rtol=1e-6)


def test_pixels_in_range_are_as_dark_and_light_as_those_of_digits(
    second_layer: Networks, strokes: Digits, settings: Settings
) -> None:
    oips = search.find_oips(second_layer, strokes, settings)
    pixels = excitation.standardise_digits(strokes.train_images)
    # every training picture has a bar of the same size
    assert oips.value_range == pytest.approx((pixels.min(), pixels.max()))
    assert oips.in_range.images.min() >= pixels.min() - 1e-6
    assert oips.in_range.images.max() <= pixels.max() + 1e-6
    assert oips.free.images.min() < pixels.min()


def test_a_map_has_the_same_oip_alone_and_among_others(
    second_layer: Networks, strokes: Digits, settings: Settings
) -> None:
    # 11 starts of 8 maps: three chunks
    many = dataclasses.replace(settings, precursor=True, num_starts=10, chunk_size=32)
    together = search.find_oips(second_layer, strokes, many)
    alone = search.find_oips(second_layer, strokes, many, map_indices=np.array([6]))
    for found, all_found in ((alone.free, together.free), (alone.in_range, together.in_range)):
        for field in dataclasses.fields(found):
            mine, theirs = getattr(found, field.name)[0], getattr(all_found, field.name)[6]
            np.testing.assert_array_equal(mine, theirs, err_msg=field.name)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    second_layer: Networks, strokes: Digits, settings: Settings, tmp_path: Path
) -> None:
    contents = []
    for name, seed in (("first", 4), ("again", 4), ("other", 5)):
        seeded = dataclasses.replace(settings, seed=seed)
        oip.save(search.find_oips(second_layer, strokes, seeded), tmp_path / f"{name}.npz")
        contents.append((tmp_path / f"{name}.npz").read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_no_oip_is_weaker_than_what_is_known_to_excite_the_map(
    second_layer: Networks, strokes: Digits, settings: Settings
) -> None:
    hasty = dataclasses.replace(
        settings, ascent=dataclasses.replace(settings.ascent, num_steps=1), num_starts=1
    )
    oips = search.find_oips(second_layer, strokes, hasty)
    digits = excitation.measure_digits(second_layer.activations, strokes.train_images).max(axis=0)
    # every bar is within the range as it is
    assert (oips.in_range.best >= digits * (1 - 1e-4)).all()
    assert (oips.in_range.kinds == oip.DIGITS).any()
    # standardised anew, a picture in range has another last digit
    assert (oips.free.best >= oips.in_range.best * (1 - 1e-3)).all()
    assert (oips.free.kinds == oip.IN_RANGE).any()
    won = oips.free.kinds == oip.IN_RANGE
    assert (oips.free.best[won] > oips.free.activations[won].max(axis=1)).all()


def test_a_head_start_wins_where_it_ends_clearly_higher_or_is_higher_from_its_outset() -> None:
    ends = np.array([[10, 8, 10.4], [10, 8, 10.6], [10, 8, 10.4], [0, 0, 3], [0, 0, 0]], np.float32)
    begins = np.array([1, 1, 10.1, 2, 0], np.float32)
    curves = np.zeros((15, 3), np.float32)
    curves[2::3, 0] = begins
    blank = np.zeros((15, 28, 28), np.float32)
    climb = Climb(
        images=blank,
        activations=ends.ravel(),
        objectives=ends.ravel(),
        curves=curves,
        snapshots=blank[:, np.newaxis],
        num_steps=np.zeros(15, np.int64),
        converged=np.ones(15, bool),
    )
    assert search._winners(climb, 3).tolist() == [0, 2, 2, 2, 0]


def test_a_map_that_no_noise_excites_has_an_oip_of_digits_in_range_and_free(
    filter_model: Callable[..., keras.Model], strokes: Digits, settings: Settings
) -> None:
    """The mean over 9 x 9 pixels exceeds its threshold for a bar, and for no noise."""
    model = filter_model(
        np.full((9, 9, 1), 1 / 81, np.float32), np.array([-0.75], np.float32), activation="relu"
    )
    networks = excitation.networks(model, "Conv2D_1")
    noise = dataclasses.replace(
        settings, start_kinds=["noise"], candidate_kinds=["noise"], num_rescue_steps=0
    )
    oips = search.find_oips(networks, strokes, noise)
    assert oips.in_range.rescues.tolist() == [oip.DIGITS]
    assert oips.in_range.best > 0
    assert oips.free.best > 0


def test_a_dead_map_has_no_activation_and_took_no_step(
    three_fates: keras.Model, dots: Digits, settings: Settings
) -> None:
    networks = excitation.networks(three_fates, "Conv2D_1")
    oips = search.find_oips(networks, dots, settings)
    for ends in (oips.free, oips.in_range):
        assert ends.best[2] == 0
        assert ends.num_steps[2] == 0
        assert not ends.converged[2]
        assert ends.rescues[2] == "nothing"


def test_digits_without_contrast_are_refused(strokes: Digits) -> None:
    flat = dataclasses.replace(strokes, train_images=np.full_like(strokes.train_images, 7))
    with pytest.raises(DataError, match="found half of them of one single grey, expected strokes"):
        search.digit_range(flat)


def test_the_file_holds_pictures_starts_activations_and_curves(
    second_layer: Networks, strokes: Digits, settings: Settings, tmp_path: Path
) -> None:
    oips = search.find_oips(second_layer, strokes, settings)
    oip.save(oips, tmp_path / "oips.npz")
    with np.load(tmp_path / "oips.npz") as arrays:
        assert arrays["images"].shape == arrays["starts_in_range"].shape == (8, 28, 28)
        np.testing.assert_array_equal(arrays["activations"], oips.free.best)
        np.testing.assert_array_equal(arrays["curves_in_range"], oips.in_range.curves)
        assert tuple(arrays["value_range"]) == oips.value_range
