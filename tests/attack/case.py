"""Groups of hostile inputs, each for one reader.

A case is a group, a number and a seed. These three always determine the same files.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.errors import LatentmapsError

Write = Callable[[Path, int, random.Random], None]
Contents = Callable[[], Sequence[bytes]]
Mutate = Callable[[bytes, random.Random], bytes]

LONGEST_S = 5.0


class BrokenPromiseError(Exception):
    """A reader accepted or refused an input in a way that breaks its promises."""


@dataclass(frozen=True)
class Group:
    """Hostile inputs for one reader.

    A group is sent to other processes, so it contains no lambdas or closures.

    Attributes:
        name: the first part of the name of a case, as in ``split-csv:17``.
        reads: modules of latentmaps that parse what this group damages.
        write: writes case `number` into an empty folder; equal numbers and generators give equal
            bytes.
        read: the attacked function, called with that folder. It must return or raise a
            LatentmapsError. If it accepts an input that it should refuse, it must notice this and
            raise ``BrokenPromiseError``.
        num_cases: number of cases in the long run.
        num_short: number of cases in the short run, which tries only the first ones.
        num_unharmed: number of cases with good inputs, which come first and must be accepted.
        longest_s: limit on the processor time of a case; wall-clock time depends on other load.
    """

    name: str
    reads: tuple[str, ...]
    write: Write
    read: Callable[[Path], object]
    num_cases: int
    num_short: int
    num_unharmed: int = 1
    longest_s: float = LONGEST_S


def generator(group: Group, number: int, seed: int) -> random.Random:
    """Return the random generator of one case."""
    return random.Random(f"{seed}:{group.name}:{number}")  # noqa: S311 - not used for security


def write_file(
    name: str,
    good: Contents,
    listed: Contents,
    mutate: Mutate,
    folder: Path,
    number: int,
    generator: random.Random,
) -> None:
    """Write the file of a case: a good one, one listed by hand, or a mutation of a good one.

    The good contents have the lowest numbers, followed by the listed ones and by mutations. A group
    binds the first four arguments.

    Args:
        name: name of the file.
        good: returns good contents.
        listed: returns hostile contents that were written by hand.
        mutate: damages the bytes of a file at random.
        folder: the folder of the case.
        number: number of the case.
        generator: the random generator of the case.
    """
    known = [*good(), *listed()]
    content = known[number] if number < len(known) else mutate(generator.choice(good()), generator)
    (folder / name).write_bytes(content)


def call_all(*readers: Callable[[], object]) -> None:
    """Call all readers of one input, even if one refuses it; raise the longest refusal, if any."""
    refusals = []
    for reader in readers:
        try:
            reader()
        except LatentmapsError as error:
            refusals.append(error)
    if refusals:
        raise max(refusals, key=lambda error: len(str(error)))
