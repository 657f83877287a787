"""Tuning curves: which random images excite a unit, and which leave it silent.

There is no ascent here: the network responds to random images of each kind and length scale, and
the responses are averaged. In an image of h rows, noise on a grid with k rows of points has spots
of h / k pixels. The response as a function of k is the tuning curve of a unit, which shows the
wavelength that excites the unit.
"""

import numpy as np
import pandas as pd

from latentmaps import seeds
from latentmaps.oips import excitation, start_images
from latentmaps.oips.constraints import Constraint, project_noise
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import Floats
from latentmaps.oips.start_images import StartImageSpec

# number of images of each kind and of each length scale
_NUM_IMAGES = 64
# spot sizes in pixels; a grid has height / spot size rows of points
_SPOT_SIZES = (14, 9.3, 7, 5.6, 4, 2.8, 2, 1.5, 1)


def measure_tuning(
    networks: Networks, image_spec: StartImageSpec, *, constraint: Constraint, seed: int
) -> pd.DataFrame:
    """Measure how strongly random images of each kind and length scale excite each unit.

    Args:
        networks: the network up to the layer.
        image_spec: specification of the random images.
        constraint: constraint onto which the images are projected.
        seed: seed for the images, which are the same for all units.

    Returns:
        One row for each unit and kind of start image, where `num_points` is missing, and one for
        each unit and grid, where `kind` is ``"grid"``. Each row contains the mean response and the
        share of images that leave the unit silent.

    Raises:
        DataError: a kind or a length scale is not available for these images.
    """
    height, width, _ = image_spec.shape
    parts = []
    for kind in start_images.kinds_for(image_spec):
        images = [
            start_images.sample_one(kind, image_spec, seeds.tuning_image(seed, 0, number))
            for number in range(_NUM_IMAGES)
        ]
        parts.append(_responses(networks, images, constraint, kind, None))
    for spot in _SPOT_SIZES:
        grid = round(height / spot), round(width / spot)
        images = [
            start_images.sample_noise(grid, image_spec.shape, seeds.tuning_image(seed, grid[0], n))
            for n in range(_NUM_IMAGES)
        ]
        parts.append(_responses(networks, images, constraint, "grid", grid[0]))
    return pd.concat(parts, ignore_index=True)


def _responses(
    networks: Networks,
    images: list[start_images.StartImage],
    constraint: Constraint,
    kind: str,
    num_points: int | None,
) -> pd.DataFrame:
    projected = project_noise(np.array(images, np.float32), constraint)
    values: Floats = excitation.measure(networks.responses, projected)
    return pd.DataFrame(
        {
            "map_index": np.arange(networks.num_units),
            "kind": kind,
            "num_points": pd.array([num_points] * networks.num_units, dtype="Int64"),
            "activation": values.mean(axis=0),
            "silent_share": (values <= networks.objective.floor).mean(axis=0),
        }
    )
