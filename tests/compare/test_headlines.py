from tests.compare.example_experiments import (
    evaluation_numbers,
    make_experiment,
    without_kernel_headlines,
)

from latentmaps.compare.headlines import HEADLINES

BY_NAME = {headline.name: headline for headline in HEADLINES}


def test_a_kernel_distance_of_an_older_version_is_found_among_its_samplers() -> None:
    numbers = without_kernel_headlines(evaluation_numbers(3.0))
    older = make_experiment("a", 3.0, test=numbers)
    newer = make_experiment("b", 3.0, test=evaluation_numbers(3.0) | {"kernel_prior": 0.5})
    assert BY_NAME["kernel_prior"].value(older) == 0.08 / 4
    assert BY_NAME["kernel_prior"].value(newer) == 0.5
    assert BY_NAME["kernel_prior"].value(make_experiment("c", 3.0, test={})) is None


def test_a_value_has_no_unit_and_a_share_is_in_percent() -> None:
    assert BY_NAME["psnr_db"].text(20.813) == "20.81"
    assert BY_NAME["val_kl_share"].text(0.0172) == "1.72"
