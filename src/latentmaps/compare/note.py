"""A sentence above the rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A sentence on the comparison.

    Attributes:
        text: the sentence.
        is_warning: the experiments do not compare in this respect.
    """

    text: str
    is_warning: bool = False
