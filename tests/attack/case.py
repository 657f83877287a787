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
    """A reader accepted or refused an input, but not in the way it promises."""


@dataclass(frozen=True)
class Group:
    """Hostile inputs for one reader; sent to other processes, so without lambdas and closures.

    Attributes:
        name: the first part of the name of a case, as in ``split-csv:17``.
        reads: modules of latentmaps that parse something that this group damages.
        write: writes case `number` into an empty folder; the same number and generator give the
            same bytes.
        read: the attacked function, called with that folder. It must return or raise a
            LatentmapsError. It must itself check that nothing wrong was accepted silently, and
            otherwise raise ``BrokenPromiseError``.
        num_cases: number of cases of the long run.
        num_short: number of cases of the short run, the first ones.
        num_unharmed: number of cases, the first ones, with good inputs that must be accepted.
        longest_s: most processor time of a case, so that nothing fails on a busy machine.
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
    """Write one file: first the good ones, then those listed by hand, then mutations of good ones.

    A group binds the first four arguments.

    Args:
        name: name of the file.
        good: returns good contents.
        listed: returns hostile contents that were written by hand.
        mutate: damages a content at random.
        folder: the folder of the case.
        number: number of the case.
        generator: the random generator of the case.
    """
    known = [*good(), *listed()]
    content = known[number] if number < len(known) else mutate(generator.choice(good()), generator)
    (folder / name).write_bytes(content)


def call_all(*readers: Callable[[], object]) -> None:
    """Call all readers of one input, so that none hides another, and refuse it if any did."""
    refusals = []
    for reader in readers:
        try:
            reader()
        except LatentmapsError as error:
            refusals.append(error)
    if refusals:
        raise max(refusals, key=lambda error: len(str(error)))
