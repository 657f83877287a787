"""Which attributes are added to a photo, and how much of each: Eyeglasses=1.5."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from latentmaps.errors import DataError, shorten
from latentmaps.vae.latent.attribute_directions import (
    LEAST_D_PRIME,
    AttributeDirections,
    Direction,
)

# own choice: a multiple of the distance of faces with and without, where no face lies any more
_MOST = 10.0


@dataclass(frozen=True)
class Addition:
    """An attribute that is added.

    Attributes:
        name: of the attribute.
        amount: how many times its direction is added; below 0 it is taken away.
    """

    name: str
    amount: float

    def __str__(self) -> str:
        """Return it as a sheet has it, such as +1.5 Eyeglasses."""
        return f"{self.amount:+g} {self.name}"


def parse(texts: Sequence[str]) -> list[Addition]:
    """Return what words of the command line ask for.

    Args:
        texts: such as Eyeglasses=1.5.

    Raises:
        DataError: one of them is of another form, or names an attribute again.
    """
    additions = [_parse(text) for text in texts]
    names = [addition.name for addition in additions]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"--add: found {shorten(name)} twice, expected it once; leave one out")
    return additions


def _parse(text: str) -> Addition:
    name, equals, amount = text.rpartition("=")
    try:
        number = float(amount)
    except ValueError:
        number = math.nan
    if not equals or not name or not abs(number) <= _MOST:
        raise DataError(
            f"--add: found {shorten(text)}, expected an attribute and how much of it, "
            f"-{_MOST:g} to {_MOST:g}, such as Eyeglasses=1.5"
        )
    return Addition(name, number)


def find_directions(
    additions: Sequence[Addition], directions: AttributeDirections, *, is_forced: bool
) -> list[Direction]:
    """Return the direction of each attribute.

    Args:
        additions: name the attributes.
        directions: of the latent space.
        is_forced: take those, too, along which test faces can hardly be told apart.

    Raises:
        DataError: there is no such attribute, too few training faces have it, or its d' is below
            0.5, or not known.
    """
    found = [directions.find(addition.name) for addition in additions]
    weak = [one for one in found if not one.is_clear]
    if weak and not is_forced:
        listed = ", ".join(f"{one.name}: d' {describe_d_prime(one)}" for one in weak)
        raise DataError(
            f"--add: {listed}; expected at least {LEAST_D_PRIME:g}: this VAE hardly tells faces "
            "with it from faces without, so the result shows something else; leave it out, or add "
            "it all the same with --force"
        )
    return found


def describe_d_prime(direction: Direction) -> str:
    """Return the d' of a direction in words."""
    return "not known" if math.isnan(direction.d_prime) else f"{direction.d_prime:.2f}"
