"""Tabulate the layers of networks: one row for each layer with weights."""

from collections.abc import Mapping
from typing import Any

import keras


def tabulate(networks: Mapping[str, keras.Model]) -> dict[str, Any]:
    """Return a table of the layers in a model's networks, for numbers.json.

    Args:
        networks: name -> built network; at least one must have weights.

    Returns:
        - ``layers``, one row for each layer with weights, starting at the input. A row contains the
          names of the network and the layer, the output shape for one input (such as 48x48x32), the
          number of weights, and their share of all weights in the model, 0..1;
        - ``dense_share``, the combined share of all dense layers, 0..1.
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
