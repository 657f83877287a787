"""Faces from random points of the latent space."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.images import likeness, pixels
from latentmaps.vae.latent import samplers
from latentmaps.vae.latent.samplers import Mixture, Sampler
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Images, Labels

_NUM_COLUMNS = 8
_NAMES = {
    "prior": "z ~ N(0, I)",
    "gaussian": "z ~ Gaussian fitted to the z-points of training faces",
    "mixture": "z ~ mixture of Gaussians fitted to the z-points of training faces",
}
_ONE_GAUSSIAN = (
    " Several Gaussians would fit unseen faces no better than one, so the mixture has one part: "
    "these are the faces of the Gaussian."
)
_SAME = "drawn with the same random numbers in every experiment of this seed and latent_dim"


@dataclass(frozen=True)
class Processing:
    """What Pillow does to a face that is shown, never to one that is measured.

    Attributes:
        radius: of the unsharp mask, pixels.
        percent: strength of the unsharp mask.
        contrast: factor on the distance from the mean gray of the face.
    """

    radius: float
    percent: int
    contrast: float

    def apply(self, faces: Images) -> Images:
        """Gives the faces, (n, h, w, c), uint8, sharpened and with the other contrast."""
        return np.stack([self._apply(face) for face in faces])

    def describe(self) -> str:
        """Gives it in words."""
        return (
            f"sharpened (unsharp mask, radius {self.radius:g}, {self.percent} %), contrast times "
            f"{self.contrast:g}"
        )

    def _apply(self, face: Images) -> Images:
        # Pillow takes gray pictures without an axis for the channel
        picture = Image.fromarray(face[..., 0] if face.shape[-1] == 1 else face)
        mask = ImageFilter.UnsharpMask(self.radius, self.percent, threshold=0)
        enhanced = ImageEnhance.Contrast(picture.filter(mask)).enhance(self.contrast)
        return np.asarray(enhanced).reshape(face.shape)


@dataclass(frozen=True)
class RandomFaces:
    """Faces of one sampler.

    Attributes:
        trained: the VAE.
        name: of the sampler: prior, gaussian or mixture.
        images: (n, h, w, c), uint8, as the decoder gives them.
        is_one_gaussian: the sampler is a mixture of one part.
    """

    trained: TrainedVae
    name: str
    images: Images
    is_one_gaussian: bool = False


def sample(
    trained: TrainedVae, name: str, sampler: Sampler, *, num_faces: int, seed: int
) -> RandomFaces:
    """Gives random faces; face i depends on the sampler and (seed, i) alone."""
    latent_dim = trained.architecture.latent_dim
    z = samplers.draw(sampler, num_faces, latent_dim, seed=seed)
    is_one_gaussian = isinstance(sampler, Mixture) and len(sampler.weights) == 1
    return RandomFaces(trained, name, face_sheet.decode(trained, z), is_one_gaussian)


def draw(faces: RandomFaces, processing: Processing | None = None) -> Sheet:
    """Gives the sheet.

    Args:
        faces: of ``sample``.
        processing: of every face; None shows them as they are.
    """
    shown = faces.images if processing is None else processing.apply(faces.images)
    done = "as the decoder gives them" if processing is None else processing.describe()
    processed = "" if processing is None else ", post-processed"
    return face_sheet.draw(
        list(shown),
        title=f"Random faces, {_NAMES[faces.name]}{processed} - {faces.trained.origin.describe()}",
        caption=(
            f"{len(shown)} faces that do not exist, {done}: each tile is the decoder's answer to a "
            f"random point of the latent space, {_SAME}."
            + (_ONE_GAUSSIAN if faces.is_one_gaussian else "")
        ),
        numbers={
            "num_samples": len(shown),
            "sharpness": likeness.sharpness(pixels.to_pixels(shown)).mean(),
        },
        num_columns=_NUM_COLUMNS,
    )


def draw_strip(faces: RandomFaces) -> Image.Image:
    """Gives the first row of the faces, without words."""
    return sheets.draw_strip(list(faces.images[:_NUM_COLUMNS]), num_columns=_NUM_COLUMNS)


def draw_temperatures(
    trained: TrainedVae, sampler: Sampler, temperatures: Sequence[float], *, seed: int
) -> Sheet:
    """Gives a row of the same faces for each temperature.

    Args:
        trained: the VAE.
        sampler: the prior.
        temperatures: factors on the spread of the points.
        seed: of the points.
    """
    latent_dim = trained.architecture.latent_dim
    z = np.stack(
        [
            samplers.draw(sampler, _NUM_COLUMNS, latent_dim, seed=seed, temperature=temperature)
            for temperature in temperatures
        ]
    )  # (temperatures, faces, latent_dim)
    tiles = face_sheet.decode(trained, z)
    sharpness = likeness.sharpness(pixels.to_pixels(tiles)).reshape(z.shape[:2]).mean(axis=1)
    return face_sheet.draw(
        list(tiles),
        title=f"Random faces, z ~ N(0, I) times a temperature - {trained.origin.describe()}",
        caption=(
            f"In each column one random point of the latent space, {_SAME}; in each row its "
            "distance from the origin is multiplied by the temperature. Near 0 all faces become "
            "the same plain one; far above 1 they fall apart."
        ),
        numbers={"temperature": temperatures, "sharpness": sharpness},
        num_columns=_NUM_COLUMNS,
        labels=Labels(rows=[f"temperature {temperature:g}" for temperature in temperatures]),
    )
