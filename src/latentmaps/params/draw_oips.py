"""The section ``draw_oips``: how the patterns that excite the feature maps are searched for."""

import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from latentmaps.params.types import (
    Listed,
    Seed,
    Steps,
    section,
    to_tuple,
)

LayerName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_]+$")]
Points = Annotated[int, Field(ge=1, le=512)]
# points along both edges of a grid, or along its rows and its columns
LengthScale = Points | Annotated[tuple[Points, Points], BeforeValidator(to_tuple)]
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
    layers: names of convolutions and dense layers; the stage runs once for each.
    range: which OIPs the contact sheet shows; both are found and scored.
    num_starts: random start images per feature map; a head start comes on top.
    num_finalists: of these the best, which climb to the end.
    race_steps: steps of all start images before that.
    start_kinds: of a map's own random starts; they take turns.
    length_scales: points along both edges of the noise grids that make up a start image, or along
        its rows and its columns; k points make spots of 28 / k pixels.
    length_weights: of the grids, one each; 0 leaves one out.
    strategy: superposition grows all scales at once, enrich one after the other, the coarsest
        first, and adds random fluctuations of each finer scale at the start of its turn.
    scale_steps: of enrich: steps for each length scale but the last, which has the rest.
    enrich_strength: of these fluctuations, in standard deviations of the image; 0: none.
    head_start: whether every map has a start that is known to excite it: in range the strongest
        training digit, free the OIP in range.
    precursor: whether every map starts from the best of many candidates, or only silent ones.
    num_candidates: of the precursor.
    candidate_kinds: of these; they take turns.
    num_rescue_steps: for maps that no candidate excites: steps on the map before its ReLU.
    num_steps: steps of gradient ascent at most.
    step_size: change of a pixel in the first steps (RMS), in standard deviations of the image.
    convergence_threshold: relative change of the activation that counts as none; 0: never stop.
    jitter: each step sees the image shifted by at most so many pixels.
    smoothness: weight of the penalty on differences between neighboring pixels.
    polish: least share of the activation that is left when fine patterns are weakened; 1: none
        are.
    num_snapshots: log-spaced pictures of the course.
    color_map: of the pictures with free pixels.
    seed: of everything that is sampled; null: ``base.seed``.
    """

    layers: Annotated[Listed[LayerName], AfterValidator(_check_unique)]
    range: Literal["free", "data"]
    num_starts: Annotated[int, Field(ge=1, le=64)]
    num_finalists: Annotated[int, Field(ge=1, le=64)]
    race_steps: Steps
    start_kinds: Listed[StartKind]
    length_scales: Listed[LengthScale]
    length_weights: Listed[Annotated[float, Field(ge=0, le=1000)]]
    strategy: Literal["superposition", "enrich"]
    scale_steps: Listed[Steps]
    enrich_strength: Annotated[float, Field(ge=0, le=10)]
    head_start: bool
    precursor: bool
    num_candidates: Annotated[int, Field(ge=16, le=100_000)]
    candidate_kinds: Listed[StartKind]
    num_rescue_steps: Annotated[int, Field(ge=0, le=10_000)]
    num_steps: Annotated[int, Field(ge=1, le=1_000_000)]
    step_size: Annotated[float, Field(gt=0, le=10)]
    convergence_threshold: Annotated[float, Field(ge=0, le=1)]
    jitter: Annotated[int, Field(ge=0, le=14)]
    smoothness: Smoothness
    polish: Annotated[float, Field(ge=0.5, le=1)]
    num_snapshots: Annotated[int, Field(ge=1, le=12)]
    color_map: Literal["gray", "viridis"]
    seed: Seed | None

    @model_validator(mode="after")
    def _check_weights(self) -> Self:
        if len(self.length_weights) != len(self.length_scales):
            raise ValueError(
                f"length_weights: one for each of the {len(self.length_scales)} length_scales, "
                f"found {len(self.length_weights)}"
            )
        if not any(self.length_weights):
            raise ValueError("length_weights: one of them at least above 0, found 0 alone")
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
        num_points = [
            scale**2 if isinstance(scale, int) else math.prod(scale) for scale in self.length_scales
        ]
        if num_points != sorted(set(num_points)):
            raise ValueError(
                f"length_scales from coarse to fine (3, 7, ...) with strategy: {self.strategy}, "
                f"found {list(self.length_scales)}"
            )
        return self
