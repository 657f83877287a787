"""Charts of the z-points: distances from the origin, dimensions, and the principal plane."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentmaps.drawing import charts
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.network.encodings import Encodings

_NUM_BINS = 40
_SHOWN_DIMENSIONS = 64
_PANELS_PER_ROW = 3
# from the palette of Okabe and Ito; see ``charts``
_BLUE, _ORANGE, _RED = "#0072b2", "#e69f00", "#d55e00"


@dataclass(frozen=True)
class LatentChart:
    """A chart and the numbers it shows.

    Attributes:
        figure: the figure, with one or more panels.
        numbers: ``title``, ``caption`` and the plotted values.
    """

    figure: Figure
    numbers: Mapping[str, Any]


def draw_all(
    encodings: Encodings, attributes: pd.DataFrame, *, origin: str, seed: int
) -> dict[str, LatentChart]:
    """Draw every chart of the z-points of some images.

    Args:
        encodings: the posteriors of n images.
        attributes: n rows, one boolean column per attribute.
        origin: how the VAE was trained, for the titles.
        seed: seed for sampling z from each posterior.

    Returns:
        The charts ``z_points``, ``dimensions`` and ``projection``.
    """
    return {
        "z_points": draw_radii(encodings, origin=origin, seed=seed),
        "dimensions": draw_dimensions(encodings, origin=origin),
        "projection": draw_projection(encodings, attributes, origin=origin),
    }


def draw_radii(encodings: Encodings, *, origin: str, seed: int) -> LatentChart:
    """Draw the histogram of the distances of z-points from the origin.

    Args:
        encodings: the posteriors of some images.
        origin: how the VAE was trained, for the title.
        seed: seed for sampling z from each posterior.
    """
    sampled = latent_geometry.radii(encodings.sample_z(seed=seed))
    means = latent_geometry.radii(encodings.z_mean)
    words = {
        "title": f"Distance of the z-points of {len(means)} test images from the origin - {origin}",
        "caption": (
            "When the aggregate posterior q(z) matches the prior, the points drawn from the "
            "posteriors follow the dashed curve, the chi distribution; the posterior means lie "
            "further in. Random points lie where the dashed curve is."
        ),
    }
    with charts.style():
        figure = Figure(figsize=(10, 3.8), layout="constrained")
        _draw_radii(figure.subplots(), sampled, means, encodings.z_mean.shape[1])
        figure.suptitle(words["title"], fontsize=11)
    return LatentChart(figure, words | {"radius_mean": sampled.mean(), "radius_std": sampled.std()})


def _draw_radii(
    axes: Axes,
    sampled: npt.NDArray[np.floating],
    means: npt.NDArray[np.floating],
    latent_dim: int,
) -> None:
    top = 1.15 * max(sampled.max(), means.max(), latent_geometry.prior_radius(latent_dim))
    bins = np.linspace(0.0, top, _NUM_BINS + 1).tolist()
    axes.hist(means, bins=bins, density=True, alpha=0.7, color=_ORANGE, label="posterior means")
    axes.hist(sampled, bins=bins, density=True, alpha=0.7, color=_BLUE, label="z from posteriors")
    radius = np.linspace(1e-3, top, 400)
    axes.plot(radius, chi_density(radius, latent_dim), "k--", label="prior N(0, I)")
    axes.set(xlabel="distance from the origin", ylabel="density")
    axes.legend(frameon=False)


def chi_density(radius: npt.NDArray[np.float64], latent_dim: int) -> npt.NDArray[np.float64]:
    """Return the density of |z|, z ~ N(0, I): r^(d-1) exp(-r^2/2) / (2^(d/2-1) Gamma(d/2))."""
    log_norm = (latent_dim / 2 - 1) * math.log(2.0) + math.lgamma(latent_dim / 2)
    return np.exp((latent_dim - 1) * np.log(radius) - 0.5 * radius**2 - log_norm)


def draw_dimensions(encodings: Encodings, *, origin: str) -> LatentChart:
    """Draw the mean, standard deviation and KL of each dimension, in order of decreasing KL.

    Args:
        encodings: the posteriors of some images.
        origin: how the VAE was trained, for the title.
    """
    num_images = len(encodings.z_mean)
    table = latent_geometry.describe_dimensions(encodings)
    ordered = table.sort_values("kl_nats", ascending=False, kind="stable")
    num_shown = min(_SHOWN_DIMENSIONS, len(ordered))
    words = {
        "title": f"Dimensions of the latent space, over {num_images} test images - {origin}",
        "caption": (
            "From left to right the dimensions with the most KL first. KL near zero: the decoder "
            f"does not use the dimension (the {num_shown} that carry most are shown). Mean and "
            "spread of z in each dimension, over images and their posteriors: the prior has 0 and "
            "1 (dashed)."
        ),
    }
    with charts.style():
        figure = Figure(figsize=(10, 3.4), layout="constrained")
        kl_axes, mean_axes, spread_axes = figure.subplots(1, 3)
        rank = np.arange(1, len(ordered) + 1)
        kl_axes.bar(rank[:num_shown], ordered["kl_nats"][:num_shown], color=_BLUE)
        kl_axes.set(ylabel="KL [nats]")
        _draw_against_prior(mean_axes, rank, ordered["mean"], prior=0.0, label="mean of z")
        _draw_against_prior(spread_axes, rank, ordered["std"], prior=1.0, label="spread of z")
        for axes in (kl_axes, mean_axes, spread_axes):
            axes.set(xlabel="dimension, by KL")
            axes.locator_params(axis="x", integer=True, min_n_ticks=1)
        figure.suptitle(words["title"], fontsize=11)
    numbers = {name: ordered[name].to_numpy() for name in ("dimension", "kl_nats", "mean", "std")}
    return LatentChart(figure, words | numbers)


def _draw_against_prior(
    axes: Axes, rank: npt.NDArray[np.int64], values: "pd.Series[float]", *, prior: float, label: str
) -> None:
    axes.axhline(prior, color="k", linestyle="--", linewidth=1)
    axes.plot(rank, values, ".", markersize=4, color=_BLUE)
    axes.set(ylabel=label)


def draw_projection(encodings: Encodings, attributes: pd.DataFrame, *, origin: str) -> LatentChart:
    """Draw the posterior means in the plane of their two leading principal axes.

    Args:
        encodings: the posteriors of n images.
        attributes: n rows, one boolean column per attribute, each with its own panel. Without
            columns, there is a single panel in one color, as the caption explains.
        origin: how the VAE was trained, for the title.
    """
    axes_of_means, shares = latent_geometry.principal_axes(encodings.z_mean)
    points = (encodings.z_mean - encodings.z_mean.mean(axis=0)) @ axes_of_means[:, :2]
    points = np.pad(points, ((0, 0), (0, 2 - points.shape[1])))  # latent_dim may be 1
    held = float(shares[:2].sum())
    reading = (
        "Where the two colours lie apart, the attribute has a direction in the latent space."
        if len(attributes.columns)
        else "Without colors: the source of these images has no attributes."
    )
    words = {
        "title": f"z-points of {len(points)} test images in a plane - {origin}",
        "caption": (
            "Posterior means, projected onto the two directions along which they vary most; the "
            f"plane holds {100 * held:.0f} % of their variance. {reading}"
        ),
    }
    with charts.style():
        figure = _draw_panels(points, attributes)
        figure.suptitle(words["title"], fontsize=11)
    return LatentChart(figure, words | {"variance_share": held})


def _draw_panels(points: npt.NDArray[np.floating], attributes: pd.DataFrame) -> Figure:
    names = list(attributes.columns) or [""]
    num_rows = math.ceil(len(names) / _PANELS_PER_ROW)
    num_columns = min(len(names), _PANELS_PER_ROW)
    figure = Figure(figsize=(10, 3.8 * num_rows), layout="constrained")
    panels = figure.subplots(num_rows, num_columns, squeeze=False, sharex=True, sharey=True)
    for axes in panels.flat[len(names) :]:
        axes.set_visible(False)
    for axes, name in zip(panels.flat, names, strict=False):
        _draw_points(axes, points, attributes[name].to_numpy() if name else None)
        axes.set(title=name, xlabel="first principal axis", ylabel="second")
    return figure


def _draw_points(
    axes: Axes, points: npt.NDArray[np.floating], has_attribute: npt.NDArray[np.bool_] | None
) -> None:
    if has_attribute is None:
        axes.plot(*points.T, ".", color=_BLUE, markersize=4)
        return
    # different marker shapes can be distinguished without color
    axes.plot(*points[~has_attribute].T, "o", color=_BLUE, markersize=3, alpha=0.6, label="without")
    axes.plot(*points[has_attribute].T, "^", color=_RED, markersize=4, alpha=0.8, label="with")
    axes.legend(frameon=False)
