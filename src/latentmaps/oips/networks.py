"""A network up to one of its layers, in the forms that the search needs."""

from dataclasses import dataclass

import keras

from latentmaps.oips import objectives, receptive_fields
from latentmaps.oips.convolutions import SingleMapMean
from latentmaps.oips.objectives import Objective, SelectedUnit
from latentmaps.oips.oip import Shape


@dataclass(frozen=True)
class Networks:
    """A network up to one layer, as several models that read images (n, h, w, c).

    Attributes:
        layer_name: name of the layer.
        objective_name: name in ``objectives.OBJECTIVES``.
        responses: images -> objectives of all units, (n, num_units).
        objective: (images, units (n,)) -> the objective of one unit per image, (n,).
        max_pre_activations: images -> maximum of each map before its ReLU, (n, num_maps), which
            shows how far a silent map is from responding; None if no unit can be silent.
        shape: height, width and channels of an image.
        reachable_size: number of rows and columns, from the top left, that influence the layer.
    """

    layer_name: str
    objective_name: str
    responses: keras.Model
    objective: Objective
    max_pre_activations: keras.Model | None
    shape: Shape
    reachable_size: tuple[int, int]

    @property
    def num_units(self) -> int:
        """Number of feature maps or dense units of the layer."""
        return int(self.responses.output.shape[1])


def up_to(model: keras.Model, layer_name: str, objective_name: str) -> Networks:
    """Cut a network after one of its layers.

    Args:
        model: a model with one image as input.
        layer_name: name of a layer with feature maps or dense units.
        objective_name: name in ``objectives.OBJECTIVES``, suitable for the rank of the layer.
    """
    shape = tuple(model.input_shape[1:])
    layers = receptive_fields.chain(model, layer_name)
    reachable = receptive_fields.reachable_size(layers, shape[:2])
    responses = objectives.responses(model, layer_name, objective_name)
    relu = objectives.silencing_relu(model, layer_name, objective_name)
    objective: Objective = SelectedUnit(responses, float("-inf") if relu is None else 0.0)
    if objective_name == "mean" and layers is not None and SingleMapMean.supports(layers):
        objective = SingleMapMean(layers, reachable)
    return Networks(
        layer_name=layer_name,
        objective_name=objective_name,
        responses=responses,
        objective=objective,
        max_pre_activations=(
            None if relu is None else objectives.responses(model, relu.name, "max")
        ),
        shape=shape,
        reachable_size=reachable,
    )


def on_patches(model: keras.Model, layer_name: str) -> Networks | None:
    """Reduce a network to one position of a layer's maps, on the patch that this position sees.

    Args:
        model: a model with one image as input.
        layer_name: name of a layer with feature maps.

    Returns:
        The network on patches; None if the layers do not form a chain (``receptive_fields.chain``).
    """
    layers = receptive_fields.chain(model, layer_name)
    if layers is None:
        return None
    patches = receptive_fields.patch_model(layers)
    shape = tuple(patches.input_shape[1:])
    objective: Objective = SelectedUnit(patches, float("-inf"))
    if SingleMapMean.supports(layers):
        objective = SingleMapMean(layers, shape[:2], is_rectified=False)
    return Networks(
        layer_name=layer_name,
        objective_name="position",
        responses=patches,
        objective=objective,
        max_pre_activations=None,
        shape=shape,
        reachable_size=shape[:2],
    )
