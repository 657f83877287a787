"""The ``base`` section: parameters that all stages share."""

from latentmaps.params.types import Seed, section


@section
class Base:
    """Parameters that all stages share.

    Attributes:
        seed: the number from which all random numbers of the pipeline are derived.
    """

    seed: Seed
