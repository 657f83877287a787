"""Where the weights of networks are: a row for each layer that has some."""

from collections.abc import Mapping
from typing import Any

import keras


def tabulate(networks: Mapping[str, keras.Model]) -> dict[str, Any]:
    """Return the layers of networks that are one model, for numbers.json.

    Args:
        networks: name -> built network, at least one with a weight.

    Returns:
        ``layers``: a row for each layer with weights, from the input on: name of the network, name
        of the layer, shape of its output for one input as 48x48x32, number of its weights, and
        their share of the weights of all networks, 0..1. ``dense_share``: that of all dense layers.
    """
    layers = [
        (name, layer, layer.count_params())
        for name, network in networks.items()
        for layer in network.layers
        if layer.count_params()
    ]
    total = sum(weights for _, _, weights in layers)
    rows = [
        {
            "network": name,
            "layer": layer.name,
            "output_shape": "x".join(map(str, layer.output.shape[1:])),
            "weights": weights,
            "share": weights / total,
        }
        for name, layer, weights in layers
    ]
    dense = sum(weights for _, layer, weights in layers if isinstance(layer, keras.layers.Dense))
    return {"layers": rows, "dense_share": dense / total}
