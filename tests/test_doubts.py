import pytest

from latentmaps import doubts

GOOD = (0.2, 0.3)


def test_a_short_training_from_trained_weights_gives_no_warning() -> None:
    assert doubts.about_training(55, from_random=False) == []


@pytest.mark.parametrize(("num_steps", "is_short"), [(55, True), (599, True), (600, False)])
def test_a_short_training_gives_a_warning(num_steps: int, is_short: bool) -> None:
    warnings = doubts.about_training(num_steps)
    assert bool(warnings) is is_short
    if is_short:
        assert f"only {num_steps} steps" in warnings[0]
        assert "epochs and batch_size" in warnings[0]


def test_faces_that_hardly_differ_give_a_warning() -> None:
    assert doubts.about_evaluation(reconstructions=GOOD, random_faces=GOOD) == []
    [gray] = doubts.about_evaluation(reconstructions=(0.012, 0.3), random_faces=GOOD)
    assert gray.startswith("Reconstructions hardly differ from one another")
    assert "0.012, that of real faces 0.300" in gray
    [alike] = doubts.about_evaluation(reconstructions=GOOD, random_faces=(0.05, 0.3))
    assert alike.startswith("Random faces from the prior hardly differ")
