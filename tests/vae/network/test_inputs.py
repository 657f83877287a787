import numpy as np

from latentmaps.images import pixels
from latentmaps.vae.network import inputs


def test_tensors_and_arrays_become_the_same_bytes() -> None:
    edges = (np.arange(255) + 0.5) / 255
    values = np.concatenate(
        [edges, np.nextafter(edges, 0.0), np.linspace(0.0, 1.0, 10_001)]
    ).astype(np.float32)
    np.testing.assert_array_equal(inputs.to_uint8(values).numpy(), pixels.to_uint8(values))


def test_every_byte_survives_the_conversion_to_pixels_and_back() -> None:
    values = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(inputs.to_uint8(inputs.to_pixels(values)).numpy(), values)
