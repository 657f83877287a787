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

# number of random faces and of test faces on which packed and trained decoder are compared
_NUM_COMPARED = 64


def prepare(
    saved: SavedVae,
    latents: Latents,
    known: pd.DataFrame,
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
        known: attributes of all faces, as returned by ``face_attributes.read_attributes``.
        params: section of build_explorer.
        look: section of draw_samples, which sets sharpening and contrast of processed faces.
        are_digits: whether the VAE was trained on digits.
        seed: seed of the random points and of the choice of faces.

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
    compared = f"{len(random)} random faces and {len(starts)} faces of the test part"
    size, num_channels = saved.architecture.image_size, saved.architecture.num_channels
    data = face_data.describe(
        latents,
        known,
        look,
        shape=(size, size, num_channels),
        are_digits=are_digits,
        seed=seed,
    )
    return Part("faces", "Faces", data, {"decoder": decoder}, compared)
