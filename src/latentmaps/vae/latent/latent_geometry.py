"""Axes, paths, distances and dimensions of the latent space, computed in NumPy."""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps import seeds
from latentmaps.errors import DataError
from latentmaps.vae.network import encodings as posteriors
from latentmaps.vae.network.encodings import Encodings

Array = npt.NDArray[np.floating]

# above this absolute cosine, a chord and its arc agree to seven digits
_PARALLEL = 1.0 - 1e-8


def principal_axes(points: Array) -> tuple[Array, Array]:
    """Return the principal axes of points, largest variance first.

    Args:
        points: (n, d), n at least 2.

    Returns:
        The axes as columns, (d, d), each of length 1 and with its largest entry positive; and the
        share of the variance along each axis, (d,), all zeros if the points do not vary.
    """
    axes, variances = axes_of_covariance(np.cov(points.astype(np.float64), rowvar=False))
    total = variances.sum()
    return axes, variances / total if total else variances


def axes_of_covariance(covariance: Array) -> tuple[Array, Array]:
    """Return the principal axes of a distribution, largest variance first.

    Args:
        covariance: (d, d), or a number if d is 1.

    Returns:
        The axes as columns, (d, d), each of length 1 and with its largest entry positive; and the
        variance along each axis, (d,).
    """
    variances, axes = np.linalg.eigh(np.atleast_2d(covariance))  # ascending
    variances, axes = np.maximum(variances[::-1], 0.0), axes[:, ::-1]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    return axes * np.sign(largest), variances


def interpolate_spherically(start: Array, end: Array, shares: Array) -> Array:
    """Return points on the arc from `start` to `end` around the origin.

    In many dimensions, points sampled from the prior lie near a sphere. The chord between two of
    them leaves the sphere; the arc does not. If the vectors `start` and `end` differ in length, the
    length changes gradually along the arc.

    Source: White 2016, "Sampling Generative Networks", section 2.1.

    Args:
        start: (..., d).
        end: (..., d).
        shares: (num_steps,), shares of the angle; 0 is `start`, 1 is `end`.

    Returns:
        (..., num_steps, d). If `start` and `end` point in the same or in opposite directions, or if
        one of them is zero, the points are on a straight line instead of an arc.
    """
    start, end = start[..., None, :].astype(np.float64), end[..., None, :].astype(np.float64)
    shares = shares[:, None]  # (num_steps, 1)
    lengths = np.linalg.norm(start, axis=-1) * np.linalg.norm(end, axis=-1)
    cosine = (start * end).sum(axis=-1) / np.maximum(lengths, np.finfo(float).tiny)
    is_line = (np.abs(cosine) > _PARALLEL) | (lengths == 0)
    angle = np.arccos(np.where(is_line, 0.0, cosine))[..., None]
    arc = (np.sin((1.0 - shares) * angle) * start + np.sin(shares * angle) * end) / np.sin(angle)
    return np.where(is_line[..., None], (1.0 - shares) * start + shares * end, arc)


def attribute_direction(z: Array, has_attribute: npt.NDArray[np.bool_]) -> Array:
    """Return the mean of the points with an attribute minus the mean of those without.

    Source: Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric",
    section 5.2.

    Args:
        z: (n, d).
        has_attribute: (n,), some true and some false.

    Returns:
        (d,).
    """
    points = z.astype(np.float64)
    return points[has_attribute].mean(axis=0) - points[~has_attribute].mean(axis=0)


def sample_pairs(num_images: int, num_pairs: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Sample pairs of different images, (num_pairs, 2); pair i depends only on (seed, i).

    Args:
        num_images: number of images, which are numbered from 0.
        num_pairs: number of pairs.
        seed: seed of the pairs.

    Raises:
        DataError: there are fewer than 2 images.
    """
    if num_images < 2:
        raise DataError(f"split_faces.num_test: found {num_images}, expected 2 or more for a pair")
    streams = (seeds.image_pair(seed, index) for index in range(num_pairs))
    return np.stack([stream.choice(num_images, 2, replace=False) for stream in streams])


def radii(z: Array) -> Array:
    """Return the distances, (n,), of z-points, (n, latent_dim), from the origin."""
    return np.linalg.norm(z, axis=1)


def prior_radius(latent_dim: int) -> float:
    """Return the mean radius of z ~ N(0, I) in d dimensions, about sqrt(d).

    This is sqrt(2) Gamma((d + 1) / 2) / Gamma(d / 2), the mean of the chi distribution.
    """
    log_ratio = math.lgamma((latent_dim + 1) / 2) - math.lgamma(latent_dim / 2)
    return math.sqrt(2.0) * math.exp(log_ratio)


def describe_dimensions(encodings: Encodings) -> pd.DataFrame:
    """Return a table with one row for each dimension of the latent space.

    Args:
        encodings: the posteriors of some images.

    Returns:
        A table with these columns:

        - ``dimension``, the index of the dimension;
        - ``kl_nats``, its KL divergence from the prior;
        - ``mean`` and ``std`` of its z over images and posteriors, 0 and 1 for the prior;
        - ``mean_variance``, the variance of the posterior mean over images;
        - ``is_used``, whether its KL is more than 0.1 nat.
    """
    kl_nats = encodings.kl_per_dimension()
    variances = encodings.z_mean.astype(np.float64).var(axis=0)
    return pd.DataFrame(
        {
            "dimension": np.arange(len(variances)),
            "kl_nats": kl_nats,
            "mean": encodings.z_mean.mean(axis=0, dtype=np.float64),
            "std": np.sqrt(variances + encodings.variances_within()),
            "mean_variance": variances,
            "is_used": kl_nats > posteriors.USED_KL_NATS,
        }
    )
