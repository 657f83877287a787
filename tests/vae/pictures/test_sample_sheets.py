from typing import Any

import numpy as np
import pytest
from tests.vae.example_vae import small_vae
from tests.vae.pictures.cutting import tiles_of

from latentmaps.params.draw_samples import DrawSamples
from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.samplers import SAMPLERS, Parzen, Prior
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import sample_sheets


def section(*, percent: int = 0, contrast: float = 1.0, **changes: Any) -> DrawSamples:
    given: dict[str, Any] = {
        "num_samples": 3,
        "temperatures": (0.5, 1.0),
        "sharpen_radius": 1.5,
        "seed": None,
        "tile_scale": 1,
    }
    return DrawSamples(sharpen_percent=percent, contrast=contrast, **given | changes)


@pytest.fixture(scope="module", params=[1, 3], ids=["gray", "color"])
def trained(request: pytest.FixtureRequest) -> TrainedVae:
    return TrainedVae(small_vae(num_channels=request.param))


def sample(trained: TrainedVae, num_faces: int = 10) -> sample_sheets.RandomFaces:
    return sample_sheets.sample(trained, Prior(), num_faces=num_faces, seed=1)


@pytest.mark.slow
def test_a_face_does_not_depend_on_how_many_there_are(trained: TrainedVae) -> None:
    few, many = sample(trained, 3), sample(trained, 10)
    np.testing.assert_allclose(few.images.astype(int), many.images[:3], atol=1)


def test_processing_changes_the_faces_and_is_described(trained: TrainedVae) -> None:
    faces = sample(trained)
    plain = sample_sheets.draw(faces, section())
    processed = sample_sheets.draw_processed(faces, section(percent=120, contrast=1.2))
    assert "sharpened (unsharp mask, radius 1.5, 120 %), contrast times 1.2" in str(
        processed.numbers["caption"]
    )
    assert processed.numbers["sharpness"] > plain.numbers["sharpness"]
    assert processed.image.width == plain.image.width


@pytest.mark.parametrize("num_windows", [1, 2])
def test_one_window_that_is_the_gaussian_says_so(trained: TrainedVae, num_windows: int) -> None:
    dim = trained.architecture.latent_dim
    parzen = Parzen(centers=np.zeros((num_windows, dim)), covariance=np.eye(dim))
    faces = sample_sheets.sample(trained, parzen, num_faces=3, seed=1)
    caption = str(sample_sheets.draw(faces, section()).numbers["caption"])
    assert ("so there is one window" in caption) == (num_windows == 1)


def test_no_sharpening_and_contrast_one_leave_the_faces(trained: TrainedVae) -> None:
    faces = sample(trained).images
    np.testing.assert_array_equal(sample_sheets.process(faces, section()), faces)


def test_contrast_doubles_the_distance_from_the_mean() -> None:
    face = np.full((1, 8, 8, 3), 100, np.uint8)
    face[:, 4:] = 140
    doubled = sample_sheets.process(face, section(contrast=2.0))
    assert set(np.unique(doubled)) == {80, 160}


def test_the_strip_holds_the_first_row(trained: TrainedVae) -> None:
    faces = sample(trained)
    strip = np.asarray(sample_sheets.draw_strip(faces))
    assert strip.shape == (16, 8 * 16 + 7 * 6, 3)
    np.testing.assert_array_equal(strip[:, -16:], np.broadcast_to(faces.images[7], (16, 16, 3)))


@pytest.mark.slow
def test_each_temperature_has_a_row_and_a_sharpness(trained: TrainedVae) -> None:
    sheet = sample_sheets.draw_temperatures(trained, Prior(), section(), seed=1)
    assert len(sheet.numbers["sharpness"]) == 2
    one = section(temperatures=(0.5,))
    other = sample_sheets.draw_temperatures(trained, Prior(), one, seed=1)
    assert other.image.height < sheet.image.height


def draw_all(trained: TrainedVae, *, seed: int = 1, **changes: Any) -> sample_sheets.SampleSheets:
    dim = trained.architecture.latent_dim
    means = np.random.default_rng(1).normal(size=(9, dim))
    fitted = samplers.fit_all(Encodings(means, 0.0 * means), seed=1)
    return sample_sheets.draw_all(trained, fitted, section(**changes), seed=seed)


@pytest.mark.slow
def test_every_sampler_has_its_pictures(trained: TrainedVae) -> None:
    drawn = draw_all(trained)
    assert list(drawn.sheets) == [
        *(f"{name}{kind}" for name in SAMPLERS for kind in ("", "_processed")),
        "temperatures",
    ]
    assert list(drawn.strips) == [f"strip_{name}" for name in SAMPLERS]
    for name, kind in SAMPLERS.items():
        title = f"Random faces, {kind.words}"
        assert drawn.sheets[name].numbers["title"].startswith(f"{title} - ")
        processed = drawn.sheets[f"{name}_processed"].numbers["title"]
        assert processed.startswith(f"{title}, post-processed - ")
    temperatures = drawn.sheets["temperatures"].numbers["title"]
    assert temperatures.startswith("Random faces, z ~ N(0, I) times a temperature - ")


@pytest.mark.slow
def test_another_seed_samples_other_faces_and_is_named(trained: TrainedVae) -> None:
    one, same, other = (draw_all(trained, seed=seed) for seed in (1, 1, 9))
    for name, sheet in one.sheets.items():
        first, second = (np.asarray(drawn.sheets[name].image) for drawn in (one, same))
        np.testing.assert_array_equal(first, second)
        assert "The random numbers" not in sheet.numbers["caption"]
        caption = other.sheets[name].numbers["caption"]
        assert "The random numbers here are those of seed 9." in caption
        tiles = [np.stack(tiles_of(drawn.sheets[name])) for drawn in (one, other)]
        assert (tiles[0] != tiles[1]).any()


@pytest.mark.slow
def test_every_tile_is_enlarged_and_no_strip(trained: TrainedVae) -> None:
    plain, enlarged = (draw_all(trained, tile_scale=scale) for scale in (1, 3))
    for name, sheet in enlarged.sheets.items():
        for small, large in zip(tiles_of(plain.sheets[name]), tiles_of(sheet), strict=True):
            np.testing.assert_array_equal(large, small.repeat(3, axis=0).repeat(3, axis=1))
    assert {name: strip.size for name, strip in enlarged.strips.items()} == {
        name: strip.size for name, strip in plain.strips.items()
    }
