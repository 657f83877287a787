"""The chart of the z-points: how far from the origin they lie, and which dimensions carry them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentmaps.evaluation import latent
from latentmaps.models.encodings import Encodings
from latentmaps.visualisation import charts

_NUM_BINS = 40
_SHOWN_DIMENSIONS = 64


@dataclass(frozen=True)
class LatentChart:
    """A chart and its twin in numbers.

    Attributes:
        figure: two panels.
        numbers: ``title``, ``caption``, and the KL of every dimension.
    """

    figure: Figure
    numbers: Mapping[str, Any]


def draw(encodings: Encodings, *, origin: str, seed: int) -> LatentChart:
    """Gives the chart for the posteriors of some images.

    Args:
        encodings: the posteriors.
        origin: what trained the VAE, for the title.
        seed: for one z of each posterior.
    """
    kl_nats = encodings.kl_per_dimension()
    words = {
        "title": f"z-points of {len(encodings.z_mean)} test faces - {origin}",
        "caption": (
            "Left: distance of the z-points from the origin; when q(z) matches the prior, the "
            "points drawn from the posteriors follow the dashed curve, and the means lie further "
            f"in. Right: KL of the {min(_SHOWN_DIMENSIONS, len(kl_nats))} dimensions that carry "
            "most; near zero means that the decoder does not use the dimension."
        ),
    }
    with charts.style():
        figure = Figure(figsize=(10, 3.8), layout="constrained")
        radius_axes, kl_axes = figure.subplots(1, 2)
        _draw_radii(radius_axes, encodings, seed=seed)
        _draw_kl(kl_axes, kl_nats)
        figure.suptitle(words["title"], fontsize=11)
    return LatentChart(figure, words | {"kl_nats_per_dimension": np.sort(kl_nats)[::-1]})


def _draw_radii(axes: Axes, encodings: Encodings, *, seed: int) -> None:
    drawn = latent.radii(encodings.draw_z(seed=seed))
    means = latent.radii(encodings.z_mean)
    latent_dim = encodings.z_mean.shape[1]
    top = 1.15 * max(drawn.max(), means.max(), latent.prior_radius(latent_dim))
    bins = np.linspace(0.0, top, _NUM_BINS + 1).tolist()
    axes.hist(means, bins=bins, density=True, alpha=0.7, color="#e69f00", label="posterior means")
    axes.hist(drawn, bins=bins, density=True, alpha=0.7, color="#0072b2", label="z from posteriors")
    radius = np.linspace(1e-3, top, 400)
    axes.plot(radius, _chi_density(radius, latent_dim), "k--", label="prior N(0, I)")
    axes.set(xlabel="distance from the origin", ylabel="density")
    axes.legend(frameon=False)


def _chi_density(radius: npt.NDArray[np.float64], latent_dim: int) -> npt.NDArray[np.float64]:
    """Gives the density of |z| for z ~ N(0, I): r^(d-1) exp(-r^2 / 2) / (2^(d/2-1) Gamma(d/2))."""
    log_norm = (latent_dim / 2 - 1) * math.log(2.0) + math.lgamma(latent_dim / 2)
    return np.exp((latent_dim - 1) * np.log(radius) - 0.5 * radius**2 - log_norm)


def _draw_kl(axes: Axes, kl_nats: npt.NDArray[np.floating]) -> None:
    shown = np.sort(kl_nats)[::-1][:_SHOWN_DIMENSIONS]
    axes.bar(np.arange(1, len(shown) + 1), shown, color="#0072b2")
    axes.set(xlabel="dimensions, those with the most KL first", ylabel="KL [nats]")
