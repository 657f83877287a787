"""Walks through the latent space: along its dimensions, between faces, towards an attribute."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps import seeds
from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.faces.raw import face_attributes
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.vae.latent import latent_geometry
from latentmaps.vae.latent.latent_files import EncodedFaces
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Labels, Points

_FRAME = "#d55e00"


@dataclass(frozen=True)
class AttributedFaces:
    """Faces of which is known what they show.

    Attributes:
        encodings: the posteriors of n faces.
        attributes: n rows, a column of booleans for each attribute.
    """

    encodings: Encodings
    attributes: pd.DataFrame


def with_attributes(
    faces: EncodedFaces, known: pd.DataFrame, params: DrawLatentSpace
) -> AttributedFaces:
    """Return faces with the attributes that the section names.

    Args:
        faces: encodings, and their rows in images.npy.
        known: the attributes of all faces, see ``face_attributes.read_attributes``.
        params: names the attributes.

    Raises:
        DataError, ParamsError: see ``face_attributes.choose``.
    """
    chosen = face_attributes.choose(known, params.attributes, faces.rows)
    return AttributedFaces(faces.encodings, chosen)


def draw_all(
    trained: TrainedVae,
    train: AttributedFaces,
    test: AttributedFaces,
    params: DrawLatentSpace,
    *,
    seed: int,
    note: str = "",
) -> dict[str, Sheet]:
    """Draw every walk through the latent space.

    Args:
        trained: the VAE.
        train: give the direction of each attribute.
        test: walk.
        params: how far the walks lead, and in how many steps.
        seed: decides which faces walk.
        note: a sentence that the sheets with faces of people have to carry.

    Returns:
        The sheets ``interpolations``, ``traversals`` and ``attributes``.

    Raises:
        DataError: there are fewer than 2 test faces.
    """
    steps = np.linspace(-1.0, 1.0, params.num_steps)
    return {
        "interpolations": draw_interpolations(
            trained,
            test.encodings,
            num_pairs=params.num_pairs,
            num_steps=params.num_steps,
            seed=seed,
            note=note,
        ),
        "traversals": draw_traversals(
            trained,
            test.encodings,
            num_dimensions=params.num_dimensions,
            steps=params.traversal_limit * steps,
        ),
        "attributes": draw_attributes(
            trained, train, test, steps=params.attribute_limit * steps, seed=seed, note=note
        ),
    }


def draw_traversals(
    trained: TrainedVae, encodings: Encodings, *, num_dimensions: int, steps: Points
) -> Sheet:
    """Draw a row for each of the dimensions with the most KL: one coordinate walks, others rest.

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
    return face_sheet.draw(
        list(face_sheet.decode(trained, z)),
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
        labels=Labels(
            rows=[f"z[{d}]  {kl_nats[d]:.2f} nats" for d in dimensions],
            columns=_signed(steps),
        ),
    )


def draw_interpolations(
    trained: TrainedVae,
    encodings: Encodings,
    *,
    num_pairs: int,
    num_steps: int,
    seed: int,
    note: str = "",
) -> Sheet:
    """Draw a row for each pair of images: the arc from one posterior mean to the other.

    Args:
        trained: the VAE.
        encodings: posteriors of at least 2 images.
        num_pairs: rows.
        num_steps: columns, both ends included.
        seed: decides which images make a pair.
        note: a sentence that the sheet has to carry.

    Raises:
        DataError: there are fewer than 2 images.
    """
    pairs = latent_geometry.draw_pairs(len(encodings.z_mean), num_pairs, seed=seed)  # (pairs, 2)
    shares = np.linspace(0.0, 1.0, num_steps)
    start, end = (encodings.z_mean[pairs[:, side]] for side in (0, 1))
    z = latent_geometry.walk_spherically(start, end, shares)  # (pairs, steps, latent_dim)
    return face_sheet.draw(
        list(face_sheet.decode(trained, z)),
        title=f"Interpolations between test faces - {trained.origin.describe()}",
        caption=face_sheet.sentences(
            "Each row walks on an arc around the origin of the latent space, from the "
            "reconstruction of one test face (left) to that of another (right).",
            note,
        ),
        numbers={"test_index": pairs},
        num_columns=num_steps,
        labels=Labels(
            rows=[f"pair {index + 1}" for index in range(num_pairs)],
            columns=[f"{100 * share:.0f} %" for share in shares],
        ),
    )


def _signed(steps: Points) -> list[str]:
    return ["0" if np.isclose(step, 0.0) else f"{step:+.3g}" for step in steps]


def draw_attributes(
    trained: TrainedVae,
    train: AttributedFaces,
    test: AttributedFaces,
    *,
    steps: Points,
    seed: int,
    note: str = "",
) -> Sheet:
    """Draw two rows for each attribute: a test face without and one with it walk along it.

    Args:
        trained: the VAE.
        train: give the direction of each attribute.
        test: walk.
        steps: (num_steps,), how many times the direction is added.
        seed: decides which faces walk.
        note: a sentence that the sheet has to carry.

    Returns:
        The sheet; where the faces have no attributes, or none of them stands for both kinds of
        faces, one that says so in words.
    """
    title = f"Attribute arithmetic - {trained.origin.describe()}"
    known = [str(name) for name in train.attributes.columns]
    names = [name for name in known if _has_both(train, name) and _has_both(test, name)]
    missing = sorted(set(known) - set(names))
    if not names:
        return _say_why_not(title, missing)
    walks = [
        _Walk(train, test, name, seeds.attribute_faces(seed, i)) for i, name in enumerate(names)
    ]
    z = np.concatenate([walk.points(steps) for walk in walks])  # (rows, steps, latent_dim)
    is_start_of_walk = np.isclose(steps, 0.0)
    framed = "; framed: nothing added, the reconstruction itself" if is_start_of_walk.any() else ""
    lengths = ", ".join(
        f"{name} {walk.length:.1f}" for name, walk in zip(names, walks, strict=True)
    )
    left_out = f"Not drawn, for want of faces with and without: {', '.join(missing)}."
    return face_sheet.draw(
        list(face_sheet.decode(trained, z)),
        title=title,
        caption=face_sheet.sentences(
            "The direction of an attribute is the mean z of training faces with it minus the mean "
            f"z of those without; their lengths: {lengths}. In each row so many times that "
            f"direction is added to the z of a test face{framed}.",
            left_out if missing else "",
            note,
        ),
        numbers={
            "attribute": names,
            "num_with": [int(train.attributes[name].sum()) for name in names],
            "num_without": [int((~train.attributes[name]).sum()) for name in names],
            "length": [walk.length for walk in walks],
            "test_index": [walk.test_indices for walk in walks],
        },
        num_columns=len(steps),
        labels=Labels(
            rows=[f"{name}: {kind}" for name in names for kind in ("without", "with")],
            columns=_signed(steps),
            borders=[_FRAME if is_start else None for is_start in is_start_of_walk] * len(z),
        ),
    )


class _Walk:
    """One attribute: its direction, and the test faces to which it is added."""

    def __init__(
        self,
        train: AttributedFaces,
        test: AttributedFaces,
        name: str,
        generator: np.random.Generator,
    ) -> None:
        self.direction = latent_geometry.attribute_direction(
            train.encodings.z_mean, train.attributes[name].to_numpy()
        )
        has = test.attributes[name].to_numpy()
        self.test_indices = [int(generator.choice(np.flatnonzero(k))) for k in (~has, has)]
        self.length = float(np.linalg.norm(self.direction))
        self._start = test.encodings.z_mean[self.test_indices]

    def points(self, steps: Points) -> npt.NDArray[np.floating]:
        """Return the z-points, (2, num_steps, latent_dim)."""
        return self._start[:, None] + steps[:, None] * self.direction


def _has_both(faces: AttributedFaces, name: str) -> bool:
    return bool(faces.attributes[name].nunique() == 2)


def _say_why_not(title: str, missing: list[str]) -> Sheet:
    reason = "The source of these faces knows no attributes (attributes.csv has none)."
    if missing:
        reason = (
            "No attribute has faces with and without it in both the training and the test part: "
            f"{', '.join(missing)}."
        )
    return sheets.draw_words(title=title, text=f"Nothing to draw: {reason}")
