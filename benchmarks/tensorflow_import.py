"""Import what the stages that use TensorFlow import, for ``pipeline``, which times it."""

import keras  # noqa: F401
import tensorflow as tf  # noqa: F401
