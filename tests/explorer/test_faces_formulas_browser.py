"""The formulas of the faces part in a real browser, compared with Python."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.explorer import example_faces
from tests.explorer import hand as hands
from tests.explorer.hand import Hand

from latentmaps.params.draw_samples import DrawSamples
from latentmaps.vae.latent import latent_geometry, samplers
from latentmaps.vae.pictures import sample_sheets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def still(shared_browser: Browser, faces_page: Path) -> Iterator[Page]:
    """The page whose functions are called."""
    hand = Hand(shared_browser, faces_page)
    yield hand.page
    hand.page.context.close()


def test_interpolation_is_that_of_python(still: Page) -> None:
    starts, ends = np.random.default_rng(8).normal(size=(2, 5, 5))
    ends[3], ends[4] = 2.0 * starts[3], 0.0  # the arc is not unique
    shares = np.array([0.0, 0.2, 0.5, 1.0])
    found = still.evaluate(
        """([starts, ends, shares, isArc]) => starts.map((start, i) =>
        shares.map((share) => Space.between(start, ends[i], share, isArc)))""",
        [starts.tolist(), ends.tolist(), shares.tolist(), True],
    )
    expected = latent_geometry.interpolate_spherically(starts, ends, shares)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("name", samplers.SAMPLERS)
@pytest.mark.parametrize("temperature", [1.0, 0.4])
def test_random_points_are_placed_as_by_the_samplers(
    still: Page, name: str, temperature: float
) -> None:
    rolled, found = still.evaluate(
        """([name, temperature]) => {
        const rolled = Array.from({ length: 30 }, (_, seed) => Space.roll(seed, 5));
        const sampler = Faces.points.space.samplers[name];
        return [rolled.map(({ noise, choice }) => [...noise, choice]),
          rolled.map((roll) => Array.from(Space.place(sampler, roll, temperature)))]; }""",
        [name, temperature],
    )
    noise, choices = np.array(rolled)[:, :5], np.array(rolled)[:, 5]
    expected = hands.LATENTS.samplers[name].place(noise, choices, temperature=temperature)
    np.testing.assert_allclose(found, expected, atol=0.05)  # centers have 8 bits


def test_random_numbers_are_normal_and_differ_by_seed(still: Page) -> None:
    noise, choices = still.evaluate(
        """() => { const rolled = Array.from({ length: 3000 }, (_, seed) => Space.roll(seed, 5));
        return [rolled.map((roll) => Array.from(roll.noise)),
        rolled.map((roll) => roll.choice)]; }"""
    )
    noise, choices = np.array(noise), np.array(choices)
    np.testing.assert_allclose(noise.mean(axis=0), 0.0, atol=0.08)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(5), atol=0.1)
    assert np.abs(np.sort(choices) - np.linspace(0, 1, 3000)).max() < 0.03
    assert len(np.unique(noise[:, 0])) == 3000


@pytest.mark.parametrize(
    ("radius", "percent", "factor"), [(1.5, 120, 1.15), (0.6, 300, 1.0), (4.0, 60, 0.7), (2, 0, 2)]
)
@pytest.mark.parametrize("shape", [(24, 17, 3), (28, 28, 1)])
def test_sharpening_and_contrast_are_those_of_the_sheets(
    still: Page, shape: tuple[int, int, int], radius: float, percent: int, factor: float
) -> None:
    image = np.random.default_rng(9).integers(0, 256, shape, np.uint8)
    look: dict[str, Any] = {"sharpen_radius": radius, "sharpen_percent": percent}
    params = DrawSamples(**vars(example_faces.LOOK) | look | {"contrast": factor})
    [expected] = sample_sheets.process(image[np.newaxis], params)
    found = still.evaluate(
        """([values, shape, look]) =>
        Array.from(Look.process(values.map((value) => value / 255), shape, look))""",
        [image.ravel().tolist(), shape, {"radius": radius, "percent": percent, "factor": factor}],
    )
    np.testing.assert_allclose(np.reshape(found, shape), expected.astype(int), atol=1)
