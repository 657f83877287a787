"""Alternatives to draw_oips that process one feature map at a time.

One is the loop of the source (R. Moenchmeyer, "A simple CNN for the MNIST dataset"), rewritten for
concrete tensors because its original form does not run on Keras 3. It runs eagerly, or with the
step as one ``tf.function`` for all maps of a layer. The other is tf-keras-vis, installed in a
separate folder::

    pip install --target FOLDER --no-deps tf-keras-vis==0.8.7 imageio deprecated wrapt scipy
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from latentmaps.cnn.network import cnn

Loop = Callable[[int, int], None]

_STEP_SIZE = 0.01  # as in the source


def time_source(
    model: keras.Model, layer_name: str, *, num_maps: int, num_steps: int, graph: bool
) -> float:
    """Return the seconds for some feature maps of a layer, one after another.

    Args:
        model: the CNN.
        layer_name: name of a convolution.
        num_maps: number of maps, starting with the first.
        num_steps: steps per map.
        graph: whether the step is a ``tf.function``, which is traced before the clock starts.
    """
    layer = cnn.layer_model(model, layer_name)

    def step(image: tf.Tensor, map_index: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = tf.reduce_mean(layer(image, training=False)[..., map_index])
        gradient = tape.gradient(activation, image)
        rms = tf.sqrt(tf.reduce_mean(gradient**2))
        return tf.image.per_image_standardization(image + _STEP_SIZE * gradient / (rms + 1e-7))

    advance = tf.function(step) if graph else step
    start = tf.random.stateless_normal((1, 28, 28, 1), seed=(0, 1))
    advance(start, tf.constant(0))
    started = time.perf_counter()
    for map_index in range(num_maps):
        image = start
        for _ in range(num_steps):
            image = advance(image, tf.constant(map_index))
        np.asarray(image)
    return time.perf_counter() - started


def time_tf_keras_vis(
    model: keras.Model, layer_name: str, folder: Path, *, num_maps: int, num_steps: int
) -> float:
    """Return the seconds of tf-keras-vis with its default settings, one map after another.

    Args:
        model: the CNN.
        layer_name: name of a convolution.
        folder: where tf-keras-vis is installed.
        num_maps: number of maps, starting with the first.
        num_steps: steps per map.
    """
    sys.path.append(str(folder))
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.utils.model_modifiers import ExtractIntermediateLayer, ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    modifiers = [ExtractIntermediateLayer(index_or_name=layer_name), ReplaceToLinear()]
    maximization: Any = ActivationMaximization(model, model_modifier=modifiers, clone=True)
    maximization(CategoricalScore(0), steps=1)
    started = time.perf_counter()
    for map_index in range(num_maps):
        maximization(CategoricalScore(map_index), steps=num_steps)
    return time.perf_counter() - started
