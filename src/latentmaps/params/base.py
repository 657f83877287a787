"""The section ``base``: what all stages share."""

from latentmaps.params.types import Seed, section


@section
class Base:
    """Attributes:
    seed: the one number from which every random draw of the pipeline is derived.
    """

    seed: Seed
