"""The ``judge_digits`` section: how the CNN classifies the VAE's random digits."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import section


@section
class JudgeDigits:
    """How the CNN classifies the VAE's random digits.

    Attributes:
        num_samples: number of random digits per sampler, and maximum number of real test digits.
        min_confidence: smallest probability that counts as a confident classification.
    """

    num_samples: Annotated[int, Field(ge=1, le=100_000)]
    min_confidence: Annotated[float, Field(gt=0, le=1)]
