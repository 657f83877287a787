"""The sheet of photos: original, reconstruction and result side by side, with remarks."""

import math

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.errors import excerpt
from latentmaps.faces.dataset import receipts
from latentmaps.faces.sources import picture_sources
from latentmaps.play import additions, contact_sheet
from latentmaps.play.changed_photos import ChangedPhotos
from latentmaps.play.playable_vae import PlayableVae
from latentmaps.vae.pictures import face_sheet

# maximum length of a file name to the left of its row
_NAME_CHARACTERS = 60
# the caption points out an error of more than this many times that of test faces; our choice
_FAR = 1.5

# source of the training faces -> limitation of such a model
_SEEN = {
    "avatars": "This model has seen only drawings, no photos: it turns any photo into a drawing.",
    receipts.DIGITS: "This model has seen only handwritten digits, no faces.",
}
_TERMS = {
    "celeba": "The model was trained on CelebA: for non-commercial research only.",
    "folder": "The model was trained on pictures of your own, whose faces can show in the result.",
}
_CONSENT = "The photos show whoever is in them: ask them before you pass this sheet on."


def draw(
    photos: ChangedPhotos, vae: PlayableVae, *, source: str | None, test_error: float | None
) -> Sheet:
    """Draw a row for each photo.

    Args:
        photos: the photos and their results.
        vae: the VAE that computed them.
        source: source of the training faces, as in ``fetch_faces.source``; None if unknown.
        test_error: RMS error of reconstructed test faces, in levels of 0..255; None if unknown.
    """
    kinds = [photos.originals, photos.reconstructions]
    columns = ["photo", "reconstruction"]
    if photos.results is not None:
        kinds.append(photos.results)
        columns.append("\n".join(map(str, photos.additions)))
    blank = [""] * (len(kinds) - 2)
    return sheets.draw_sheet(
        [image for row in zip(*kinds, strict=True) for image in row],
        num_columns=len(kinds),
        title=f"Photos through the VAE - {vae.origin.describe()}",
        caption=face_sheet.sentences(
            _describe_columns(photos, vae),
            _describe_error(photos, test_error),
            _SEEN.get(source or "", ""),
            _describe_loss(vae),
            _CONSENT,
            _TERMS.get(source or "", ""),
        ),
        row_labels=[_shorten(name) for name in photos.names],
        column_labels=columns,
        tile_labels=[
            label for error in photos.errors for label in ("", f"error {error:.1f}", *blank)
        ],
        scale=contact_sheet.natural_scale(vae.architecture.image_size),
    )


def describe_model(source: str | None) -> str:
    """Return a note about the limits of a model trained on such faces; empty if there are none."""
    return _SEEN.get(source or "", "")


def _shorten(name: str) -> str:
    return excerpt(picture_sources.printable(name), _NAME_CHARACTERS)


def _describe_columns(photos: ChangedPhotos, vae: PlayableVae) -> str:
    height, width, _ = vae.image_shape
    seen = (
        f"From the left: the photo, cropped and scaled for the encoder ({width}x{height} pixels); "
        "the decoded mean of its posterior"
    )
    if photos.results is None:
        return f"{seen}."
    known = ", ".join(
        f"{direction.name} (d' {additions.describe_d_prime(direction)}, "
        f"{direction.num_with:,} training faces)"
        for direction in photos.directions
    )
    return f"{seen}; the same point plus a multiple of the direction of {known}, decoded."


def _describe_error(photos: ChangedPhotos, test_error: float | None) -> str:
    unit = "Error: root mean square difference from the photo, in levels of 0 to 255"
    if test_error is None:
        return f"{unit}."
    far = (
        " A much larger error means that the photo differs from those the model has learned, or "
        "is framed differently: try a --box."
        if photos.errors.max() > _FAR * test_error
        else ""
    )
    return f"{unit}; for test faces, it is {test_error:.1f}.{far}"


def _describe_loss(vae: PlayableVae) -> str:
    """Return a note about what a VAE of this size cannot preserve."""
    num_latent, num_values = vae.architecture.latent_dim, math.prod(vae.image_shape)
    return (
        f"A latent point has {num_latent:,} numbers, an image {num_values:,}. A point can express "
        "lighting, pose and large shapes, but not the details that make a face recognizable, such "
        "as eyes, teeth, skin and strands of hair."
    )
