"""Sheets of faces above their reconstructions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps import seeds
from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.images import likeness, pixels
from latentmaps.params.draw_reconstructions import DrawReconstructions
from latentmaps.vae.network import corruption
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.vae_files import Origin
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Images, Labels, Points

Item = TypeVar("Item")
Rows = npt.NDArray[np.int64]

# random stream of the corruption, combined with the seed of the training run
_CORRUPTION_STREAM = 3


def pick(available: Rows, params: DrawReconstructions) -> Rows:
    """Pick distinct entries of `available`, one row of faces for each seed.

    The generator is the one used in R. Moenchmeyer's blog posts (see docs/training.md). If it picks
    a face twice, another face is picked instead.

    Args:
        available: (n,), the entries to pick from.
        params: the seeds, and the number of faces per row.

    Returns:
        (len(row_seeds) * num_columns,); if `available` has no more entries than that, all of them
        in order.
    """
    if len(available) <= len(params.row_seeds) * params.num_columns:
        return available
    picked: list[int] = []
    for seed in params.row_seeds:
        generator = seeds.source_rows(seed)
        for choice in generator.randint(0, len(available), params.num_columns):
            index = int(choice)
            while index in picked:
                index = int(generator.randint(0, len(available)))
            picked.append(index)
    return available[picked]


@dataclass(frozen=True)
class ReconstructedFaces:
    """Faces and their reconstructions.

    Attributes:
        rows: (n,), rows of the array of images.
        kinds: name of a row of tiles -> the tiles, (n, h, w, c): the face, the input of the encoder
            if it was corrupted, and the reconstruction.
        posteriors: posteriors of the faces.
        mse: (n,), mean squared error of each reconstruction.
        num_columns: faces per row; the last row may be shorter.
        origin: the training run of the VAE.
    """

    rows: Rows
    kinds: dict[str, Images]
    posteriors: Encodings
    mse: npt.NDArray[np.float64]
    num_columns: int
    origin: Origin


@dataclass(frozen=True)
class ReconstructionSheets:
    """All pictures of reconstructions.

    Attributes:
        sheets: ``train``, ``test`` and ``sampled``.
        strip: a row of test faces above their reconstructions, without text.
    """

    sheets: Mapping[str, Sheet]
    strip: Image.Image


def draw_all(
    trained: TrainedVae,
    images: Images,
    parts: Mapping[str, Rows],
    params: DrawReconstructions,
    *,
    seed: int,
    note: str = "",
) -> ReconstructionSheets:
    """Draw reconstructions of training and test faces, the latter also from sampled z-points.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8.
        parts: ``train`` and ``test`` -> (n,), int64, rows of `images` in this part.
        params: the section ``draw_reconstructions``.
        seed: seed for sampling z from each posterior.
        note: a sentence for the end of the captions.
    """
    train, test = (reconstruct(trained, images, parts[p], params) for p in ("train", "test"))
    scale = params.tile_scale
    drawn = {
        "train": draw(train, part="training", note=note, scale=scale),
        "test": draw(test, part="test", note=note, scale=scale),
        "sampled": draw_sampled(trained, test, seed=seed, note=note, scale=scale),
    }
    return ReconstructionSheets(drawn, draw_strip(test))


def reconstruct(
    trained: TrainedVae, images: Images, available: Rows, params: DrawReconstructions
) -> ReconstructedFaces:
    """Return some faces and their reconstructions from the posterior means.

    A VAE that was trained on corrupted images also reads corrupted images here.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8.
        available: (n,), int64, rows of `images` to pick from.
        params: the section ``draw_reconstructions``, which says how to pick them.
    """
    rows = pick(available, params)
    originals = np.asarray(images[rows])
    read = _corrupt(trained.origin, originals)
    posteriors = trained.encode(read)
    decoded = trained.decode(posteriors.z_mean)
    kinds = {"face": originals, "as it was read": read, "reconstruction": pixels.to_uint8(decoded)}
    if trained.origin.corruption == "none":
        del kinds["as it was read"]
    return ReconstructedFaces(
        rows=rows,
        kinds=kinds,
        posteriors=posteriors,
        mse=likeness.mean_squared_error(pixels.to_pixels(originals), decoded),
        num_columns=min(params.num_columns, len(rows)),
        origin=trained.origin,
    )


def draw(faces: ReconstructedFaces, *, part: str, note: str = "", scale: int = 1) -> Sheet:
    """Draw rows of faces, each above a row of their reconstructions.

    Args:
        faces: the result of ``reconstruct``.
        part: the name of the part in the title.
        note: a sentence for the end of the caption.
        scale: each pixel of a tile becomes a square with this side length.
    """
    return face_sheet.draw(
        arrange_row_by_row(faces, faces.kinds, None),
        title=f"Reconstructions of the {part} part - {faces.origin.describe()}",
        caption=face_sheet.sentences(
            "Faces, with their row in images.npy, and below them what the decoder makes of their "
            f"posterior means{_after_corruption(faces)}, with its mean squared error, pixels from "
            f"0 to 1. Mean of these {len(faces.rows)} faces: {faces.mse.mean():.4f}.",
            note,
        ),
        numbers={"row": faces.rows, "mse": faces.mse},
        num_columns=faces.num_columns,
        labels=_label(faces, faces.kinds, {"reconstruction": [f"MSE {e:.4f}" for e in faces.mse]}),
        scale=scale,
    )


def draw_sampled(
    trained: TrainedVae, faces: ReconstructedFaces, *, seed: int, note: str = "", scale: int = 1
) -> Sheet:
    """Draw faces above their reconstructions from the posterior mean and from a sampled z.

    Args:
        trained: the VAE.
        faces: the result of ``reconstruct`` for the test part.
        seed: seed of the sampled z. The noise for a face depends only on the seed and the face's
            row in the array.
        note: a sentence for the end of the caption.
        scale: each pixel of a tile becomes a square with this side length.
    """
    decoded = trained.decode(_sample_z(faces, seed=seed))
    originals = pixels.to_pixels(faces.kinds["face"])
    kinds = {"from the mean" if k == "reconstruction" else k: v for k, v in faces.kinds.items()}
    kinds["from a sampled z"] = pixels.to_uint8(decoded)
    psnr_db = {
        "from the mean": likeness.psnr_db(faces.mse),
        "from a sampled z": likeness.psnr_db(likeness.mean_squared_error(originals, decoded)),
    }
    of_mean, of_sample = psnr_db.values()
    return face_sheet.draw(
        arrange_row_by_row(faces, kinds, None),
        title=f"Reconstructions from a sampled z, test part - {faces.origin.describe()}",
        caption=face_sheet.sentences(
            "Faces, with their row in images.npy; below them what the decoder makes of the mean of "
            f"the posterior q(z|x){_after_corruption(faces)}, and of one z drawn from it, as in "
            "each step of the training. They differ because the draw adds the spread of the "
            "posterior, which is what the encoder leaves open: the decoder answers with a face "
            "that is a little different. The mean is free of that noise and, as a rule, nearer "
            "to the face. "
            f"Mean PSNR of these {len(faces.rows)} faces: {of_mean.mean():.1f} dB from the mean, "
            f"{of_sample.mean():.1f} dB from the sampled z.",
            face_sheet.describe_seed(faces.origin, seed),
            note,
        ),
        numbers={"row": faces.rows, "psnr_db": of_mean, "sampled_psnr_db": of_sample},
        num_columns=faces.num_columns,
        labels=_label(
            faces, kinds, {k: [f"PSNR {db:.1f} dB" for db in v] for k, v in psnr_db.items()}
        ),
        scale=scale,
    )


def _sample_z(faces: ReconstructedFaces, *, seed: int) -> Points:
    """Sample one z from each posterior, (n, latent_dim)."""
    sampled = [
        faces.posteriors.select(np.array([index])).sample_z(seed=seed, first=int(row))
        for index, row in enumerate(faces.rows)
    ]
    return np.concatenate(sampled)


def _after_corruption(faces: ReconstructedFaces) -> str:
    corruption = faces.origin.corruption
    return "" if corruption == "none" else f" after {corruption} has corrupted them"


def _label(
    faces: ReconstructedFaces, kinds: Mapping[str, Images], words: Mapping[str, list[str]]
) -> Labels:
    """Label the rows with their kind, and the tiles with their row number or the given words."""
    words = {"face": [f"row {row}" for row in faces.rows], **words}
    blank = [""] * len(faces.rows)
    return Labels(
        rows=[*kinds] * math.ceil(len(faces.rows) / faces.num_columns),
        tiles=arrange_row_by_row(faces, {kind: words.get(kind, blank) for kind in kinds}, ""),
    )


def draw_strip(faces: ReconstructedFaces) -> Image.Image:
    """Draw the first row of faces above their reconstructions, without text."""
    num_columns = faces.num_columns
    rows = [faces.kinds[kind][:num_columns] for kind in ("face", "reconstruction")]
    return sheets.draw_strip(list(np.concatenate(rows)), num_columns=num_columns)


def arrange_row_by_row(
    faces: ReconstructedFaces, kinds: Mapping[str, Iterable[Item]], blank: Item
) -> list[Item]:
    """Arrange one item per tile in sheet order, with the other kinds below each row of faces.

    Args:
        faces: the result of ``reconstruct``.
        kinds: name of a kind -> an item for each face.
        blank: item for the empty places at the end of a shorter row.
    """
    listed = [list(items) for items in kinds.values()]
    places: list[Item] = []
    for first in range(0, len(faces.rows), faces.num_columns):
        for items in listed:
            row = items[first : first + faces.num_columns]
            places += row + [blank] * (faces.num_columns - len(row))
    return places


def _corrupt(origin: Origin, images: Images) -> Images:
    """Return the images with the kind of corruption used in training."""
    if origin.corruption == "none":
        return images
    corrupted = corruption.corrupt(
        pixels.to_pixels(images),
        origin.corruption,
        level=origin.corruption_level,
        seed=[origin.seed, _CORRUPTION_STREAM],
    )
    return pixels.to_uint8(np.asarray(corrupted))
