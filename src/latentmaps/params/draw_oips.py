"""The ``draw_oips`` section: how to search for the OIPs of the CNN."""

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
# points per side of a square grid, or its numbers of rows and columns
LengthScale = Points | Annotated[tuple[Points, Points], BeforeValidator(to_tuple)]
# a larger weight makes the objective vanish in float32
Smoothness = Annotated[float, Field(ge=0, le=2)]
StartKind = Literal["scales", "coarse", "fourier", "noise", "digits"]


def _check_unique(layers: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(layers)) < len(layers):
        raise ValueError("each layer only once: the stage runs once per layer")
    return layers


@section
class DrawOips:
    """Parameters of the search for OIPs.

    Attributes:
        layers: names of convolutions and dense layers; the stage runs once for each.
        range: which OIPs the contact sheet shows, ``free`` or ``data``; both are found and scored.
        num_starts: number of random start images per feature map, not counting a head start.
        num_finalists: number of the best start images that continue after the race.
        race_steps: number of steps before the race is decided.
        start_kinds: kinds of a map's own random start images, used in turn.
        length_scales: points per side of the noise grids that make up a start image, or (rows,
            columns); k points make spots of 28 / k pixels.
        length_weights: one weight per grid; 0 omits it.
        strategy: ``superposition`` grows all scales at once; ``enrich`` grows one after the other,
            coarsest first, and adds random fluctuations of each finer scale when its phase begins.
        scale_steps: for ``enrich``, number of steps for each length scale except the last, which
            gets the rest.
        enrich_strength: standard deviation of these fluctuations, in standard deviations of the
            image; 0: none.
        head_start: whether to add a start image that is known to excite the map. In range, it is
            the training digit that excites the map most; with free pixels, the OIP in range.
        precursor: whether all maps, not only silent ones, start from the best of many candidates.
        num_candidates: number of these candidates.
        candidate_kinds: kinds of the candidates, used in turn.
        num_rescue_steps: number of steps on the map before its ReLU, for maps that no candidate
            excites.
        num_steps: maximum number of steps of gradient ascent.
        step_size: RMS change of a pixel in the first steps, in standard deviations of the image.
        convergence_threshold: relative change of the activation below which an image is stable;
            0: never stop.
        jitter: largest random shift of the image in each step, in pixels.
        smoothness: weight of the penalty on differences between neighboring pixels.
        polish: smallest share of the activation that is kept when fine patterns are weakened;
            1: no polish.
        num_snapshots: number of log-spaced snapshots of the ascent.
        color_map: color map of images with free pixels.
        seed: seed of everything that is sampled; null: ``base.seed``.
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
            raise ValueError("length_weights: at least one above 0, found only 0")
        return self

    @model_validator(mode="after")
    def _check_scale_steps(self) -> Self:
        if self.strategy == "superposition":
            return self
        num_coarse = len(self.length_scales) - 1
        if len(self.scale_steps) != num_coarse or sum(self.scale_steps) >= self.num_steps:
            raise ValueError(
                f"scale_steps: {num_coarse} numbers, one for each length scale except the last, "
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
