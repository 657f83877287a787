"""Where the z-points of real images lie, against the prior N(0, I) from which faces are drawn."""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.errors import DataError
from latentmaps.evaluation import distances
from latentmaps.models import encodings as posteriors
from latentmaps.models.encodings import Encodings, draw_prior

Array = npt.NDArray[np.floating]

# Behind the seed: a stream of its own, far from the point indices of the prior.
_PAIRS = 2**31 + 1

# Burda et al. 2016, section 5.2. It tells idle dimensions from others in a network that collapses;
# here every dimension passes.
_ACTIVE_VARIANCE = 0.01


def draw_pairs(num_images: int, num_pairs: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Gives pairs of different images, (num_pairs, 2); pair i depends on (seed, i) alone.

    Raises:
        DataError: there are fewer than 2 images.
    """
    if num_images < 2:
        raise DataError(f"split_faces.num_test: found {num_images}, expected 2 or more for a pair")
    streams = (np.random.default_rng([seed, _PAIRS, index]) for index in range(num_pairs))
    return np.stack([stream.choice(num_images, 2, replace=False) for stream in streams])


def radii(z: Array) -> Array:
    """Gives the distance of each z-point, (n, latent_dim), from the origin, (n,)."""
    return np.linalg.norm(z, axis=1)


def prior_radius(latent_dim: int) -> float:
    """Gives the mean radius of z ~ N(0, I) in d dimensions, about sqrt(d).

    sqrt(2) Gamma((d + 1) / 2) / Gamma(d / 2): the mean of the chi distribution.
    """
    log_ratio = math.lgamma((latent_dim + 1) / 2) - math.lgamma(latent_dim / 2)
    return math.sqrt(2.0) * math.exp(log_ratio)


def describe_dimensions(encodings: Encodings) -> pd.DataFrame:
    """Gives a row for each dimension of the latent space.

    Args:
        encodings: the posteriors of some images.

    Returns:
        The columns ``dimension``; ``kl_nats``, its KL divergence from the prior; ``mean`` and
        ``std`` of its z-points over images and posteriors, 0 and 1 for the prior;
        ``mean_variance``, the variance of the posterior mean over images; and ``is_used``, whether
        its KL is more than 0.1 nat.
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


def evaluate(encodings: Encodings, table: pd.DataFrame, *, seed: int) -> dict[str, float]:
    """Gives the numbers of the latent space.

    Args:
        encodings: the posteriors of some images.
        table: their dimensions, of ``describe_dimensions``.
        seed: for one z of each posterior, and for the points of the prior.

    Returns:
        ``kl_nats``; ``num_dimensions_used`` with more than 0.1 nat, and the fewest that hold 90 %
        of the KL, ``num_dimensions_90``; ``active_units``, those whose posterior mean has a
        variance of more than 0.01 over images (Burda et al. 2016, section 5.2); mean and spread of
        the radii, and ``radius_prior`` beside them; over the dimensions, the root mean square of
        the means of z, ``z_mean_rms``, and mean, least and greatest spread of z; ``mmd_prior``
        between the z of the images and as many points of the prior, and ``mmd_floor``, what two
        sets of the prior have between them.
    """
    z = encodings.draw_z(seed=seed)
    prior, other_prior = np.split(draw_prior(2 * len(z), z.shape[1], seed=seed), 2)
    z_radii = radii(z)
    return {
        "kl_nats": float(table["kl_nats"].to_numpy().sum()),
        "num_dimensions_used": int(table["is_used"].sum()),
        "num_dimensions_90": posteriors.count_holding(table["kl_nats"].to_numpy(), 0.9),
        "active_units": int((table["mean_variance"] > _ACTIVE_VARIANCE).sum()),
        "radius_mean": float(z_radii.mean()),
        "radius_std": float(z_radii.std()),
        "radius_prior": prior_radius(z.shape[1]),
        "z_mean_rms": float(np.sqrt(np.square(table["mean"].to_numpy()).mean())),
        "z_std_mean": float(table["std"].to_numpy().mean()),
        "z_std_min": float(table["std"].min()),
        "z_std_max": float(table["std"].max()),
        "mmd_prior": distances.mmd_to_prior(z, prior),
        "mmd_floor": distances.mmd_to_prior(other_prior, prior),
    }
