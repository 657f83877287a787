"""Describe the latent space for the explorer: directions, samplers and starting points.

The state of the page is one latent point z. Sliders move z along the directions described here,
the map and the random faces replace z, and the decoder in the page shows the face at z. Arrays are
stored as integers times a scale: int16, or int8 for the centers of the Parzen windows, whose noise
is far larger than the rounding error. This takes half or a quarter of the bytes of float32 and
changes a picture by less than one level.
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
# limits on the numbers of test faces to start from, training faces on the map, and windows around
# training faces; higher limits would only make the page larger
MOST_TEST_FACES, MOST_DOTS, MOST_WINDOWS = 400, 600, 2400
# Smallest correlation at which an attribute is named next to a direction; it explains about a tenth
# of the variance. This is our choice; chance alone reaches 0.04 with 2,400 faces and 0.2 with 100.
LEAST_CORRELATION = 0.3
_MOST_NAMED = 2


def describe(
    latents: Latents,
    attributes: pd.DataFrame,
    params: DrawSamples,
    *,
    shape: tuple[int, int, int],
    are_digits: bool,
    seed: int,
) -> dict[str, Any]:
    """Return the data of the faces part, ready for JSON.

    Args:
        latents: encodings, fitted samplers and attribute directions.
        attributes: attributes of all faces, as returned by ``face_attributes.read_attributes``.
        params: the ``draw_samples`` section, which sets the sharpening and contrast of processed
            faces.
        shape: (height, width, channels) of an image.
        are_digits: whether the VAE was trained on digits; the page then says "image", not "face".
        seed: seed for choosing the faces on the page if there are more than the limits allow.

    Raises:
        DataError: the table of attributes has fewer rows than there are faces.
    """
    names = [str(name) for name in attributes.columns]
    train = face_attributes.choose(attributes, names, latents.train.rows)
    test = _sample_faces(latents.test, MOST_TEST_FACES, seed)
    dots = _sample_faces(latents.train, MOST_DOTS, seed)
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
        # positions on the map, in standard deviations of the first two components
        "dots": pack((dots.encodings.z_mean - mean) @ axes[:2].T / np.sqrt(variances[:2])),
        "shown": {
            str(name): "".join("01"[int(has)] for has in values)
            for name, values in attributes.iloc[np.concatenate([test.rows, dots.rows])].items()
        },
        "samplers": [_describe_sampler(sampler, seed) for sampler in latents.samplers.values()],
        "look": {
            "radius": params.sharpen_radius,
            "percent": params.sharpen_percent,
            "contrast": params.contrast,
        },
    }


def _sample_faces(faces: EncodedFaces, at_most: int, seed: int) -> EncodedFaces:
    chosen = subset.sample(np.arange(len(faces.rows)), at_most, seed=seed)
    return EncodedFaces(faces.rows[chosen], faces.encodings.select(chosen))


def _describe_components(
    faces: EncodedFaces, attributes: pd.DataFrame, axes: Array, variances: Array
) -> dict[str, Any]:
    correlated = correlate(faces.encodings.z_mean @ axes.T, attributes)
    return {
        "axes": pack(axes),
        "each": [
            {
                "number": index + 1,
                "std": math.sqrt(variances[index]),
                "moves": moves,
            }
            for index, moves in enumerate(correlated)
        ],
    }


def _describe_dimensions(latents: Latents, attributes: pd.DataFrame) -> list[dict[str, Any]]:
    """Describe the dimensions with the largest KL, the same ones as in the sheet of traversals."""
    kl_nats = latents.test.encodings.kl_per_dimension()
    chosen = np.argsort(kl_nats, kind="stable")[::-1][:NUM_COMPONENTS]
    correlated = correlate(latents.train.encodings.z_mean[:, chosen], attributes)
    return [
        {"index": int(index), "kl_nats": float(kl_nats[index]), "moves": moves}
        for index, moves in zip(chosen, correlated, strict=True)
    ]


def correlate(values: Array, attributes: pd.DataFrame) -> list[list[dict[str, Any]]]:
    """Return the attributes that correlate with each column of values, strongest first.

    Args:
        values: (n, k), one coordinate of n faces per column.
        attributes: n rows, one boolean column per attribute.

    Returns:
        k lists of at most 2 attributes, each with its ``name`` and its Pearson correlation ``r``;
        abs(r) is at least 0.3.
    """
    has = attributes.to_numpy(np.float64)
    has, columns = (array - array.mean(axis=0) for array in (has, values.astype(np.float64)))
    lengths = np.linalg.norm(columns, axis=0)[:, None] * np.linalg.norm(has, axis=0)
    r = np.divide(columns.T @ has, lengths, out=np.zeros_like(lengths), where=lengths > 0.0)
    order = np.argsort(-np.abs(r), axis=1, kind="stable")[:, :_MOST_NAMED]
    names = [_readable(name) for name in attributes.columns]
    return [
        [
            {"name": names[index], "r": float(row[index])}
            for index in best
            if abs(row[index]) >= LEAST_CORRELATION
        ]
        for row, best in zip(r, order, strict=True)
    ]


def _describe_attributes(latents: Latents, train: pd.DataFrame) -> dict[str, Any]:
    """Describe the attributes with clear directions, and list the others."""
    clear, left_out = [], []
    for direction in latents.attributes.to_list():
        if direction.has_enough_faces and direction.is_clear:
            clear.append(direction)
        else:
            d_prime = None if math.isnan(direction.d_prime) else direction.d_prime
            left_out.append({"name": _readable(direction.name), "d_prime": d_prime})
    clear.sort(key=lambda direction: -direction.d_prime)
    z = latents.train.encodings.z_mean.astype(np.float64)
    described = []
    for direction in clear:
        vector = direction.vector
        mean_without = z[~train[direction.name].to_numpy()].mean(axis=0)
        described.append(
            {
                "key": direction.name,
                "name": _readable(direction.name),
                "d_prime": direction.d_prime,
                # position of the mean face without the attribute, in multiples of the direction
                "without": float(mean_without @ vector / (vector @ vector)),
            }
        )
    return {
        "directions": pack(np.stack([direction.vector for direction in clear])) if clear else None,
        "each": described,
        "left_out": left_out,
        "least_d_prime": attribute_directions.LEAST_D_PRIME,
        "fewest_faces": attribute_directions.FEWEST_FACES,
    }


def _readable(name: Any) -> str:
    return str(name).replace("_", " ")


def _describe_sampler(sampler: Sampler, seed: int) -> dict[str, Any]:
    """Describe a sampler by the formula that the page uses for all samplers.

    The formula is that of ``Sampler.place``: mean + temperature * (center - mean + factor noise).
    None means zeros for ``mean``, the identity for ``factor``, and the mean for ``centers``.
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
    """Pack an array for the page as a scale and gzipped integers in base64.

    Args:
        array: any shape, finite.
        kind: np.int16 or np.int8; the largest absolute value becomes the largest integer.
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
