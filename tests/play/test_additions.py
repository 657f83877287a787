import numpy as np
import pytest
from tests.play import example_project

from latentmaps.errors import DataError
from latentmaps.play import additions
from latentmaps.play.additions import Addition

DIRECTIONS = example_project.latents().attributes


def test_attributes_and_amounts_are_read() -> None:
    found = additions.parse(["Eyeglasses=1.5", "Smiling=-1", "a=b=0"])
    assert found == [Addition("Eyeglasses", 1.5), Addition("Smiling", -1.0), Addition("a=b", 0.0)]
    assert [str(addition) for addition in found] == ["+1.5 Eyeglasses", "-1 Smiling", "+0 a=b"]


@pytest.mark.parametrize(
    "text", ["Smiling", "Smiling=", "=1", "Smiling=much", "Smiling=nan", "Smiling=inf", "S=10.1"]
)
def test_an_addition_without_an_amount_is_refused(text: str) -> None:
    message = f"^--add: found '{text}', expected an attribute and an amount from -10 to 10"
    with pytest.raises(DataError, match=message):
        additions.parse([text])


def test_an_attribute_is_added_once() -> None:
    with pytest.raises(DataError, match="--add: found 'Smiling' twice, expected it once"):
        additions.parse(["Smiling=1", "Young=1", "Smiling=-1"])


def test_directions_are_in_the_order_of_the_additions() -> None:
    wanted = additions.parse(["Young=1", "Smiling=1"])
    found = additions.find_directions(wanted, DIRECTIONS, is_forced=True)
    assert [direction.name for direction in found] == ["Young", "Smiling"]


def test_an_attribute_with_a_low_d_prime_is_refused_with_the_number() -> None:
    young = DIRECTIONS.find("Young")
    assert young.d_prime < 0
    message = rf"--add: Young: d' {young.d_prime:.2f}; expected at least 0\.5: .* with --force"
    with pytest.raises(DataError, match=message):
        additions.find_directions(additions.parse(["Young=1"]), DIRECTIONS, is_forced=False)
    smiling = additions.parse(["Smiling=1"])
    assert additions.find_directions(smiling, DIRECTIONS, is_forced=False)


def test_force_does_not_add_a_missing_attribute() -> None:
    for name, message in (("Bald", "3 training faces with it"), ("Smile", "expected one of Smil")):
        with pytest.raises(DataError, match=message):
            additions.find_directions([Addition(name, 1.0)], DIRECTIONS, is_forced=True)


def test_an_unknown_d_prime_is_refused_as_such() -> None:
    unknown = type(DIRECTIONS)(**(vars(DIRECTIONS) | {"d_prime": np.full(3, np.nan)}))
    with pytest.raises(DataError, match="--add: Smiling: d' not known; expected at least"):
        additions.find_directions([Addition("Smiling", 1.0)], unknown, is_forced=False)
