"""Faces above their reconstructions."""

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
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.network.vae_files import Origin
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Images, Labels

Item = TypeVar("Item")
Rows = npt.NDArray[np.int64]

# behind the seed of the training
_SPOILING = 3


def pick(available: Rows, params: DrawReconstructions) -> Rows:
    """Return entries of `available`, a row of them for each seed, none of them twice.

    The generator is that of the method's source, which draws a face twice now and then; another one
    is drawn for it.

    Args:
        available: (n,).
        params: the seeds, and how many faces a row has.

    Returns:
        (len(row_seeds) * num_columns,); all of `available`, in their order, if there are no more.
    """
    if len(available) <= len(params.row_seeds) * params.num_columns:
        return available
    picked: list[int] = []
    for seed in params.row_seeds:
        generator = seeds.source_rows(seed)
        for drawn in generator.randint(0, len(available), params.num_columns):
            index = int(drawn)
            while index in picked:
                index = int(generator.randint(0, len(available)))
            picked.append(index)
    return available[picked]


@dataclass(frozen=True)
class Reconstructed:
    """Faces and what became of them.

    Attributes:
        rows: (n,), rows of the array of images.
        kinds: what stands in a row of tiles -> the tiles, (n, h, w, c): the face, what the encoder
            read where that was corrupted, the reconstruction.
        mse: (n,), mean squared error of each reconstruction.
        num_columns: faces a row; the last row may be shorter.
        origin: of the VAE.
    """

    rows: Rows
    kinds: dict[str, Images]
    mse: npt.NDArray[np.float64]
    num_columns: int
    origin: Origin


def reconstruct(
    trained: TrainedVae, images: Images, available: Rows, params: DrawReconstructions
) -> Reconstructed:
    """Return some faces and their reconstructions from the posterior mean.

    A VAE that was trained on corrupted images reads corrupted images here, too.

    Args:
        trained: the VAE.
        images: (num_images, h, w, c), uint8.
        available: rows of `images` to pick from.
        params: which of them.
    """
    rows = pick(available, params)
    originals = np.asarray(images[rows])
    read = _spoil(trained.origin, originals)
    decoded = trained.decode(trained.encode(read).z_mean)
    kinds = {"face": originals, "as it was read": read, "reconstruction": pixels.to_uint8(decoded)}
    if trained.origin.corruption == "none":
        del kinds["as it was read"]
    mse = likeness.mean_squared_error(pixels.to_pixels(originals), decoded)
    return Reconstructed(rows, kinds, mse, min(params.num_columns, len(rows)), trained.origin)


def draw(faces: Reconstructed, *, part: str, note: str = "") -> Sheet:
    """Draw rows of faces, each above a row of their reconstructions.

    Args:
        faces: of ``reconstruct``.
        part: the name of the part in the title.
        note: a sentence that the sheet has to carry.
    """
    origin = faces.origin
    spoilt = f" after {origin.corruption} has spoilt them" if len(faces.kinds) > 2 else ""
    blank = [""] * len(faces.rows)
    words = {"face": [f"row {row}" for row in faces.rows]}
    words["reconstruction"] = [f"MSE {mse:.4f}" for mse in faces.mse]
    return face_sheet.draw(
        _row_by_row(faces, faces.kinds, None),
        title=f"Reconstructions of the {part} part - {origin.describe()}",
        caption=face_sheet.sentences(
            "Faces, with their row in images.npy, and below them what the decoder makes of their "
            f"posterior means{spoilt}, with its mean squared error, pixels from 0 to 1. Mean of "
            f"these {len(faces.rows)} faces: {faces.mse.mean():.4f}.",
            note,
        ),
        numbers={"row": faces.rows, "mse": faces.mse},
        num_columns=faces.num_columns,
        labels=Labels(
            rows=[*faces.kinds] * math.ceil(len(faces.rows) / faces.num_columns),
            tiles=_row_by_row(faces, {k: words.get(k, blank) for k in faces.kinds}, ""),
        ),
    )


def draw_strip(faces: Reconstructed) -> Image.Image:
    """Return the first row of faces above their reconstructions, without words."""
    num_columns = faces.num_columns
    rows = [faces.kinds[kind][:num_columns] for kind in ("face", "reconstruction")]
    return sheets.draw_strip(list(np.concatenate(rows)), num_columns=num_columns)


def _row_by_row(
    faces: Reconstructed, kinds: Mapping[str, Iterable[Item]], blank: Item
) -> list[Item]:
    """Return what belongs to the tiles in the order of the sheet: under each row its other kinds.

    Args:
        faces: of ``reconstruct``.
        kinds: what belongs to each of the faces, by kind.
        blank: what fills a row up that is shorter than the others.
    """
    listed = [list(items) for items in kinds.values()]
    places: list[Item] = []
    for first in range(0, len(faces.rows), faces.num_columns):
        for items in listed:
            row = items[first : first + faces.num_columns]
            places += row + [blank] * (faces.num_columns - len(row))
    return places


def _spoil(origin: Origin, images: Images) -> Images:
    """Return the images as the encoder read them while training."""
    if origin.corruption == "none":
        return images
    spoilt = corruption.corrupt(
        pixels.to_pixels(images),
        origin.corruption,
        level=origin.corruption_level,
        seed=[origin.seed, _SPOILING],
    )
    return pixels.to_uint8(np.asarray(spoilt))
