"""What the explorer knows of the latent space: directions, samplers, and points to start from.

The page keeps one point z. Its sliders move z along directions that stand here, its map and its
dice put z somewhere else, and the decoder in the page shows what z is. Arrays are whole numbers
times a scale, which costs a half or a quarter of their size and less than a level of the picture:
int16, and int8 for the centers of windows, whose own noise is far larger than the rounding.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentmaps.explorer import packing
from latentmaps.faces.raw import face_attributes
from latentmaps.params.draw_samples import DrawSamples
from latentmaps.vae.latent import attribute_directions, latent_geometry, subset
from latentmaps.vae.latent.latent_files import EncodedFaces, Latents
from latentmaps.vae.latent.samplers import Sampler

Array = npt.NDArray[np.floating]

NUM_COMPONENTS = 8
# test faces to start from, dots of training faces on the map, windows around training faces; more
# would only make the page larger
MOST_TEST_FACES, MOST_DOTS, MOST_WINDOWS = 400, 600, 2400
# an attribute is named beside a direction from this correlation on, a tenth of its variance; own
# choice: by chance alone 2,400 faces reach 0.04, 100 faces 0.2
LEAST_CORRELATION = 0.3
_MOST_NAMED = 2


def describe(
    latents: Latents,
    known: pd.DataFrame,
    params: DrawSamples,
    *,
    shape: tuple[int, int, int],
    are_digits: bool,
    seed: int,
) -> dict[str, Any]:
    """Return the data of the faces' part of the page, ready for JSON.

    Args:
        latents: encodings, samplers, directions of attributes.
        known: the attributes of all faces, see ``face_attributes.read_attributes``.
        params: how the sheets of processed faces are sharpened.
        shape: (h, w, c) of a picture.
        are_digits: whether the VAE has learned digits, which the page calls images.
        seed: decides which faces stand on the page, where there are more than it takes.

    Raises:
        DataError: the attributes are those of fewer faces.
    """
    names = [str(name) for name in known.columns]
    train = face_attributes.choose(known, names, latents.train.rows)
    test = _some(latents.test, MOST_TEST_FACES, seed)
    dots = _some(latents.train, MOST_DOTS, seed)
    mean, covariance = latents.train.encodings.moments()
    axes, variances = latent_geometry.axes_of_covariance(covariance)
    axes = axes[:, :NUM_COMPONENTS].T  # (components, latent_dim)
    return {
        "noun": "image" if are_digits else "face",
        "shape": shape,
        "latent_dim": len(mean),
        "mean": pack(mean),
        "components": _describe_components(latents.train, train, axes, variances),
        "dimensions": _describe_dimensions(latents, train),
        "attributes": _describe_attributes(latents, train),
        "least_correlation": LEAST_CORRELATION,
        "test": {
            "z": pack(test.encodings.z_mean),
            "rows": test.rows.tolist(),
            "num_faces": len(latents.test.rows),
        },
        # places on the map, standard deviations of the first two components
        "dots": pack((dots.encodings.z_mean - mean) @ axes[:2].T / np.sqrt(variances[:2])),
        "shown": {
            str(name): "".join("01"[int(has)] for has in values)
            for name, values in known.iloc[np.concatenate([test.rows, dots.rows])].items()
        },
        "samplers": [_describe_sampler(one, seed) for one in latents.samplers.values()],
        "look": {
            "radius": params.sharpen_radius,
            "percent": params.sharpen_percent,
            "contrast": params.contrast,
        },
    }


def _some(faces: EncodedFaces, at_most: int, seed: int) -> EncodedFaces:
    chosen = subset.sample(np.arange(len(faces.rows)), at_most, seed=seed)
    return EncodedFaces(faces.rows[chosen], faces.encodings.select(chosen))


def _describe_components(
    faces: EncodedFaces, attributes: pd.DataFrame, axes: Array, variances: Array
) -> dict[str, Any]:
    found = correlate(faces.encodings.z_mean @ axes.T, attributes)
    return {
        "axes": pack(axes),
        "each": [
            {
                "number": index + 1,
                "std": math.sqrt(variances[index]),
                "moves": moves,
            }
            for index, moves in enumerate(found)
        ],
    }


def _describe_dimensions(latents: Latents, attributes: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the dimensions with the most KL over test faces, as the sheet of traversals has."""
    kl_nats = latents.test.encodings.kl_per_dimension()
    chosen = np.argsort(kl_nats, kind="stable")[::-1][:NUM_COMPONENTS]
    found = correlate(latents.train.encodings.z_mean[:, chosen], attributes)
    return [
        {"index": int(index), "kl_nats": float(kl_nats[index]), "moves": moves}
        for index, moves in zip(chosen, found, strict=True)
    ]


def correlate(values: Array, attributes: pd.DataFrame) -> list[list[dict[str, Any]]]:
    """Return for each column of values the attributes with which it goes, the clearest first.

    Args:
        values: (n, k), a coordinate of n faces in each column.
        attributes: n rows, a column of booleans for each attribute.

    Returns:
        k lists of at most 2 attributes with ``name`` and ``r``, Pearson's correlation, of a size
        of at least 0.3.
    """
    has = attributes.to_numpy(np.float64)
    has, columns = (array - array.mean(axis=0) for array in (has, values.astype(np.float64)))
    lengths = np.linalg.norm(columns, axis=0)[:, None] * np.linalg.norm(has, axis=0)
    r = np.divide(columns.T @ has, lengths, out=np.zeros_like(lengths), where=lengths > 0.0)
    order = np.argsort(-np.abs(r), axis=1, kind="stable")[:, :_MOST_NAMED]
    names = [_spoken(name) for name in attributes.columns]
    return [
        [
            {"name": names[at], "r": float(row[at])}
            for at in best
            if abs(row[at]) >= LEAST_CORRELATION
        ]
        for row, best in zip(r, order, strict=True)
    ]


def _describe_attributes(latents: Latents, train: pd.DataFrame) -> dict[str, Any]:
    """Return the attributes that can be told along their direction, and which are left out."""
    clear, left_out = [], []
    for one in latents.attributes.each():
        if one.has_enough_faces and one.is_clear:
            clear.append(one)
        else:
            d_prime = None if math.isnan(one.d_prime) else one.d_prime
            left_out.append({"name": _spoken(one.name), "d_prime": d_prime})
    clear.sort(key=lambda one: -one.d_prime)
    z = latents.train.encodings.z_mean.astype(np.float64)
    each = []
    for one in clear:
        without = z[~train[one.name].to_numpy()].mean(axis=0)
        each.append(
            {
                "key": one.name,
                "name": _spoken(one.name),
                "d_prime": one.d_prime,
                # where the faces without it lie along the direction, in multiples of it
                "without": float(without @ one.vector / (one.vector @ one.vector)),
            }
        )
    return {
        "directions": pack(np.stack([one.vector for one in clear])) if clear else None,
        "each": each,
        "left_out": left_out,
        "least_d_prime": attribute_directions.LEAST_D_PRIME,
        "fewest_faces": attribute_directions.FEWEST_FACES,
    }


def _spoken(name: Any) -> str:
    return str(name).replace("_", " ")


def _describe_sampler(sampler: Sampler, seed: int) -> dict[str, Any]:
    """Return a sampler as the one formula that the page has for all of them.

    Its points are mean + temperature (center - mean + factor noise), ``Sampler.place``. None stands
    for zeros, for the identity, for a center that is the mean.
    """
    values: Mapping[str, Array] = {name: getattr(sampler, name) for name in sampler.axes}
    mean, centers, num_centers = values.get("mean"), values.get("centers"), 0
    if centers is not None:
        mean, num_centers = centers.mean(axis=0, dtype=np.float64), len(centers)
        centers = centers[subset.sample(np.arange(len(centers)), MOST_WINDOWS, seed=seed)]
    factor = None
    if "covariance" in values:
        lower = np.linalg.cholesky(values["covariance"])
        factor = pack(lower[np.tril_indices(len(lower))])
    return {
        "name": sampler.name,
        "label": sampler.name.capitalize(),
        "words": " ".join(filter(None, [f"{sampler.words}.", sampler.note()])),
        "mean": None if mean is None else pack(mean),
        "factor": factor,
        "centers": None if centers is None else pack(centers, np.int8),
        "num_centers": num_centers,
    }


def pack(array: Array, kind: type[np.signedinteger] = np.int16) -> dict[str, Any]:
    """Return an array as the page reads it: integers, gzipped, in base64, and what one of them is.

    Args:
        array: any shape, finite.
        kind: np.int16 or np.int8; the largest value becomes the largest integer.
    """
    largest = float(np.abs(array).max(initial=0.0))
    scale = largest / np.iinfo(kind).max or 1.0
    integers = np.round(array.astype(np.float64) / scale).astype(np.dtype(kind).newbyteorder("<"))
    return {
        "shape": array.shape,
        "scale": scale,
        "type": np.dtype(kind).name,
        "data": packing.to_text(integers.tobytes()),
    }
