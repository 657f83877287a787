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

from latentmaps.data import corruption
from latentmaps.evaluation import latent, reconstruction
from latentmaps.models.encodings import Encodings
from latentmaps.models.inference import TrainedVae
from latentmaps.models.vae_files import Origin
from latentmaps.visualisation import pixels, sheets

Images = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
Points = npt.NDArray[np.floating]

_SAMPLE_COLUMNS = 8

# behind the seed of the training
_SPOILING = 3


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
        picked = [g.randint(0, len(available), self.num_columns) for g in generators]
        return available[np.concatenate(picked)]


def reconstructions(
    trained: TrainedVae, images: Images, available: Rows, picks: Picks, *, part: str
) -> FaceSheet:
    """Gives rows of faces, each above a row of their reconstructions from the posterior mean.

    A VAE that was trained on spoilt images reads spoilt images here, too; they stand between.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8.
        available: rows of `images` to pick from.
        picks: which of them.
        part: the name of the part in the title.
    """
    rows = picks.rows(available)
    originals = np.asarray(images[rows])
    read = _spoil(trained.origin, originals)
    decoded = trained.decode(trained.encode(read).z_mean)
    mse = reconstruction.mean_squared_error(pixels.to_pixels(originals), decoded)
    kinds = {"face": originals, "as it was read": read, "reconstruction": pixels.to_uint8(decoded)}
    if trained.origin.corruption == "none":
        del kinds["as it was read"]
    by_row = (len(picks.row_seeds), picks.num_columns, *originals.shape[1:])
    tiles = np.stack([kind.reshape(by_row) for kind in kinds.values()], axis=1)
    spoilt = "" if read is originals else f" after {trained.origin.corruption} has spoilt them"
    return _draw(
        tiles.reshape((-1, *originals.shape[1:])),
        title=f"Reconstructions of the {part} part - {trained.origin.describe()}",
        caption=(
            "Faces, and below them what the decoder makes of their posterior means"
            f"{spoilt}. Mean squared error of these {len(rows)} faces: {mse.mean():.4f}."
        ),
        numbers={"row": rows, "mse": mse},
        num_columns=picks.num_columns,
        row_labels=[*kinds] * len(picks.row_seeds),
    )


def _spoil(origin: Origin, images: Images) -> Images:
    """Gives the images as the encoder read them while training."""
    if origin.corruption == "none":
        return images
    spoilt = corruption.corrupt(
        pixels.to_pixels(images),
        origin.corruption,
        level=origin.corruption_level,
        seed=[origin.seed, _SPOILING],
    )
    return pixels.to_uint8(np.asarray(spoilt))


def samples(
    trained: TrainedVae,
    z: Points,
    *,
    sampler: str,
    sharpen: ImageFilter.UnsharpMask | None = None,
) -> FaceSheet:
    """Gives the faces that the decoder makes of z-points.

    Args:
        trained: the VAE.
        z: (n, latent_dim).
        sampler: where `z` comes from, in words, for the title.
        sharpen: a filter of Pillow for every face; None shows them as they are.
    """
    decoded = trained.decode(z)
    faces = pixels.to_uint8(decoded)
    processing = "as the decoder gives them"
    if sharpen is not None:
        faces = np.stack([_sharpen(face, sharpen) for face in faces])
        processing = f"sharpened (unsharp mask, radius {sharpen.radius:g}, {sharpen.percent} %)"
    sharpness = reconstruction.sharpness(pixels.to_pixels(faces)).mean()
    return _draw(
        faces,
        title=f"Random faces, {sampler} - {trained.origin.describe()}",
        caption=(
            f"{len(z)} faces that do not exist, {processing}: each tile is the decoder's answer "
            "to a random point of the latent space, drawn with the same random numbers in every "
            "experiment of this seed and latent_dim."
        ),
        numbers={"num_samples": len(z), "sharpness": sharpness},
        num_columns=_SAMPLE_COLUMNS,
    )


def _sharpen(face: Images, mask: ImageFilter.UnsharpMask) -> Images:
    # Pillow takes gray pictures without an axis for the channel
    picture = Image.fromarray(face[..., 0] if face.shape[-1] == 1 else face)
    return np.asarray(picture.filter(mask)).reshape(face.shape)


def traversals(
    trained: TrainedVae, encodings: Encodings, *, num_dimensions: int, steps: Points
) -> FaceSheet:
    """Gives a row for each of the dimensions with the most KL: one coordinate walks, others rest.

    Args:
        trained: the VAE.
        encodings: posteriors of some images; the walk starts from the mean of their means.
        num_dimensions: rows, as far as the latent space has dimensions.
        steps: (num_steps,), the values of the walking coordinate.
    """
    kl_nats = encodings.kl_per_dimension()
    dimensions = np.argsort(kl_nats, kind="stable")[::-1][:num_dimensions]
    z = np.tile(encodings.z_mean.mean(axis=0), (len(dimensions), len(steps), 1))
    z[np.arange(len(dimensions))[:, None], np.arange(len(steps)), dimensions[:, None]] = steps
    return _draw(
        _decode(trained, z),
        title=(
            f"Traversals of the {len(dimensions)} dimensions with the most KL - "
            f"{trained.origin.describe()}"
        ),
        caption=(
            f"In each row one coordinate of z walks from {steps[0]:g} to {steps[-1]:g}, standard "
            "deviations of the prior; the others stay at the mean over the test faces."
        ),
        numbers={"dimension": dimensions, "kl_nats": kl_nats[dimensions]},
        num_columns=len(steps),
        row_labels=[f"z[{d}]  {kl_nats[d]:.2f} nats" for d in dimensions],
        column_labels=[f"{step:+.3g}" for step in steps],
    )


def interpolations(
    trained: TrainedVae, encodings: Encodings, *, num_pairs: int, num_steps: int, seed: int
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
    share = np.linspace(0.0, 1.0, num_steps)
    start, end = (encodings.z_mean[pairs[:, side], None, :] for side in (0, 1))
    z = start + share[:, None] * (end - start)  # (pairs, steps, latent_dim)
    return _draw(
        _decode(trained, z),
        title=f"Interpolations between test faces - {trained.origin.describe()}",
        caption=(
            "Each row walks in a straight line through the latent space, from the reconstruction "
            "of one test face (left) to that of another (right)."
        ),
        numbers={"test_index": pairs},
        num_columns=num_steps,
        row_labels=[f"pair {index + 1}" for index in range(num_pairs)],
        column_labels=[f"{100 * s:.0f} %" for s in share],
    )


def _decode(trained: TrainedVae, z: Points) -> Images:
    """Gives the faces of z-points (rows, columns, latent_dim), row by row."""
    return pixels.to_uint8(trained.decode(z.reshape(-1, z.shape[-1])))


def _draw(
    tiles: Images,
    *,
    title: str,
    caption: str,
    numbers: Mapping[str, Any],
    num_columns: int,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
) -> FaceSheet:
    image = sheets.draw_sheet(
        list(tiles),
        num_columns=num_columns,
        title=title,
        caption=caption,
        row_labels=row_labels,
        column_labels=column_labels,
    )
    return FaceSheet(image, {"title": title, "caption": caption, **numbers})
