"""Paths through the latent space: along its dimensions, between faces, and toward an attribute."""

import numpy as np

from latentmaps.drawing.sheets import Sheet
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.latent.attribute_directions import AttributeDirections
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import attribute_sheet, face_sheet, latent_plane
from latentmaps.vae.pictures.attribute_sheet import AttributedFaces
from latentmaps.vae.pictures.face_sheet import Labels, Points


def draw_all(
    trained: TrainedVae,
    directions: AttributeDirections,
    test: AttributedFaces,
    params: DrawLatentSpace,
    *,
    seed: int,
    note: str = "",
) -> dict[str, Sheet]:
    """Draw every path through the latent space, and the map of a plane.

    Args:
        trained: the VAE.
        directions: attribute directions, computed from training faces.
        test: the test faces that are changed.
        params: the section ``draw_latent_space``.
        seed: seed for choosing the test faces.
        note: a sentence for the end of the captions of sheets that show people.

    Returns:
        The sheets ``interpolations``, ``traversals``, ``attributes`` and ``plane``.

    Raises:
        DataError: there are fewer than 2 test faces.
    """
    steps, scale = np.linspace(-1.0, 1.0, params.num_steps), params.tile_scale
    return {
        "interpolations": draw_interpolations(
            trained,
            test.encodings,
            num_pairs=params.num_pairs,
            num_steps=params.num_steps,
            seed=seed,
            note=note,
            scale=scale,
        ),
        "traversals": draw_traversals(
            trained,
            test.encodings,
            num_dimensions=params.num_dimensions,
            steps=params.traversal_limit * steps,
            scale=scale,
        ),
        "attributes": attribute_sheet.draw(
            trained,
            directions,
            test,
            steps=params.attribute_limit * steps,
            seed=seed,
            note=note,
            scale=scale,
        ),
        "plane": latent_plane.draw(trained, test.encodings, params, note=note),
    }


def draw_traversals(
    trained: TrainedVae,
    encodings: Encodings,
    *,
    num_dimensions: int,
    steps: Points,
    scale: int = 1,
) -> Sheet:
    """Draw a row for each of the dimensions with the most KL, varying one coordinate at a time.

    Args:
        trained: the VAE.
        encodings: posteriors of some images. The coordinates that do not vary stay at the mean of
            the posterior means.
        num_dimensions: maximum number of rows.
        steps: (num_steps,), the values of the coordinate that varies.
        scale: each pixel of a tile becomes a square with this side length.
    """
    kl_nats = encodings.kl_per_dimension()
    dimensions = np.argsort(kl_nats, kind="stable")[::-1][:num_dimensions]
    z = np.tile(encodings.z_mean.mean(axis=0), (len(dimensions), len(steps), 1))
    z[np.arange(len(dimensions))[:, None], np.arange(len(steps)), dimensions[:, None]] = steps
    return face_sheet.draw(
        list(face_sheet.decode(trained, z)),
        title=(
            f"Traversals of the {_count(len(dimensions))} with the most KL - "
            f"{trained.origin.describe()}"
        ),
        caption=(
            f"In each row one coordinate of z walks from {steps[0]:g} to {steps[-1]:g}, standard "
            "deviations of the prior; the others stay at the mean over the test faces."
        ),
        numbers={"dimension": dimensions, "kl_nats": kl_nats[dimensions]},
        num_columns=len(steps),
        labels=Labels(
            rows=[f"z[{d}]  {kl_nats[d]:.2f} nats" for d in dimensions],
            columns=face_sheet.signed(steps),
        ),
        scale=scale,
    )


def _count(num_dimensions: int) -> str:
    return "dimension" if num_dimensions == 1 else f"{num_dimensions} dimensions"


def draw_interpolations(
    trained: TrainedVae,
    encodings: Encodings,
    *,
    num_pairs: int,
    num_steps: int,
    seed: int,
    note: str = "",
    scale: int = 1,
) -> Sheet:
    """Draw a row for each pair of images: the arc from one posterior mean to the other.

    Args:
        trained: the VAE.
        encodings: posteriors of at least 2 images.
        num_pairs: number of rows.
        num_steps: number of columns, including both ends.
        seed: seed for choosing the pairs.
        note: a sentence for the end of the caption.
        scale: each pixel of a tile becomes a square with this side length.

    Raises:
        DataError: there are fewer than 2 images.
    """
    pairs = latent_geometry.sample_pairs(len(encodings.z_mean), num_pairs, seed=seed)  # (pairs, 2)
    shares = np.linspace(0.0, 1.0, num_steps)
    start, end = (encodings.z_mean[pairs[:, side]] for side in (0, 1))
    z = latent_geometry.interpolate_spherically(start, end, shares)  # (pairs, steps, latent_dim)
    return face_sheet.draw(
        list(face_sheet.decode(trained, z)),
        title=f"Interpolations between test faces - {trained.origin.describe()}",
        caption=face_sheet.sentences(
            "Each row walks on an arc around the origin of the latent space, from the "
            "reconstruction of one test face (left) to that of another (right).",
            face_sheet.describe_seed(trained.origin, seed),
            note,
        ),
        numbers={"test_index": pairs},
        num_columns=num_steps,
        labels=Labels(
            rows=[f"pair {index + 1}" for index in range(num_pairs)],
            columns=[f"{100 * share:.0f} %" for share in shares],
        ),
        scale=scale,
    )
