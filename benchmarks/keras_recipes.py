"""Train the same VAE in Keras with two recipes that users are likely to follow.

``time_keras_io`` follows the recipe on keras.io: a custom train_step, plain layers, a final
sigmoid, losses from keras.losses, Keras's Adam, and `fit` on a float array. ``time_source`` follows
the source of the method: the networks are called without ``training=True``, so they normalize with
moving statistics and do not apply dropout, and batches come from a generator.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

import keras
import numpy as np
import tensorflow as tf

from benchmarks import clock, workload

FILTERS = (32, 64, 128, 256)
LATENT_DIM = 256
FACT = 5.0


def time_keras_io(images: Path, load: workload.Load) -> workload.Span:
    """Time the steps of the recipe on keras.io."""
    model = RecipeVae(*networks(dropout_rate=0.0), training=True)
    model.compile(optimizer=keras.optimizers.Adam(0.0005))
    watch = clock.Clock(load, "loss")
    pixels = np.load(images).astype("float32") / 255.0
    model.fit(pixels, batch_size=load.batch_size, callbacks=[watch], verbose=0)
    return watch.span


def time_source(images: Path, load: workload.Load) -> workload.Span:
    """Time the steps of the source's recipe."""
    model = RecipeVae(*networks(dropout_rate=0.25), training=None)
    model.compile(optimizer=keras.optimizers.Adam(0.0005))
    watch = clock.Clock(load, "loss")
    pixels = np.load(images).astype("float32") / 255.0
    batches = batches_of(pixels, load.batch_size)
    steps = len(pixels) // load.batch_size
    model.fit(batches, steps_per_epoch=steps, callbacks=[watch], verbose=0)
    return watch.span


def batches_of(pixels: np.ndarray, batch_size: int) -> Iterator[tuple[np.ndarray]]:
    """Yield shuffled batches endlessly, as an image generator does."""
    generator = np.random.default_rng(1)
    while True:
        order = generator.permutation(len(pixels))
        for first in range(0, len(order) - batch_size + 1, batch_size):
            yield (pixels[order[first : first + batch_size]],)


def networks(*, dropout_rate: float) -> tuple[keras.Model, keras.Model]:
    """Build an encoder and a decoder with the architecture of the source."""
    layers = keras.layers
    inputs = keras.Input((workload.IMAGE_SIZE, workload.IMAGE_SIZE, 3))
    maps = inputs
    for num_maps in FILTERS:
        maps = layers.Conv2D(num_maps, 3, strides=2, padding="same")(maps)
        maps = layers.BatchNormalization()(maps)
        maps = layers.LeakyReLU()(maps)
        maps = layers.Dropout(dropout_rate)(maps) if dropout_rate else maps
    shape = maps.shape[1:]
    features = layers.Flatten()(maps)
    encoder = keras.Model(
        inputs, [layers.Dense(LATENT_DIM)(features), layers.Dense(LATENT_DIM)(features)]
    )
    z = keras.Input((LATENT_DIM,))
    maps = layers.Reshape(shape)(layers.Dense(int(np.prod(shape)))(z))
    for num_maps in (128, 64, 32):
        maps = layers.Conv2DTranspose(num_maps, 3, strides=2, padding="same")(maps)
        maps = layers.BatchNormalization()(maps)
        maps = layers.LeakyReLU()(maps)
        maps = layers.Dropout(dropout_rate)(maps) if dropout_rate else maps
    outputs = layers.Conv2DTranspose(3, 3, strides=2, padding="same", activation="sigmoid")(maps)
    return encoder, keras.Model(z, outputs)


class RecipeVae(keras.Model):
    """A VAE with a custom train_step."""

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, *, training: bool | None
    ) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.phase = {} if training is None else {"training": training}
        self.trackers = [keras.metrics.Mean(name=name) for name in ("loss", "reconstruction", "kl")]
        self.seeds = keras.random.SeedGenerator(1)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Running means of the losses."""
        return self.trackers

    def train_step(self, data: Any) -> dict[str, Any]:
        """Update the weights with one batch."""
        pixels = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            mean, log_var = self.encoder(pixels, **self.phase)
            noise = keras.random.normal(keras.ops.shape(mean), seed=self.seeds)
            reconstruction = self.decoder(mean + keras.ops.exp(0.5 * log_var) * noise, **self.phase)
            per_pixel = keras.losses.binary_crossentropy(pixels, reconstruction)
            reconstruction_loss = keras.ops.mean(keras.ops.sum(per_pixel, axis=(1, 2)))
            kl = -0.5 * (1 + log_var - keras.ops.square(mean) - keras.ops.exp(log_var))
            kl_loss = keras.ops.mean(keras.ops.sum(kl, axis=1))
            loss = reconstruction_loss + FACT * kl_loss
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        for tracker, value in zip(self.trackers, (loss, reconstruction_loss, kl_loss), strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}
