"""The section ``judge_digits``: how the CNN judges random digits of the VAE."""

from typing import Annotated

from pydantic import Field

from latentmaps.params.types import section


@section
class JudgeDigits:
    """Attributes:
    num_samples: random digits of each sampler, and real ones of the test part at most.
    min_confidence: the probability of a digit from which on the CNN's reading counts as sure.
    """

    num_samples: Annotated[int, Field(ge=1, le=100_000)]
    min_confidence: Annotated[float, Field(gt=0, le=1)]
