"""The sheet of attribute arithmetic: attribute directions added to test faces."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps import seeds
from latentmaps.drawing import sheets
from latentmaps.drawing.sheets import Sheet
from latentmaps.errors import DataError
from latentmaps.faces.raw import face_attributes
from latentmaps.params.draw_latent_space import DrawLatentSpace
from latentmaps.vae.latent.attribute_directions import AttributeDirections, Direction
from latentmaps.vae.latent.latent_files import EncodedFaces
from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.network.inference import TrainedVae
from latentmaps.vae.pictures import face_sheet
from latentmaps.vae.pictures.face_sheet import Labels, Points

_FRAME = "#d55e00"


@dataclass(frozen=True)
class AttributedFaces:
    """Faces with known attributes.

    Attributes:
        encodings: the posteriors of n faces.
        attributes: n rows, one boolean column per attribute.
    """

    encodings: Encodings
    attributes: pd.DataFrame


def with_attributes(
    faces: EncodedFaces, known: pd.DataFrame, params: DrawLatentSpace
) -> AttributedFaces:
    """Return faces with the attributes that the section lists.

    Args:
        faces: the encodings of the faces, and their rows in images.npy.
        known: the attributes of all faces; see ``face_attributes.read_attributes``.
        params: the section ``draw_latent_space``.

    Raises:
        DataError, ParamsError: see ``face_attributes.choose``.
    """
    chosen = face_attributes.choose(known, params.attributes, faces.rows)
    return AttributedFaces(faces.encodings, chosen)


def draw(
    trained: TrainedVae,
    directions: AttributeDirections,
    test: AttributedFaces,
    *,
    steps: Points,
    seed: int,
    note: str = "",
    scale: int = 1,
) -> Sheet:
    """Draw two rows per attribute, adding its direction to a face without it and to one with it.

    Args:
        trained: the VAE.
        directions: attribute directions, computed from training faces.
        test: the test faces.
        steps: (num_steps,), multiples of the direction to add.
        seed: seed for choosing the test faces.
        note: a sentence for the end of the caption.
        scale: each pixel of a tile becomes a square with this side length.

    Returns:
        The sheet. If the faces have no attributes, or if no attribute has faces both with and
        without it in the training and test parts, the sheet only states the reason.

    Raises:
        DataError: an attribute of the test faces has no direction.
    """
    title = f"Attribute arithmetic - {trained.origin.describe()}"
    known = [str(name) for name in test.attributes.columns]
    found = _directions(directions, known)
    names = [name for name in known if _has_both(found[name], test)]
    missing = sorted(set(known) - set(names))
    if not names:
        return _draw_reason(title, missing)
    walks = [
        _Walk(found[name], test, seeds.attribute_faces(seed, i)) for i, name in enumerate(names)
    ]
    z = np.concatenate([walk.points(steps) for walk in walks])  # (rows, steps, latent_dim)
    is_start_of_walk = np.isclose(steps, 0.0)
    framed = "; framed: nothing added, the reconstruction itself" if is_start_of_walk.any() else ""
    lengths = ", ".join(f"{name} {found[name].length:.1f}" for name in names)
    left_out = f"Not drawn, because faces with or without it are missing: {', '.join(missing)}."
    return face_sheet.draw(
        list(face_sheet.decode(trained, z)),
        title=title,
        caption=face_sheet.sentences(
            "The direction of an attribute is the mean z of training faces with it minus the mean "
            f"z of those without; their lengths: {lengths}. In each row so many times that "
            f"direction is added to the z of a test face{framed}.",
            left_out if missing else "",
            face_sheet.describe_seed(trained.origin, seed),
            note,
        ),
        numbers={
            "attribute": names,
            "num_with": [found[name].num_with for name in names],
            "num_without": [found[name].num_without for name in names],
            "length": [found[name].length for name in names],
            "test_index": [walk.test_indices for walk in walks],
        },
        num_columns=len(steps),
        labels=Labels(
            rows=[f"{name}: {kind}" for name in names for kind in ("without", "with")],
            columns=face_sheet.signed(steps),
            borders=[_FRAME if is_start else None for is_start in is_start_of_walk] * len(z),
        ),
        scale=scale,
    )


class _Walk:
    """One attribute: its direction, and the two test faces to which it is added."""

    def __init__(
        self, direction: Direction, test: AttributedFaces, generator: np.random.Generator
    ) -> None:
        self._direction = direction.vector
        has = test.attributes[direction.name].to_numpy()
        self.test_indices = [int(generator.choice(np.flatnonzero(kind))) for kind in (~has, has)]
        self._start = test.encodings.z_mean[self.test_indices]

    def points(self, steps: Points) -> npt.NDArray[np.floating]:
        """Return the z-points, (2, num_steps, latent_dim)."""
        return self._start[:, None] + steps[:, None] * self._direction


def _directions(directions: AttributeDirections, names: list[str]) -> dict[str, Direction]:
    found = {direction.name: direction for direction in directions.to_list()}
    for name in names:
        if name not in found:
            raise DataError(
                f"attributes.npz: found no direction of {name}, expected one for each attribute in "
                "the index of the faces; run evaluate_vae again"
            )
    return {name: found[name] for name in names}


def _has_both(direction: Direction, test: AttributedFaces) -> bool:
    """Report whether the training and test parts both have faces with and without an attribute."""
    in_training = min(direction.num_with, direction.num_without) > 0
    return in_training and bool(test.attributes[direction.name].nunique() == 2)


def _draw_reason(title: str, missing: list[str]) -> Sheet:
    reason = "The source of these faces has no attributes (attributes.csv lists none)."
    if missing:
        reason = (
            "No attribute has faces with and without it in both the training and the test part: "
            f"{', '.join(missing)}."
        )
    return sheets.draw_words(title=title, text=f"Nothing to draw: {reason}")
