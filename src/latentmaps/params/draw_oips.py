"""The section ``draw_oips``: how the patterns that excite the feature maps are searched for."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from latentmaps.params.types import (
    Listed,
    Steps,
    section,
)

LayerName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_]+$")]
_IMAGE_SIZE = 28
LengthScale = Annotated[int, Field(ge=1, le=_IMAGE_SIZE)]
# with more, the activation is lost in float32
Smoothness = Annotated[float, Field(ge=0, le=2)]
StartKind = Literal["scales", "coarse", "fourier", "noise", "digits"]


def _check_unique(layers: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(layers)) < len(layers):
        raise ValueError("every layer once: each has one run of the stage")
    return layers


@section
class DrawOips:
    """Attributes:
    layers: names of the convolutions; the stage runs once for each.
    range: which OIPs the contact sheet shows; both are found and scored.
    num_starts: start images per feature map.
    start_kinds: of a map's own random starts; they take turns.
    length_scales: points along an edge of the noise grids that make up a start image; k points
        make spots of 28 / k pixels.
    length_weights: of the grids, one each.
    strategy: superposition grows all scales at once, enrich one after the other, the coarsest
        first, and adds random fluctuations of each finer scale at the start of its turn.
    scale_steps: of enrich: steps for each length scale but the last, which has the rest.
    enrich_strength: of these fluctuations, in standard deviations of the image; 0: none.
    precursor: whether every map starts from the best of many candidates, or only silent ones.
    num_candidates: of the precursor.
    candidate_kinds: of these; they take turns.
    num_rescue_steps: for maps that no candidate excites: steps on the map before its ReLU.
    num_steps: steps of gradient ascent at most.
    step_size: change of a pixel in the first steps (RMS), in standard deviations of the image.
    convergence_threshold: relative change of the activation that counts as none.
    jitter: each step sees the image shifted by at most so many pixels.
    smoothness: weight of the penalty on differences between neighboring pixels.
    polish: least share of the activation that is left when fine patterns are weakened; 1: none
        are.
    num_snapshots: log-spaced pictures of the course.
    """

    layers: Annotated[Listed[LayerName], AfterValidator(_check_unique)]
    range: Literal["free", "data"]
    num_starts: Annotated[int, Field(ge=1, le=16)]
    start_kinds: Listed[StartKind]
    length_scales: Listed[LengthScale]
    length_weights: Listed[Annotated[float, Field(gt=0, le=1000)]]
    strategy: Literal["superposition", "enrich"]
    scale_steps: Listed[Steps]
    enrich_strength: Annotated[float, Field(ge=0, le=10)]
    precursor: bool
    num_candidates: Annotated[int, Field(ge=16, le=100_000)]
    candidate_kinds: Listed[StartKind]
    num_rescue_steps: Annotated[int, Field(ge=0, le=10_000)]
    num_steps: Steps
    step_size: Annotated[float, Field(gt=0, le=10)]
    convergence_threshold: Annotated[float, Field(gt=0, le=1)]
    jitter: Annotated[int, Field(ge=0, le=14)]
    smoothness: Smoothness
    polish: Annotated[float, Field(ge=0.5, le=1)]
    num_snapshots: Annotated[int, Field(ge=1, le=12)]

    @model_validator(mode="after")
    def _check_weights(self) -> Self:
        if len(self.length_weights) != len(self.length_scales):
            raise ValueError(
                f"length_weights: one for each of the {len(self.length_scales)} length_scales, "
                f"found {len(self.length_weights)}"
            )
        return self

    @model_validator(mode="after")
    def _check_scale_steps(self) -> Self:
        if self.strategy == "superposition":
            return self
        num_coarse = len(self.length_scales) - 1
        if len(self.scale_steps) != num_coarse or sum(self.scale_steps) >= self.num_steps:
            raise ValueError(
                f"scale_steps: {num_coarse} numbers, one for each of length_scales but the last, "
                f"with a sum below num_steps ({self.num_steps}), found {list(self.scale_steps)}"
            )
        if list(self.length_scales) != sorted(set(self.length_scales)):
            raise ValueError(
                f"length_scales from coarse to fine (3, 7, ...) with strategy: {self.strategy}, "
                f"found {list(self.length_scales)}"
            )
        return self
