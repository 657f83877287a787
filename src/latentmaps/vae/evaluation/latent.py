"""The distribution of the z-points of real images, compared with the prior N(0, I)."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.vae.evaluation import distances
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.network import encodings as posteriors
from latentmaps.vae.network.encodings import Encodings, sample_prior

Array = npt.NDArray[np.floating]

# Burda et al. 2016, section 5.2. This threshold finds the inactive dimensions of a collapsed
# network; in our networks, every dimension is active.
_ACTIVE_VARIANCE = 0.01


def evaluate(encodings: Encodings, table: pd.DataFrame, *, seed: int) -> dict[str, float]:
    """Measure the distribution of the z-points of real images.

    Args:
        encodings: the posteriors of some images.
        table: the result of ``describe_dimensions`` for these encodings.
        seed: seed for sampling z from each posterior and points from the prior.

    Returns:
        - ``kl_nats``, and its parts ``kl_nats_of_means`` and ``kl_nats_of_variances``, which come
          from the means and the variances of the posteriors;
        - ``num_dimensions_used``, the number of dimensions with more than 0.1 nat, and
          ``num_dimensions_90``, the smallest number that accounts for 90% of the KL;
        - ``active_units``, the number of dimensions whose posterior mean has a variance of more
          than 0.01 over images (Burda et al. 2016, section 5.2);
        - ``radius_mean`` and ``radius_std``, the mean and the standard deviation of the radii, and
          ``radius_prior`` for comparison;
        - ``z_mean_rms``, the root mean square of the means of z over the dimensions, and
          ``z_std_mean``, ``z_std_min`` and ``z_std_max``, the mean, the smallest and the largest
          standard deviation of z;
        - ``mmd_prior``, the discrepancy between the z of the images and the same number of points
          of the prior, and ``mmd_floor``, the discrepancy between two such sets of prior points.
    """
    z = encodings.sample_z(seed=seed)
    prior, other_prior = np.split(sample_prior(2 * len(z), z.shape[1], seed=seed), 2)
    z_radii = latent_geometry.radii(z)
    kl_nats, kl_of_means = float(table["kl_nats"].to_numpy().sum()), encodings.kl_of_means()
    return {
        "kl_nats": kl_nats,
        "kl_nats_of_means": kl_of_means,
        "kl_nats_of_variances": kl_nats - kl_of_means,
        "num_dimensions_used": int(table["is_used"].sum()),
        "num_dimensions_90": posteriors.count_for_share(table["kl_nats"].to_numpy(), 0.9),
        "active_units": int((table["mean_variance"] > _ACTIVE_VARIANCE).sum()),
        "radius_mean": float(z_radii.mean()),
        "radius_std": float(z_radii.std()),
        "radius_prior": latent_geometry.prior_radius(z.shape[1]),
        "z_mean_rms": float(np.sqrt(np.square(table["mean"].to_numpy()).mean())),
        "z_std_mean": float(table["std"].to_numpy().mean()),
        "z_std_min": float(table["std"].min()),
        "z_std_max": float(table["std"].max()),
        "mmd_prior": distances.mmd_to_prior(z, prior),
        "mmd_floor": distances.mmd_to_prior(other_prior, prior),
    }
