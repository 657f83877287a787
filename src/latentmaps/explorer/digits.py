"""Prepare the digits part of the explorer: the CNN, test digits, OIPs and color scales.

The page runs the CNN on a drawn digit and shows each feature map next to its OIP. The activation of
a map is meaningful only relative to two others: the largest for a test digit, which this module
measures, and the one for its OIP, which draw_oips has saved.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from PIL import Image

from latentmaps.cnn.network import cnn
from latentmaps.cnn.network.cnn_inference import TrainedCnn
from latentmaps.digits.dataset.digits import NUM_CLASSES, Digits
from latentmaps.errors import DataError
from latentmaps.explorer import packing, page
from latentmaps.explorer.page import Part
from latentmaps.oips import cnn_layers, grays
from latentmaps.oips.grays import GrayScale
from latentmaps.oips.networks import Networks
from latentmaps.pages import picture
from latentmaps.params.draw_oips import DrawOips
from latentmaps.portable import folding
from latentmaps.storage import npz

# numbers of test digits on the page: the first digits of each class, and the first misread digits
_NUM_PER_CLASS, _NUM_MISREAD = 10, 20
# same percentile as in the sheet of activation maps: a few positions are far brighter than the rest
_PERCENTILE = 99.5
# in OIP files, suffix of the arrays of OIPs with pixels in range
_IN_RANGE = "_in_range"


def prepare(model: keras.Model, digits: Digits, oips: Path, params: DrawOips) -> Part:
    """Prepare the digits part of the page.

    Args:
        model: the trained CNN.
        digits: the digits; the page offers some of the test digits and compares activations with
            those of all test digits.
        oips: folder with one OIP file per layer, as written by draw_oips.
        params: the ``draw_oips`` section, which sets the layers that have OIPs and the color map of
            OIPs with free pixels.

    Raises:
        DataError: an OIP file is missing or damaged, or belongs to a different CNN.
    """
    return Part(
        name="digits",
        title="Digits",
        data=_collect(model, digits, oips, params),
        networks={"cnn": packing.pack(folding.to_plain(model))},
    )


def _collect(model: keras.Model, digits: Digits, oips: Path, params: DrawOips) -> dict[str, Any]:
    """Collect the data for the script of this part. Arrays are little-endian values in base64.

    Returns:
        ``tests``: ``rows`` in the test part, ``labels``, ``readings`` (the classes that the CNN
        predicts) and ``images`` (n, 28, 28), uint8.
        ``layers``: for each convolution, its ``name``, ``limit`` (the activation drawn in the
        brightest color), ``strongest`` (for each map, the largest mean activation over all test
        digits; (num_maps,), float32) and ``oips``.
        ``output``: ``name`` and ``oips`` of the layer that outputs the probabilities.
        ``oips`` is None for a layer without OIPs. Otherwise it has ``page``, the page of the layer.
        For ``free`` and ``in_range`` pixels, it also has a ``picture`` of all OIPs, stacked
        vertically, and their ``activations``.
    """
    layers = {name: cnn_layers.up_to(model, name) for name in cnn.layer_names(model)}
    output = cnn_layers.up_to(model, cnn.unit_layer_names(model)[-1])
    # a single model for all layers: Keras warns about retracing if it compiles one per layer
    outputs = {name: keras.ops.mean(model.get_layer(name).output, axis=(1, 2)) for name in layers}
    predicted: Any = cnn.predict(
        keras.Model(model.inputs, outputs | {output.layer_name: model.output}), digits.test_images
    )
    readings = predicted[output.layer_name].argmax(axis=1)
    rows = choose_rows(digits.test_labels, readings)
    images = digits.test_images[rows]
    maps = TrainedCnn(model).all_feature_maps(images)

    def draw(networks: Networks) -> dict[str, Any] | None:
        name = networks.layer_name
        if name not in params.layers:
            return None
        return _draw_oips(oips / f"{name}.npz", networks, params.color_map)

    return {
        "tests": {
            "rows": rows.tolist(),
            "labels": digits.test_labels[rows].tolist(),
            "readings": readings[rows].tolist(),
            "images": page.to_base64(images),
        },
        "layers": [
            {
                "name": name,
                "limit": float(np.percentile(maps[name], _PERCENTILE)) or 1.0,
                "strongest": page.to_base64(predicted[name].max(axis=0)),
                "oips": draw(networks),
            }
            for name, networks in layers.items()
        ],
        "output": {"name": output.layer_name, "oips": draw(output)},
    }


def choose_rows(labels: npt.NDArray[np.uint8], readings: npt.NDArray) -> npt.NDArray[np.int64]:
    """Return the sorted rows of the test digits that the page offers, (n,).

    Args:
        labels: (num_digits,), 0..9.
        readings: (num_digits,), the digits that the CNN read.
    """
    per_class = [np.flatnonzero(labels == label)[:_NUM_PER_CLASS] for label in range(NUM_CLASSES)]
    misread = np.flatnonzero(readings != labels)[:_NUM_MISREAD]
    return np.unique(np.concatenate([*per_class, misread]))


def _draw_oips(path: Path, networks: Networks, color_map: str) -> dict[str, Any]:
    """Return the OIPs of a layer, with free pixels and in range, and the address of its page."""
    advice = f"run draw_oips@{networks.layer_name} again"
    names = [
        f"{name}{end}" for name in ("images_polished", "activations") for end in ("", _IN_RANGE)
    ]
    arrays = npz.load(path, ["value_range", *names], advice=advice)
    found, expected = arrays["images_polished"].shape, (networks.num_units, *networks.shape[:2])
    if found != expected:
        raise DataError(
            f"{path}: images_polished: found shape {found}, expected {expected}, one OIP for each "
            f"unit of the trained CNN; {advice}"
        )
    scale = _gray_scale(arrays, networks.reachable_size[0], color_map)  # digits are square
    return {
        "page": f"draw_oips/{networks.layer_name}.html",
        "free": {
            "picture": _stack(scale.free(arrays["images_polished"])),
            "activations": page.to_base64(arrays["activations"]),
        },
        "in_range": {
            "picture": _stack(scale.in_range(arrays[f"images_polished{_IN_RANGE}"])),
            "activations": page.to_base64(arrays[f"activations{_IN_RANGE}"]),
        },
    }


def _stack(images: npt.NDArray[np.uint8]) -> str:
    """Stack images, (n, h, w) or (n, h, w, 3), uint8, vertically; return a PNG as a data URL."""
    return picture.encode(Image.fromarray(np.concatenate(images))).data_url


def _gray_scale(arrays: dict[str, npt.NDArray], size: int, color_map: str) -> GrayScale:
    """Return the gray scale that draw_oips used for the layer (``grays.gray_scale``)."""
    darkest, brightest = map(float, arrays["value_range"])
    alive = arrays["images_polished"][arrays["activations"] > 0, :size, :size]
    limit = grays.find_limit(alive)
    return GrayScale(limit, (darkest, brightest), size, pattern_limit=1.0, color_map=color_map)
