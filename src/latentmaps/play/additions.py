"""Parse the attributes to add to a photo and their amounts, such as Eyeglasses=1.5."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.errors import DataError, shorten
from latentmaps.vae.latent.attribute_directions import (
    LEAST_D_PRIME,
    AttributeDirections,
    Direction,
)

# our choice: at this multiple of the distance between faces with and without an attribute, the
# result is no longer a face
_LARGEST_AMOUNT = 10.0


@dataclass(frozen=True)
class Addition:
    """An attribute to add.

    Attributes:
        name: name of the attribute.
        amount: multiple of its direction; a negative amount removes the attribute.
    """

    name: str
    amount: float

    def __str__(self) -> str:
        """Return the label of the addition on a sheet, such as +1.5 Eyeglasses."""
        return f"{self.amount:+g} {self.name}"


def parse(texts: Sequence[str]) -> list[Addition]:
    """Parse additions from the command line.

    Args:
        texts: attributes with their amounts, such as Eyeglasses=1.5.

    Raises:
        DataError: a text does not have this form, or an attribute occurs twice.
    """
    additions = [_parse(text) for text in texts]
    names = [addition.name for addition in additions]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"--add: found {shorten(name)} twice, expected it once; remove one")
    return additions


def _parse(text: str) -> Addition:
    name, equals, amount = text.rpartition("=")
    try:
        number = float(amount)
    except ValueError:
        number = math.nan
    if not equals or not name or not abs(number) <= _LARGEST_AMOUNT:
        raise DataError(
            f"--add: found {shorten(text)}, expected an attribute and an amount from "
            f"-{_LARGEST_AMOUNT:g} to {_LARGEST_AMOUNT:g}, such as Eyeglasses=1.5"
        )
    return Addition(name, number)


def find_directions(
    additions: Sequence[Addition], directions: AttributeDirections, *, is_forced: bool
) -> list[Direction]:
    """Return the direction of each added attribute.

    Args:
        additions: attributes and amounts.
        directions: attribute directions of the latent space.
        is_forced: whether to accept directions that hardly separate test faces with and without the
            attribute.

    Raises:
        DataError: an attribute does not exist, too few training faces have it, or, unless forced,
            its d' is below 0.5 or unknown.
    """
    found = [directions.find(addition.name) for addition in additions]
    weak = [direction for direction in found if not direction.is_clear]
    if weak and not is_forced:
        listed = ", ".join(
            f"{direction.name}: d' {describe_d_prime(direction)}" for direction in weak
        )
        raise DataError(
            f"--add: {listed}; expected at least {LEAST_D_PRIME:g}: this VAE hardly "
            "distinguishes faces with it from faces without, so the result would show something "
            "else; remove it, or add it anyway with --force"
        )
    return found


def describe_d_prime(direction: Direction) -> str:
    """Return the d' of a direction as text."""
    return "not known" if math.isnan(direction.d_prime) else f"{direction.d_prime:.2f}"
