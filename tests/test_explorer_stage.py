"""The real stage that builds the explorer, on small networks, and on bad input."""

import subprocess
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect
from tests.browsing import Visit
from tests.example_workspace import Workspace, assert_refused
from tests.explorer import example_digits
from tests.portable import architectures
from tests.vae.example_vae import ORIGIN, architecture

from latentmaps.cnn.network import cnn
from latentmaps.digits.dataset import digits
from latentmaps.vae.latent import attribute_directions, latent_files, samplers
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.network import vae_files
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.vae_files import SavedVae

pytestmark = pytest.mark.slow

PATHS = {
    "raw_faces": ".",
    "faces": ".",
    "vae": "vae",
    "latents": "latents",
    "cnn": "cnn",
    "digits": "digits.npz",
    "oips": "oips",
}
NUM_TRAIN, NUM_TEST = 60, 30
# source -> what the VAE has learned
VAES: dict[str, dict[str, Any]] = {
    "avatars": {},
    "folder": {"num_channels": 1, "dense_units": 6},
    "digits": {"image_size": 28, "num_channels": 1, "strides": (2, 2), "latent_dim": 2},
}


def write_faces(workspace: Workspace, source: str) -> None:
    """Write a VAE with random weights, and the files that other stages write about its faces."""
    shape = architecture(**VAES[source])
    networks = (architectures.encoder(**VAES[source]), architectures.decoder(**VAES[source]))
    vae_files.save(workspace.folder / "vae", SavedVae(shape, ORIGIN, *networks))
    generator = np.random.default_rng(3)
    number = NUM_TRAIN + NUM_TEST
    means = generator.normal(size=(number, shape.latent_dim))
    all_faces = Encodings(means, np.full_like(means, -2.0))
    train, test = (
        EncodedFaces(rows, Encodings(all_faces.z_mean[rows], all_faces.z_log_var[rows]))
        for rows in np.split(np.arange(number), [NUM_TRAIN])
    )
    named = {} if source == "folder" else {"Smiling": means[:, 0] > 0, "Young": means[:, 1] > 0}
    known = pd.DataFrame(named, index=range(number))
    directions = attribute_directions.fit(
        train.encodings, known.iloc[train.rows], test.encodings, known.iloc[test.rows]
    )
    fitted = samplers.fit_all(train.encodings, seed=1)
    latent_files.save(workspace.folder / "latents", Latents(train, test, fitted, directions))
    table = {
        "row": range(number),
        "file": [f"{row:06}.jpg" for row in range(number)],
        "partition": ["train"] * NUM_TRAIN + ["test"] * NUM_TEST,
        "identity": range(number),
    } | {name: np.where(has, 1, -1) for name, has in named.items()}
    pd.DataFrame(table).to_csv(workspace.folder / "index.csv", index=False)
    text = f'{{"source": "{source}"}}'
    (workspace.folder / "receipt.json").write_text(text, encoding="utf-8")


@pytest.fixture
def trained(workspace: Workspace) -> Workspace:
    """A workspace with a VAE of avatars and a CNN, both with random weights."""
    workspace.override({"draw_oips.layers": list(example_digits.LAYERS)})
    write_faces(workspace, "avatars")
    shape = cnn.Architecture((3, 4), dense_units=6, kernel_size=4)
    cnn.save(workspace.folder / "cnn", shape, example_digits.small_cnn())
    digits.save(example_digits.bars(), workspace.folder / "digits.npz")
    example_digits.write_oips(workspace.folder / "oips")
    return workspace


def build(workspace: Workspace, page: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return workspace.run("build_explorer", PATHS | {"page": page} | changes)


def test_a_second_run_gives_equal_bytes_and_both_parts_run(
    trained: Workspace, browser: Browser
) -> None:
    for name in ("out/first.html", "out/second.html"):
        result = build(trained, name)
        assert result.returncode == 0, result.stderr
    path = trained.folder / "out/first.html"
    assert path.read_bytes() == (trained.folder / "out/second.html").read_bytes()
    text = path.read_text(encoding="utf-8")
    assert str(trained.folder) not in text
    assert "This network was trained on photographs of people." not in text
    visit = Visit(browser, path)
    for part, network in (("faces", "decoder"), ("digits", "cnn")):
        visit.page.evaluate(f"location.hash = '{part}'")
        expect(visit.page.locator(f"#{network}-weights")).to_be_empty()
        expect(visit.page.locator(f"#{part}")).to_be_visible()
    expect(visit.page.locator("#faces-canvas")).to_have_attribute("data-shown", "true")
    expect(visit.page.locator("#digit-reading")).to_have_attribute("aria-busy", "false")
    assert visit.troubles == []
    expect(visit.page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("source", ["folder", "digits"])
def test_every_profile_gets_a_page(trained: Workspace, browser: Browser, source: str) -> None:
    """The user's own pictures have no attributes, and digits are gray and small."""
    write_faces(trained, source)
    result = build(trained, "out/explorer.html")
    assert result.returncode == 0, result.stderr
    visit = Visit(browser, trained.folder / "out/explorer.html")
    expect(visit.page.locator("#decoder-weights")).to_be_empty()
    expect(visit.page.locator("#faces-canvas")).to_have_attribute("data-shown", "true")
    assert visit.troubles == []
    notice = visit.page.get_by_text("This network was trained on photographs of people.")
    assert (notice.count() == 1) == (source == "folder")
    name = "Images" if source == "digits" else "Faces"
    expect(visit.page.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_a_vae_of_another_version_is_refused(trained: Workspace) -> None:
    path = trained.folder / "vae/architecture.json"
    old = path.read_text(encoding="utf-8").replace('"upsampling"', '"up_sampling"')
    path.write_text(old, encoding="utf-8")
    result = build(trained, "out/explorer.html")
    message = "architecture.upsampling: missing", "run train_vae again"
    assert_refused(trained, result, *message)


def test_latents_of_another_vae_are_refused(trained: Workspace) -> None:
    shape = architecture(latent_dim=7)
    networks = (architectures.encoder(latent_dim=7), architectures.decoder(latent_dim=7))
    vae_files.save(trained.folder / "vae", SavedVae(shape, ORIGIN, *networks))
    result = build(trained, "out/explorer.html")
    assert_refused(trained, result, "of 5 dimensions, expected 7", "run evaluate_vae again")


def test_oips_of_another_layer_are_refused(trained: Workspace) -> None:
    (trained.folder / "oips/Conv2D_2.npz").unlink()
    assert_refused(trained, build(trained, "out/explorer.html"), "oips/Conv2D_2.npz")
