"""The training film: a row for each epoch, which shows how the faces emerge."""

import itertools

from latentmaps.drawing.sheets import Sheet
from latentmaps.vae.network.film_file import Film
from latentmaps.vae.network.vae_files import Origin
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Labels

# pixels; smaller images are enlarged to about the size of the faces in the profile ``sample``
_TILE_SIZE = 96


def draw(film: Film, origin: Origin, *, note: str = "") -> Sheet:
    """Draw validation faces above their reconstructions, with random faces on the right.

    Args:
        film: the training film.
        origin: the training run of the VAE.
        note: a sentence for the end of the caption.
    """
    num_faces, num_points = len(film.faces), film.random.shape[1]
    frames = zip(film.reconstructions, film.random, strict=True)
    tiles = [*film.faces, *[None] * num_points, *itertools.chain(*itertools.chain(*frames))]
    return face_sheet.draw(
        tiles,
        num_columns=num_faces + num_points,
        title=f"From epoch to epoch - {origin.describe()}",
        caption=face_sheet.sentences(
            "Faces of the validation part, and after each epoch what the decoder makes of the "
            f"means of their posteriors{_after_corruption(origin)} and of the same {num_points} "
            "random points of the prior, all in the number format of the training.",
            _describe_choice(film),
            _describe_weights(film, origin),
            note,
        ),
        numbers={"row": film.rows, "epoch": film.epochs},
        labels=Labels(
            rows=["faces", *(f"epoch {epoch}" for epoch in film.epochs)],
            columns=[
                *(f"row {row}" for row in film.rows),
                *(f"point {index + 1}" for index in range(num_points)),
            ],
        ),
        scale=max(1, _TILE_SIZE // max(film.faces.shape[1:3])),
    )


def _after_corruption(origin: Origin) -> str:
    if origin.corruption == "none":
        return ""
    return f", after {origin.corruption} has corrupted the input of the encoder,"


def _describe_choice(film: Film) -> str:
    """Return a sentence about epochs without a row; empty if every epoch has a row."""
    shown, last = len(film.epochs), film.epochs[-1]
    return "" if shown == last else f"Of {last} epochs {shown} are shown, evenly spread."


def _describe_weights(film: Film, origin: Origin) -> str:
    """Return a sentence about the epoch of the weights; empty if it is the last one."""
    if origin.epochs == film.epochs[-1]:
        return ""
    return f"The trained network has the weights of epoch {origin.epochs}, the best."
