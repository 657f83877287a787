import base64
import io

import numpy as np
from PIL import Image

from latentmaps.pages import picture


def test_a_picture_keeps_its_pixels() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    encoded = picture.encode(Image.fromarray(pixels))
    content = base64.b64decode(encoded.data_url.removeprefix("data:image/png;base64,"))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), pixels)
    assert (encoded.width, encoded.height) == (8, 6)
