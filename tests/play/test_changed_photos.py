import numpy as np
import pytest
from tests.play import example_project
from tests.vae.example_vae import images, small_vae

from latentmaps.images import pixels
from latentmaps.play import additions, changed_photos
from latentmaps.play.playable_vae import PlayableVae

ATTRIBUTES = example_project.latents().attributes


@pytest.fixture(scope="module")
def vae() -> PlayableVae:
    return PlayableVae(small_vae())


@pytest.mark.slow
def test_attributes_are_added_to_the_means_of_the_posteriors(vae: PlayableVae) -> None:
    photos = images(2)
    chosen = additions.parse(["Smiling=1.5", "Young=-2"])
    directions = additions.find_directions(chosen, ATTRIBUTES, is_forced=True)
    changed = changed_photos.change(vae, ["a", "b"], photos, chosen, directions)
    z = vae.encode(photos).z_mean
    moved = z + 1.5 * ATTRIBUTES.find("Smiling").vector - 2.0 * ATTRIBUTES.find("Young").vector
    np.testing.assert_array_equal(changed.originals, photos)
    np.testing.assert_array_equal(changed.reconstructions, pixels.to_uint8(vae.decode(z)))
    np.testing.assert_array_equal(changed.results, pixels.to_uint8(vae.decode(moved)))


def test_the_error_is_the_root_mean_square_difference_in_levels(vae: PlayableVae) -> None:
    photos = images(2)
    changed = changed_photos.change(vae, ["a", "b"], photos, [], [])
    difference = photos / 255.0 - vae.reconstruct(photos)
    expected = 255.0 * np.sqrt(np.square(difference).mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(changed.errors, expected, rtol=1e-5)
    assert changed.results is None
