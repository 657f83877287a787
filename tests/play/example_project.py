"""A project with a small untrained VAE and the outputs of evaluate_vae."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from tests.vae.example_vae import small_vae

from latentmaps.vae.latent import attribute_directions, latent_files, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.encodings import Encodings

NUM_FACES = 60


def latents(latent_dim: int = 5) -> Latents:
    """Return latents of 60 faces; d' is about 4 for Smiling and below 0 for Young."""
    random = np.random.default_rng(8)
    numbers = np.arange(NUM_FACES)
    z = random.normal(size=(NUM_FACES, latent_dim))
    z[::2] += 4.0 / np.sqrt(latent_dim)
    encodings = Encodings(z, np.full_like(z, -2.0))
    shown = pd.DataFrame(
        {
            "Smiling": numbers % 2 == 0,
            "Young": numbers % 4 < 2,
            "Bald": numbers < 3,
        }
    )
    test = Encodings(z, np.full_like(z, -2.0))
    tested = shown.assign(Young=~shown["Young"])
    return Latents(
        train=EncodedFaces(numbers, encodings),
        test=EncodedFaces(numbers, test),
        samplers=samplers.fit_all(encodings, seed=1),
        attributes=attribute_directions.fit(encodings, shown, test, tested),
    )


def write(root: Path, *, source: str = "avatars") -> None:
    """Write model, latents, receipt and numbers to their places in a project."""
    for name in ("data/models/vae", "data/raw/faces", "reports/evaluate_vae"):
        (root / name).mkdir(parents=True)
    vae_files.save(root / "data/models/vae", small_vae())
    latent_files.save(root / "data/latents", latents())
    receipt = {"source": source, "license": "free"}
    (root / "data/raw/faces/receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
    numbers = root / "reports/evaluate_vae/numbers.json"
    numbers.write_text(json.dumps({"mse": 0.01}), encoding="utf-8")
