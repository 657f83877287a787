"""What is attacked, and with what: a group of hostile inputs for one reader.

A case is a group, a number and a seed; the three give the same files everywhere and always.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from latentmaps.errors import LatentmapsError

Write = Callable[[Path, int, random.Random], None]
Contents = Callable[[], Sequence[bytes]]
Mutate = Callable[[bytes, random.Random], bytes]


class BrokenPromiseError(Exception):
    """A reader took an input, or refused it, but not in the way it promises."""


@dataclass(frozen=True)
class Group:
    """Hostile inputs for one reader. It is sent to other processes: no lambda, no closure.

    Attributes:
        name: stands in the name of a case, as in ``split-csv:17``.
        reads: modules of latentmaps in which something is parsed that this group damages.
        write: writes case `number` into an empty folder; the same number and generator give the
            same bytes.
        read: what is attacked; it gets that folder. Good ends are that it returns, or that it
            raises a LatentmapsError. What it must not take silently it checks itself, and raises
            ``BrokenPromiseError``.
        num_cases: of the long run.
        num_short: of the short run, which takes the first ones.
        num_unharmed: the first so many cases are good inputs and have to be taken.
    """

    name: str
    reads: tuple[str, ...]
    write: Write
    read: Callable[[Path], object]
    num_cases: int
    num_short: int
    num_unharmed: int = 1


def generator(group: Group, number: int, seed: int) -> random.Random:
    """Return the random numbers of one case."""
    return random.Random(f"{seed}:{group.name}:{number}")  # noqa: S311 - nothing is secret here


def write_file(
    name: str,
    good: Contents,
    listed: Contents,
    mutate: Mutate,
    folder: Path,
    number: int,
    generator: random.Random,
) -> None:
    """Write one file: the good ones first, then those listed by hand, then mutations of good ones.

    A group binds the first four arguments.
    """
    known = [*good(), *listed()]
    content = known[number] if number < len(known) else mutate(generator.choice(good()), generator)
    (folder / name).write_bytes(content)


def each(*readers: Callable[[], object]) -> None:
    """Call every reader of one input, and refuse it if any did: none hides behind another."""
    refusals = []
    for reader in readers:
        try:
            reader()
        except LatentmapsError as error:
            refusals.append(error)
    if refusals:
        raise max(refusals, key=lambda error: len(str(error)))
