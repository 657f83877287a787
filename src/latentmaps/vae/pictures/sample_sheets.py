"""Sheets of faces decoded from random points of the latent space."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.images import likeness, pixels
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.samplers import Sampler
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Images, Labels

NUM_COLUMNS = 8
_SAME = "drawn with the same random numbers in every experiment of this seed and latent_dim"


@dataclass(frozen=True)
class RandomFaces:
    """Faces of one sampler.

    Attributes:
        trained: the VAE.
        sampler: the sampler of their points.
        images: (n, h, w, c), uint8, as decoded.
        seed: seed of the points.
    """

    trained: TrainedVae
    sampler: Sampler
    images: Images
    seed: int


@dataclass(frozen=True)
class SampleSheets:
    """All pictures of random faces.

    Attributes:
        sheets: a sheet for each sampler under its name, another with the suffix ``_processed``, and
            ``temperatures``.
        strips: ``strip_`` plus the name of a sampler -> a row of its faces, without text.
    """

    sheets: Mapping[str, Sheet]
    strips: Mapping[str, Image.Image]


def draw_all(
    trained: TrainedVae, fitted: Mapping[str, Sampler], params: DrawSamples, *, seed: int
) -> SampleSheets:
    """Draw the faces of every sampler, both as decoded and post-processed.

    The sheet of temperatures shows the faces of the prior only.

    Args:
        trained: the VAE.
        fitted: the samplers by name.
        params: the section ``draw_samples``.
        seed: seed of the points.
    """
    drawn: dict[str, Sheet] = {}
    strips = {}
    for name, sampler in fitted.items():
        faces = sample(trained, sampler, num_faces=params.num_samples, seed=seed)
        drawn[name] = draw(faces, params)
        drawn[f"{name}_processed"] = draw_processed(faces, params)
        strips[f"strip_{name}"] = draw_strip(faces)
    drawn["temperatures"] = draw_temperatures(
        trained, fitted[samplers.NOT_FITTED], params, seed=seed
    )
    return SampleSheets(drawn, strips)


def sample(trained: TrainedVae, sampler: Sampler, *, num_faces: int, seed: int) -> RandomFaces:
    """Sample random faces; face i depends only on the sampler and (seed, i).

    Args:
        trained: the VAE.
        sampler: the sampler of the points.
        num_faces: number of faces.
        seed: seed of the points.
    """
    latent_dim = trained.architecture.latent_dim
    z = samplers.sample(sampler, num_faces, latent_dim, seed=seed)
    return RandomFaces(trained, sampler, face_sheet.decode(trained, z), seed)


def draw(faces: RandomFaces, params: DrawSamples) -> Sheet:
    """Draw the sheet of the faces as decoded."""
    return _draw(faces, faces.images, params, done="as the decoder gives them")


def draw_processed(faces: RandomFaces, params: DrawSamples) -> Sheet:
    """Draw the sheet of the faces after sharpening and a change of contrast."""
    done = (
        f"sharpened (unsharp mask, radius {params.sharpen_radius:g}, {params.sharpen_percent} %), "
        f"contrast times {params.contrast:g}"
    )
    shown = process(faces.images, params)
    return _draw(faces, shown, params, done=done, named=", post-processed")


def _draw(
    faces: RandomFaces, shown: Images, params: DrawSamples, *, done: str, named: str = ""
) -> Sheet:
    origin = faces.trained.origin
    return face_sheet.draw(
        list(shown),
        title=f"Random faces, {faces.sampler.words}{named} - {origin.describe()}",
        caption=face_sheet.sentences(
            f"{len(shown)} faces that do not exist, {done}: each tile is the decoder's answer to a "
            f"random point of the latent space, {_SAME}.",
            face_sheet.describe_seed(origin, faces.seed),
            faces.sampler.note(),
        ),
        numbers={
            "num_samples": len(shown),
            "sharpness": likeness.sharpness(pixels.to_pixels(shown)).mean(),
        },
        num_columns=NUM_COLUMNS,
        scale=params.tile_scale,
    )


def process(faces: Images, params: DrawSamples) -> Images:
    """Sharpen faces and change their contrast, for display only, not for measurements.

    Args:
        faces: (n, h, w, c), uint8.
        params: the section ``draw_samples``, with the radius and strength of the unsharp mask, and
            the contrast, which multiplies the distance from the mean gray of each face.

    Returns:
        (n, h, w, c), uint8.
    """
    return np.stack([_process(face, params) for face in faces])


def _process(face: Images, params: DrawSamples) -> Images:
    # Pillow expects gray images without a channel axis
    picture = Image.fromarray(face[..., 0] if face.shape[-1] == 1 else face)
    mask = ImageFilter.UnsharpMask(params.sharpen_radius, params.sharpen_percent, threshold=0)
    enhanced = ImageEnhance.Contrast(picture.filter(mask)).enhance(params.contrast)
    return np.asarray(enhanced).reshape(face.shape)


def draw_strip(faces: RandomFaces) -> Image.Image:
    """Draw the first row of the faces, without text."""
    return sheets.draw_strip(list(faces.images[:NUM_COLUMNS]), num_columns=NUM_COLUMNS)


def draw_temperatures(
    trained: TrainedVae, sampler: Sampler, params: DrawSamples, *, seed: int
) -> Sheet:
    """Draw a row of the same faces for each temperature, which scales the spread of the points.

    Args:
        trained: the VAE.
        sampler: the sampler of the points.
        params: the section ``draw_samples``.
        seed: seed of the points.
    """
    temperatures = params.temperatures
    latent_dim = trained.architecture.latent_dim
    z = np.stack(
        [
            samplers.sample(sampler, NUM_COLUMNS, latent_dim, seed=seed, temperature=temperature)
            for temperature in temperatures
        ]
    )  # (temperatures, faces, latent_dim)
    tiles = face_sheet.decode(trained, z)
    sharpness = likeness.sharpness(pixels.to_pixels(tiles)).reshape(z.shape[:2]).mean(axis=1)
    return face_sheet.draw(
        list(tiles),
        title=f"Random faces, {sampler.words} times a temperature - {trained.origin.describe()}",
        caption=face_sheet.sentences(
            f"In each column one random point of the latent space, {_SAME}; in each row its "
            "distance from the origin is multiplied by the temperature. Near 0 all faces become "
            "the same plain one; far above 1 they fall apart.",
            face_sheet.describe_seed(trained.origin, seed),
        ),
        numbers={"temperature": temperatures, "sharpness": sharpness},
        num_columns=NUM_COLUMNS,
        labels=Labels(rows=[f"temperature {temperature:g}" for temperature in temperatures]),
        scale=params.tile_scale,
    )
