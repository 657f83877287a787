"""Prepare the faces part of the explorer: the packed decoder and the data of the latent space."""

import numpy as np
import pandas as pd

from latentmaps.explorer import face_data, packing
from latentmaps.explorer.page import Part
from latentmaps.params.build_explorer import BuildExplorer
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.portable import folding
from latentmaps.vae.latent.latent_files import Latents
from latentmaps.vae.network.encodings import sample_prior
from latentmaps.vae.network.vae_files import SavedVae

# number of random faces, and of test faces, for comparing the packed decoder with the trained one
_NUM_COMPARED = 64


def prepare(
    saved: SavedVae,
    latents: Latents,
    attributes: pd.DataFrame,
    params: BuildExplorer,
    look: DrawSamples,
    *,
    are_digits: bool,
    seed: int,
) -> Part:
    """Prepare the faces part of the page.

    Args:
        saved: the trained VAE.
        latents: encodings, fitted samplers and attribute directions.
        attributes: attributes of all faces, as returned by ``face_attributes.read_attributes``.
        params: the ``build_explorer`` section.
        look: the ``draw_samples`` section, which sets the sharpening and contrast of processed
            faces.
        are_digits: whether the VAE was trained on digits.
        seed: seed for the random points and for choosing the faces.

    Raises:
        DataError: the table of attributes has fewer rows than there are faces.
    """
    random = sample_prior(_NUM_COMPARED, saved.architecture.latent_dim, seed=seed)
    starts = latents.test.encodings.z_mean[:_NUM_COMPARED]
    decoder = packing.pack_small(
        folding.to_plain(saved.decoder, output_activation="sigmoid"),
        np.concatenate([random, starts]).astype(np.float32),
        max_difference=params.max_difference,
    )
    compared = f"{len(random)} random faces and {len(starts)} test faces"
    size, num_channels = saved.architecture.image_size, saved.architecture.num_channels
    data = face_data.describe(
        latents,
        attributes,
        look,
        shape=(size, size, num_channels),
        are_digits=are_digits,
        seed=seed,
    )
    return Part("faces", "Faces", data, {"decoder": decoder}, compared)
