"""Find the OIPs of some units of a network, from the starts of the stage or from given starts."""

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from latentmaps.errors import DataError
from latentmaps.lab import questions, start_specs, unit_oips
from latentmaps.lab.questions import Question
from latentmaps.lab.subjects import Subject
from latentmaps.lab.unit_oips import UnitOips
from latentmaps.oips import (
    ascent,
    cnn_layers,
    constraints,
    networks,
    oip,
    search,
    starts,
)
from latentmaps.oips.constraints import Constraint
from latentmaps.oips.networks import Networks
from latentmaps.oips.oip import PixelRange, Shape
from latentmaps.oips.search import SearchResult
from latentmaps.oips.start_images import StartImageSpec

# There are few images, so a small chunk is fast. The results do not depend on the chunk size. The
# number of values is limited because a deep network needs more than 10 GB for 64 images of 224x224
# pixels.
_CHUNK_SIZE = 8
_LARGEST_CHUNK, _MOST_VALUES_OF_CHUNK = 64, 2**21


def find(subject: Subject, question: Question, *, jit_compile: bool = False) -> list[UnitOips]:
    """Find the OIP of each unit, and the final image of the ascent from each start.

    If ``questions.matches_stage`` is true, the results are the OIPs that draw_oips finds with these
    settings, byte for byte, together with the final images of all its starts.

    Args:
        subject: the network.
        question: the question.
        jit_compile: whether to compile a step with XLA, which is slower on a CPU.

    Returns:
        One result per unit, in the order of the question.

    Raises:
        DataError: the network has no such layer, unit or objective, or a start does not fit the
            network.
        TrainingError: a gradient is not a number.
    """
    units = np.array(question.units, np.int64)
    subject.require(question.layer_name, question.units)
    name = subject.objective_name(question.layer_name, question.objective_name)
    layer_networks = _networks(subject, question.layer_name, name)
    _require_gradient(layer_networks)
    chunk_size = _chunk_size(len(units), layer_networks.shape)
    if subject.digits is not None and questions.matches_stage(subject, question):
        in_range, free = search.search_both_ranges(
            layer_networks,
            subject.digits,
            question.params,
            pixel_range=cnn_layers.digit_range(subject.digits),
            map_indices=units,
            seed=question.seed,
            jit_compile=jit_compile,
            chunk_size=chunk_size,
        )
        result = in_range if question.pixels == questions.DATA else free
    else:
        result = _search(subject, layer_networks, question, units, jit_compile, chunk_size)
    return _answers(result, layer_networks, question)


def _networks(subject: Subject, layer_name: str, name: str) -> Networks:
    """Return the network up to the layer; for ``position``, it reads patches where possible."""
    if name == "position":
        on_patches = networks.on_patches(subject.model, layer_name)
        if on_patches is not None:
            return on_patches
    return networks.up_to(subject.model, layer_name, name)


def _chunk_size(num_units: int, shape: Shape) -> int:
    fitting = max(1, _MOST_VALUES_OF_CHUNK // int(np.prod(shape)))
    return min(_LARGEST_CHUNK, _CHUNK_SIZE * num_units, fitting)


def _require_gradient(layer_networks: Networks) -> None:
    images = tf.random.stateless_normal((1, *layer_networks.shape), seed=(0, 0))
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = layer_networks.objective(images, tf.constant([0]))
    if tape.gradient(values, images) is None:
        raise DataError(
            f"layer {layer_networks.layer_name}: the gradient does not reach the image, "
            "expected only differentiable layers between the two; choose another layer"
        )


def _search(
    subject: Subject,
    layer_networks: Networks,
    question: Question,
    units: npt.NDArray[np.int64],
    jit_compile: bool,
    chunk_size: int,
) -> SearchResult:
    params = questions.effective_params(question, layer_networks.shape)
    pixel_range = questions.find_pixel_range(subject, question.pixels)
    constraint = _constraint(subject, layer_networks, question.pixels, pixel_range)
    digits = None if subject.digits is None else subject.digits.train_images
    is_whole = layer_networks.shape == tuple(subject.model.input_shape[1:])
    image_spec = StartImageSpec(layer_networks.shape, params, digits if is_whole else None)
    if question.starts is None:
        chosen = starts.choose(
            layer_networks,
            image_spec,
            map_indices=units,
            constraint=constraint,
            seed=question.seed,
            chunk_size=chunk_size,
        )
    else:
        chosen = _given_starts(
            subject,
            layer_networks.objective.floor,
            question,
            image_spec,
            units,
            constraint,
            pixel_range,
        )
    result = ascent.ascend(
        layer_networks.objective,
        chosen.images,
        units,
        params,
        constraint=constraint,
        seed=question.seed,
        jit_compile=jit_compile,
        chunk_size=chunk_size,
        is_race=question.starts is None,  # a user who names starts wants to see all results
    )
    return SearchResult(chosen, result, has_head_start=False)


def _constraint(
    subject: Subject,
    layer_networks: Networks,
    pixels: str | PixelRange | None,
    pixel_range: PixelRange | None,
) -> Constraint:
    """Return the constraint that keeps an image or patch within what the network can read."""
    is_patch = layer_networks.shape != tuple(subject.model.input_shape[1:])
    if pixel_range is None:
        return constraints.unit_rms if is_patch else constraints.standardized
    if pixels == questions.DATA and subject.pixel_range is None and not is_patch:
        return constraints.in_range(pixel_range)
    return constraints.clipped(pixel_range)


def _given_starts(
    subject: Subject,
    floor: float,
    question: Question,
    image_spec: StartImageSpec,
    units: npt.NDArray[np.int64],
    constraint: Constraint,
    pixel_range: PixelRange | None,
) -> starts.Starts:
    """Return the given starts for each unit, in the format the network expects."""
    specs = question.starts or ()
    height, width, channels = subject.model.input_shape[1:]
    sampled = [
        start_specs.to_range(
            start_specs.sample(
                spec,
                position,
                image_spec,
                unit=unit,
                seed=question.seed,
                whole=(height, width, channels),
            ),
            spec,
            pixel_range,
            constraint,
        )
        for unit in units.tolist()
        for position, spec in enumerate(specs)
    ]
    images = constraints.project_images(np.stack(sampled), constraint)
    images = images.reshape(len(units), len(specs), *image_spec.shape)
    names = [spec if isinstance(spec, str) else spec.name for spec in specs]
    return starts.Starts(
        map_indices=units,
        images=images,
        origins=images,
        kinds=np.tile(np.array(names), (len(units), 1)),
        rescues=np.full(len(units), oip.NOT_NEEDED),
        tried_activations=np.zeros((len(units), 0), np.float32),
        floor=floor,
    )


def _answers(result: SearchResult, layer_networks: Networks, question: Question) -> list[UnitOips]:
    winners = result.winning_starts.tolist()
    return [
        unit_oips.from_row(
            row,
            result.ascent_result,
            layer_name=question.layer_name,
            unit=int(unit),
            objective_name=layer_networks.objective_name,
            kinds=result.starts.kinds[row][result.ascent_result.start_indices[row]].tolist(),
            starts=result.starts.origins[row][result.ascent_result.start_indices[row]],
            snapshot_steps=oip.snapshot_steps(question.params),
            winner=winners[row],
            floor=layer_networks.objective.floor,
            seen_size=layer_networks.reachable_size,
        )
        for row, unit in enumerate(result.starts.map_indices)
    ]
