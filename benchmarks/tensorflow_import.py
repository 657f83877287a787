"""Import Keras and TensorFlow, as the stages with tensors do; ``pipeline`` times this module."""

import keras  # noqa: F401
import tensorflow as tf  # noqa: F401
