"""The sheets of faces: reconstructions, random faces, walks through the latent space.

Decides which tiles a sheet has and what its words say; how tiles become a picture is the affair of
``sheets``. Every experiment shows the same faces and the same z, so that sheets compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from latentmaps.evaluation import latent, reconstruction
from latentmaps.models.inference import TrainedVae
from latentmaps.visualisation import pixels, sheets

Images = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
Points = npt.NDArray[np.floating]


@dataclass(frozen=True)
class FaceSheet:
    """A sheet and its twin in numbers.

    Attributes:
        image: the picture.
        numbers: ``title``, ``caption`` and whatever the sheet shows.
    """

    image: Image.Image
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class Picks:
    """Which faces of a part are shown.

    Attributes:
        num_columns: faces a row.
        row_seeds: one row of faces for each.
    """

    num_columns: int
    row_seeds: Sequence[int]

    def rows(self, available: Rows) -> Rows:
        """Gives the picked entries of `available`, (len(row_seeds) * num_columns,).

        The generator is the source's: MT19937, seeded through a SeedSequence.
        """
        generators = (
            np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))
            for seed in self.row_seeds
        )
        picked = [generator.randint(0, len(available), self.num_columns) for generator in generators]
        return available[np.concatenate(picked)]


def reconstructions(
    trained: TrainedVae, images: Images, available: Rows, picks: Picks, *, part: str
) -> FaceSheet:
    """Gives rows of faces, each above a row of their reconstructions from the posterior mean.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8.
        available: rows of `images` to pick from.
        picks: which of them.
        part: the name of the part in the title.
    """
    rows = picks.rows(available)
    originals = np.asarray(images[rows])
    decoded = trained.decode(trained.encode(images, rows).z_mean)
    mse = reconstruction.mean_squared_error(pixels.to_pixels(originals), decoded)
    shape = (len(picks.row_seeds), 1, picks.num_columns)
    tiles = np.concatenate(
        [
            originals.reshape(shape + originals.shape[1:]),
            pixels.to_uint8(decoded).reshape(shape + originals.shape[1:]),
        ],
        axis=1,
    )  # (seeds, 2, columns, h, w, c)
    words = {
        "title": f"Reconstructions of the {part} part - {trained.origin.describe()}",
        "caption": (
            "Each pair of rows: faces, and below them what the decoder makes of their posterior "
            f"means. Mean squared error of these {len(rows)} faces: {mse.mean():.4f}."
        ),
    }
    image = sheets.draw_sheet(
        list(tiles.reshape((-1, *originals.shape[1:]))),
        num_columns=picks.num_columns,
        row_labels=["face", "reconstruction"] * len(picks.row_seeds),
        **words,
    )
    return FaceSheet(image, words | {"row": rows, "mse": mse})


def samples(trained: TrainedVae, z: Points, *, sampler: str, sharpen: ImageFilter.UnsharpMask | None = None) -> FaceSheet:
    """Gives the faces that the decoder makes of z-points.

    Args:
        trained: the VAE.
        z: (n, latent_dim).
        sampler: where `z` comes from, in words, for the title.
        sharpen: a filter of Pillow for every face; None shows them as they are.
    """
    decoded = trained.decode(z)
    faces = pixels.to_uint8(decoded)
    sharpness = reconstruction.sharpness(decoded).mean()
    processing = "as the decoder gives them"
    if sharpen is not None:
        faces = np.stack([np.asarray(Image.fromarray(f).filter(sharpen)) for f in faces])
        processing = f"sharpened (unsharp mask, radius {sharpen.radius:g}, {sharpen.percent} %)"
    words = {
        "title": f"Random faces, {sampler} - {trained.origin.describe()}",
        "caption": (
            f"{len(z)} faces that do not exist, {processing}: each tile is the decoder's answer to "
            "a random point of the latent space. The same points in every experiment."
        ),
    }
    image = sheets.draw_sheet(list(faces), num_columns=_SAMPLE_COLUMNS, **words)
    return FaceSheet(image, words | {"num_samples": len(z), "sharpness": float(sharpness)})


_SAMPLE_COLUMNS = 8


def traversals(
    trained: TrainedVae, encodings: latent.Encodings, *, num_dimensions: int, steps: Points
) -> FaceSheet:
    """Gives a row for each of the dimensions with the most KL: one coordinate walks, all others rest.

    Args:
        trained: the VAE.
        encodings: posteriors of some images; the walk starts from the mean of their means.
        num_dimensions: rows.
        steps: (num_steps,), the values of the walking coordinate.
    """
    kl_nats = encodings.kl_per_dimension()
    dimensions = np.argsort(kl_nats, kind="stable")[::-1][:num_dimensions]
    z = np.tile(encodings.z_mean.mean(axis=0), (len(dimensions), len(steps), 1))
    for row, dimension in enumerate(dimensions):
        z[row, :, dimension] = steps
    faces = pixels.to_uint8(trained.decode(z.reshape(-1, z.shape[-1])))
    words = {
        "title": f"Traversals of the {len(dimensions)} dimensions with the most KL - "
        f"{trained.origin.describe()}",
        "caption": (
            f"In each row one coordinate of z walks from {steps[0]:g} to {steps[-1]:g}, standard "
            "deviations of the prior; the others stay at the mean over the test faces."
        ),
    }
    image = sheets.draw_sheet(
        list(faces),
        num_columns=len(steps),
        row_labels=[f"z[{d}]  {kl_nats[d]:.2f} nats" for d in dimensions],
        column_labels=[f"{step:+.2g}" for step in steps],
        **words,
    )
    return FaceSheet(image, words | {"dimension": dimensions, "kl_nats": kl_nats[dimensions]})


def interpolations(
    trained: TrainedVae, encodings: latent.Encodings, *, num_pairs: int, num_steps: int, seed: int
) -> FaceSheet:
    """Gives a row for each pair of images: the straight way from one posterior mean to the other.

    Args:
        trained: the VAE.
        encodings: posteriors of at least 2 images.
        num_pairs: rows.
        num_steps: columns, both ends included.
        seed: decides which images make a pair.

    Raises:
        DataError: there are fewer than 2 images.
    """
    pairs = latent.draw_pairs(len(encodings.z_mean), num_pairs, seed=seed)  # (pairs, 2)
    share = np.linspace(0.0, 1.0, num_steps)[None, :, None]
    start, end = (encodings.z_mean[pairs[:, i], None, :] for i in (0, 1))
    z = (1.0 - share) * start + share * end  # (pairs, steps, latent_dim)
    faces = pixels.to_uint8(trained.decode(z.reshape(-1, z.shape[-1])))
    words = {
        "title": f"Interpolations between test faces - {trained.origin.describe()}",
        "caption": (
            "Each row walks in a straight line through the latent space, from the reconstruction of "
            "one test face (left) to that of another (right)."
        ),
    }
    image = sheets.draw_sheet(
        list(faces),
        num_columns=num_steps,
        row_labels=[f"pair {index + 1}" for index in range(num_pairs)],
        column_labels=[f"{100 * s:.0f} %" for s in share.ravel()],
        **words,
    )
    return FaceSheet(image, words | {"test_index": pairs})
