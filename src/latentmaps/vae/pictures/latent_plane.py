"""The map of a plane in the latent space: a grid of decoded points."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.drawing.sheets import Sheet
from latentmaps.params.draw_latent_space import LARGEST_TILE_OF_A_MAP, DrawLatentSpace
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Images, Labels, Points


@dataclass(frozen=True)
class Plane:
    """A plane in the latent space, or a line if latent_dim is 1.

    Attributes:
        center: (latent_dim,), the point in the middle of the map.
        axes: (1 or 2, latent_dim), one standard deviation along each axis.
        names: names of the axes, for the labels.
        title: title of the map.
        caption: description of the plane.
        variance_share: share of the variance of the posterior means that is in the plane, 0..1.
    """

    center: npt.NDArray[np.floating]
    axes: npt.NDArray[np.floating]
    names: tuple[str, ...]
    title: str
    caption: str
    variance_share: float = 1.0

    def points(self, steps: Points) -> npt.NDArray[np.floating]:
        """Return the points of a grid, (num_rows, num_steps, latent_dim); one row for a line.

        Args:
            steps: (num_steps,), ascending, in standard deviations; from left to right along the
                first axis and from bottom to top along the second.
        """
        right = steps[:, None] * self.axes[0]
        if len(self.axes) == 1:
            return (self.center + right)[None]
        return self.center + right + steps[::-1, None, None] * self.axes[1]


def choose(encodings: Encodings) -> Plane:
    """Choose the plane to map: the whole latent space, or the plane of largest variance.

    Args:
        encodings: the posteriors of at least 2 images.

    Returns:
        For one or two latent dimensions, the whole latent space, in standard deviations of the
        prior. For more dimensions, the plane through the mean of the aggregate posterior along the
        two leading principal axes of the posterior means, in standard deviations of the posterior
        means along each axis.
    """
    latent_dim = encodings.z_mean.shape[1]
    if latent_dim <= 2:
        return _whole_space(latent_dim)
    means = encodings.z_mean.astype(np.float64)
    center = means.mean(axis=0)
    axes, shares = latent_geometry.principal_axes(means)
    leading = axes[:, :2].T
    spread = ((means - center) @ leading.T).std(axis=0)
    held = float(shares[:2].sum())
    return Plane(
        center=center,
        axes=leading * spread[:, None],
        names=("axis 1", "axis 2"),
        title="Map of the plane in which the z-points of test faces vary most",
        caption=(
            f"a plane of the latent space: through the mean of q(z) over the {len(means)} test "
            "faces, along the two principal axes on which their posterior means vary most "
            f"({100 * held:.0f} % of their variance). Axis 1 leads to the right, axis 2 upwards; "
            "the labels count standard deviations of the posterior means along each axis, "
            f"{spread[0]:.2f} and {spread[1]:.2f} in z."
        ),
        variance_share=held,
    )


def _whole_space(latent_dim: int) -> Plane:
    """Return the plane of a two-dimensional latent space, or the line of a one-dimensional one."""
    upwards = ", z[1] upwards" if latent_dim == 2 else ""
    return Plane(
        center=np.zeros(latent_dim),
        axes=np.eye(latent_dim),
        names=("z[0]", "z[1]")[:latent_dim],
        title=f"Map of the latent {'plane' if latent_dim == 2 else 'line'}",
        caption=(
            f"the whole latent space: z[0] leads to the right{upwards}; the labels count standard "
            "deviations of the prior."
        ),
    )


def draw(
    trained: TrainedVae, encodings: Encodings, params: DrawLatentSpace, *, note: str = ""
) -> Sheet:
    """Draw the decoded points of a plane, or of a line, as a map.

    Args:
        trained: the VAE.
        encodings: the posteriors of at least 2 images.
        params: the section ``draw_latent_space``.
        note: a sentence for the end of the caption, such as a warning about real people. If there
            are few faces, the plane passes close to some of them.
    """
    limit = params.traversal_limit
    steps = np.linspace(-limit, limit, params.plane_steps)
    plane = choose(encodings)
    z = plane.points(steps)  # (rows, steps, latent_dim)
    # decode one row at a time: all tiles of a large map at once would exhaust the memory
    tiles = [reduce_image(image) for row in z for image in face_sheet.decode(trained, row)]
    edge, full_edge = tiles[0].shape[0], trained.architecture.image_size
    # round to a hundredth of the limit's leading digit: 30 columns have no room for more digits
    labels = face_sheet.signed(np.round(steps, 2 - math.floor(math.log10(limit))))
    return face_sheet.draw(
        tiles,
        title=f"{plane.title} - {trained.origin.describe()}",
        caption=face_sheet.sentences(
            f"Each tile is what the decoder makes of one point of {plane.caption} From tile to "
            "tile one face turns into another; none of them is a reconstruction.",
            f"The tiles are reduced to {edge} pixels." if edge < full_edge else "",
            note,
        ),
        numbers={"steps": steps, "variance_share": plane.variance_share},
        num_columns=len(steps),
        labels=Labels(
            rows=[f"{plane.names[1]}: {label}" for label in labels[::-1]] if len(z) > 1 else None,
            columns=[f"{plane.names[0]}:\n{label}" for label in labels],
        ),
        scale=params.tile_scale,
    )


def reduce_image(image: Images) -> Images:
    """Reduce an image to at most 128 pixels per side by averaging squares of pixels.

    Args:
        image: (h, w, c), uint8; a smaller one is returned unchanged.
    """
    factor = math.ceil(max(image.shape[:2]) / LARGEST_TILE_OF_A_MAP)
    # Pillow expects gray images without a channel axis
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).reduce(factor)
    return np.asarray(picture).reshape(picture.height, picture.width, -1)
