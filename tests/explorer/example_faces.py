"""The faces part of the page, with a small random decoder and fake faces."""

from collections.abc import Sequence
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from tests.portable import architectures
from tests.vae import example_vae

from latentmaps.explorer import faces, page
from latentmaps.explorer.page import Part
from latentmaps.pages import html_page
from latentmaps.params.build_explorer import BuildExplorer
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.vae.latent import attribute_directions, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.latent.samplers import Parzen
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.vae_files import SavedVae

NUM_TRAIN, NUM_TEST = 120, 19
# two attributes that z encodes, one that it does not
NAMES = ("Wearing_Hat", "Eyeglasses", "Smiling")
LOOK = DrawSamples(
    num_samples=8,
    sharpen_radius=1.5,
    sharpen_percent=120,
    contrast=1.15,
    temperatures=(1.0,),
    seed=None,
    tile_scale=1,
)
# shift of z for a face with one of the first two attributes
_SHIFTS = (5.0, 2.5)
_environment = html_page.environment


def attributes(*names: str) -> pd.DataFrame:
    """Return the attributes of all faces; the training part comes first."""
    generator = np.random.default_rng(1)
    return pd.DataFrame({name: generator.random(NUM_TRAIN + NUM_TEST) < 0.4 for name in names})


def latents(known: pd.DataFrame, *, latent_dim: int = 5) -> Latents:
    """Return encodings whose first dimensions encode the first two attributes."""
    generator = np.random.default_rng(2)
    spread = np.linspace(1.5, 0.3, latent_dim)
    means = generator.normal(size=(len(known), latent_dim)) * spread
    for index, (name, shift) in enumerate(zip(known.columns[:latent_dim], _SHIFTS, strict=False)):
        means[:, index] += shift * known[name]
    log_vars = np.full_like(means, -1.0)
    parts = np.split(np.arange(len(known)), [NUM_TRAIN])
    train, test = (
        EncodedFaces(rows, Encodings(means[rows].astype(np.float32), log_vars[rows]))
        for rows in parts
    )
    fitted = samplers.fit_all(train.encodings, seed=1)
    windows = Parzen(train.encodings.z_mean, np.diag(spread) + 0.1)
    directions = attribute_directions.fit(
        train.encodings, known.iloc[train.rows], test.encodings, known.iloc[test.rows]
    )
    return Latents(train, test, fitted | {"parzen": windows}, directions)


def saved(**shape: Any) -> SavedVae:
    """Return an untrained VAE whose decoder output is not uniform."""
    made = example_vae.small_vae(**shape)
    architectures.randomize(made.decoder)
    return made


def part(vae: SavedVae, of: Latents, known: pd.DataFrame, *, are_digits: bool = False) -> Part:
    params = BuildExplorer(max_difference=0.0)
    return faces.prepare(vae, of, known, params, LOOK, are_digits=are_digits, seed=3)


def render(parts: Sequence[Part], *, are_digits: bool = False) -> str:
    """Return the page with an empty digits part."""

    def environment(*packages: str) -> jinja2.Environment:
        made = _environment(*packages)
        stubs = {"digits.html": '<h2 id="digits-title">Digits</h2>'}
        stubs |= {"digits.css": "", "digits.js": ""}
        assert made.loader is not None
        made.loader = jinja2.ChoiceLoader([jinja2.DictLoader(stubs), made.loader])
        return made

    html_page.environment = environment
    try:
        all_parts = [*parts, Part("digits", "Digits", {}, {})]
        return page.render(all_parts, shows_people=False, are_digits=are_digits)
    finally:
        html_page.environment = _environment
