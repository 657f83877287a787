"""Every example of docs/api.md runs on small models and returns what its comments say."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.vae.example_vae import small_vae

from latentmaps.cnn.network import cnn
from latentmaps.vae.latent import attribute_directions, latent_files, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.encodings import Encodings

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LATENT_DIM = 256


def write_models(folder: Path) -> None:
    """Write an untrained VAE, an untrained CNN, and latents of 60 fake faces."""
    shape = cnn.Architecture((2, 3), 4)
    cnn.save(folder / "data/models/cnn", shape, cnn.build_cnn(shape, seed=1))
    vae_files.save(folder / "data/models/vae", small_vae(image_size=96, latent_dim=LATENT_DIM))
    random = np.random.default_rng(1)
    z_mean, z_log_var = random.normal(size=(2, 60, LATENT_DIM)) * [[[1.0]], [[0.1]]]
    encodings = Encodings(z_mean, z_log_var)
    faces = EncodedFaces(np.arange(60), encodings)
    shown = pd.DataFrame({"Eyeglasses": np.arange(60) % 2 == 0})
    attributes = attribute_directions.fit(encodings, shown, encodings, shown)
    fitted = samplers.fit_all(encodings, seed=1)
    latent_files.save(folder / "data/latents", Latents(faces, faces, fitted, attributes))


@pytest.mark.slow
def test_the_examples_run_and_return_what_their_comments_say(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data/models/cnn").mkdir(parents=True)
    (tmp_path / "data/models/vae").mkdir()
    write_models(tmp_path)
    noise = np.random.default_rng(2).integers(0, 256, (240, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "me.jpg")
    monkeypatch.chdir(tmp_path)
    page = (root / "docs/api.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    num_checked = 0
    for block in BLOCK.findall(page):
        for line, statement in _statements(block):
            expression, _, value = line.partition("  # ")
            if not value:
                exec(compile(statement, "docs/api.md", "exec"), names)  # noqa: S102
                continue
            assert eval(expression, names) == ast.literal_eval(value), line  # noqa: S307
            num_checked += 1
    assert num_checked > 10
    assert (tmp_path / "walk.png").exists()


def _statements(block: str) -> list[tuple[str, ast.Module]]:
    """Return the text of each statement, including its comment, and the statement."""
    lines = block.splitlines()
    return [
        ("\n".join(lines[node.lineno - 1 : node.end_lineno]), ast.Module([node], []))
        for node in ast.parse(block).body
    ]
