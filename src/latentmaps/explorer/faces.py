"""What the page knows of the VAE and its faces."""

import numpy as np

from latentmaps.explorer import packing
from latentmaps.explorer.page import Part
from latentmaps.params.build_explorer import BuildExplorer
from latentmaps.portable import folding
from latentmaps.vae.latent.latent_files import Latents
from latentmaps.vae.network.encodings import draw_prior
from latentmaps.vae.network.vae_files import SavedVae

# faces for which the packed decoder is compared with the trained one, of either kind
_NUM_COMPARED = 64


def prepare(saved: SavedVae, latents: Latents, params: BuildExplorer, *, seed: int) -> Part:
    """Return the part of the faces.

    Args:
        saved: the trained VAE.
        latents: its z-points.
        params: the section.
        seed: of the random points.
    """
    random = draw_prior(_NUM_COMPARED, saved.architecture.latent_dim, seed=seed)
    starts = latents.test.encodings.z_mean[:_NUM_COMPARED]
    decoder = packing.pack_small(
        folding.to_plain(saved.decoder, output_activation="sigmoid"),
        np.concatenate([random, starts]).astype(np.float32),
        max_difference=params.max_difference,
    )
    compared = f"{len(random)} random faces and {len(starts)} faces of the test part"
    return Part("faces", "Faces", {}, {"decoder": decoder}, compared)
