from tests.compare.example_experiments import evaluation, experiment

from latentmaps.compare.headlines import HEADLINES

OF_NAMES = {headline.name: headline for headline in HEADLINES}


def test_a_kernel_distance_of_an_older_version_is_found_among_its_samplers() -> None:
    older = experiment("a", 3.0)
    newer = experiment("b", 3.0, test=evaluation(3.0) | {"kernel_prior": 0.5})
    assert OF_NAMES["kernel_prior"].of(older) == 0.08 / 4
    assert OF_NAMES["kernel_prior"].of(newer) == 0.5
    assert OF_NAMES["kernel_prior"].of(experiment("c", 3.0, test={})) is None


def test_a_value_stands_without_its_unit_and_a_share_in_percent() -> None:
    assert OF_NAMES["psnr_db"].text(20.813) == "20.81"
    assert OF_NAMES["val_kl_share"].text(0.0172) == "1.72"
