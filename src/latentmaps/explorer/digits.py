"""What the part of the page on digits needs beside the CNN: test digits, OIPs, scales.

The page draws a digit, lets the CNN read it, and shows every feature map beside its OIP. How strong
a map is, is told by what test digits and its OIP do to it: both are measured here, once.
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

# test digits in the page: the first of each class, and the first that the CNN misreads
_OF_EACH, _MISREAD = 10, 20
# as the sheet of activation maps has it: a few places are much brighter than all others
_PERCENTILE = 99.5
# suffix of the arrays with pixels in range
_IN_RANGE = "_in_range"


def prepare(model: keras.Model, digits: Digits, oips: Path, params: DrawOips) -> Part:
    """Return the part of the page on digits.

    Args:
        model: the CNN.
        digits: its test part is what the page offers, and what maps are compared with.
        oips: folder in which draw_oips writes a file for each layer.
        params: how it did: which layers have OIPs, and in which colors those with free pixels are.

    Raises:
        DataError: a file of OIPs is missing, damaged, or belongs to another CNN.
    """
    return Part(
        name="digits",
        title="Digits",
        data=_collect(model, digits, oips, params),
        networks={"cnn": packing.pack(folding.to_plain(model))},
    )


def _collect(model: keras.Model, digits: Digits, oips: Path, params: DrawOips) -> dict[str, Any]:
    """Return the data of the part.

    ``tests``: ``rows`` in the test part, ``labels``, ``readings`` of the CNN, and ``images``
    (n, 28, 28), uint8. ``layers``: for each convolution its ``name``, the ``limit`` at which a map
    is drawn in full color, ``strongest``, the largest mean activation of each map by a test digit
    (num_maps,), float32, and ``oips``. ``output``: ``name`` and ``oips`` of the probabilities.
    ``oips`` is None or has the ``page`` of the layer, and for pixels ``free`` and ``in_range`` a
    ``picture`` of all OIPs, one below the other, and their ``activations``. Arrays are base64 of
    little-endian values.
    """
    layers = {name: cnn_layers.up_to(model, name) for name in cnn.layer_names(model)}
    output = cnn_layers.up_to(model, cnn.unit_layer_names(model)[-1])
    # one model for all: Keras warns of retracing when it compiles one after the other
    outputs = {name: keras.ops.mean(model.get_layer(name).output, axis=(1, 2)) for name in layers}
    found: Any = cnn.predict(
        keras.Model(model.inputs, outputs | {output.layer_name: model.output}), digits.test_images
    )
    readings = found[output.layer_name].argmax(axis=1)
    rows = _choose(digits.test_labels, readings)
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
                "strongest": page.to_base64(found[name].max(axis=0)),
                "oips": draw(networks),
            }
            for name, networks in layers.items()
        ],
        "output": {"name": output.layer_name, "oips": draw(output)},
    }


def _choose(labels: npt.NDArray[np.uint8], readings: npt.NDArray) -> npt.NDArray[np.int64]:
    """Return the rows of the test digits in the page, in their order."""
    of_each = [np.flatnonzero(labels == label)[:_OF_EACH] for label in range(NUM_CLASSES)]
    return np.unique(np.concatenate([*of_each, np.flatnonzero(readings != labels)[:_MISREAD]]))


def _draw_oips(path: Path, networks: Networks, color_map: str) -> dict[str, Any]:
    """Return the page of a layer and its OIPs, with free pixels and in range."""
    advice = f"run draw_oips@{networks.layer_name} again"
    names = [
        f"{name}{end}" for name in ("images_polished", "activations") for end in ("", _IN_RANGE)
    ]
    arrays = npz.load(path, ["value_range", *names], advice=advice)
    found, expected = arrays["images_polished"].shape, (networks.num_units, *networks.shape[:2])
    if found != expected:
        raise DataError(
            f"{path}: images_polished: found {found}, expected {expected}, an OIP for each unit of "
            f"the trained CNN; {advice}"
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
    """Return images (n, h, w), or in colors (n, h, w, 3), one below the other, as a data URL."""
    return picture.encode(Image.fromarray(np.concatenate(images))).data_url


def _gray_scale(arrays: dict[str, npt.NDArray], size: int, color_map: str) -> GrayScale:
    """Return the scale of the layer's own pictures (``grays.gray_scale``)."""
    darkest, brightest = map(float, arrays["value_range"])
    found = arrays["images_polished"][arrays["activations"] > 0, :size, :size]
    limit = grays.find_limit(found)
    return GrayScale(limit, (darkest, brightest), size, pattern_limit=1.0, color_map=color_map)
