import pytest

from latentmaps.vae.training.training_length import Length, choose_length


@pytest.mark.parametrize(
    ("num_train", "expected"),
    [
        (10, Length(1000, 10)),
        (42, Length(500, 16)),
        (191, Length(91, 16)),
        (2_400, Length(14, 32)),
        (10_000, Length(10, 32)),
        (10_001, Length(10, 64)),
        (170_000, Length(10, 128)),
    ],
)
def test_auto_depends_on_the_number_of_faces(num_train: int, expected: Length) -> None:
    length = choose_length(num_train, epochs="auto", batch_size="auto")
    assert length == expected
    assert length.epochs * (num_train // length.batch_size) >= 1000


def test_explicit_values_are_used() -> None:
    assert choose_length(50, epochs=3, batch_size=8) == Length(3, 8)
    assert choose_length(80, epochs="auto", batch_size=8) == Length(100, 8)
    assert choose_length(50, epochs=3, batch_size="auto") == Length(3, 16)


def test_a_batch_larger_than_the_part_is_not_refused_here() -> None:
    assert choose_length(5, epochs="auto", batch_size=8) == Length(1000, 8)
