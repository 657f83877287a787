"""A small CNN, simple test digits, and fake OIPs of its second layer and its output."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
from tests.oips import example_results
from tests.portable import architectures

from latentmaps.digits.dataset.digits import Digits
from latentmaps.explorer import digits, page
from latentmaps.oips import oip
from latentmaps.oips import page as oip_page
from latentmaps.oips.layer import LayerResults
from latentmaps.oips.oip import LayerOips
from latentmaps.pages import html_page

LAYERS = ("Conv2D_2", "probabilities")
DEAD = 3  # index of a map of Conv2D_2


def small_cnn() -> keras.Model:
    """Return a CNN with 3 and 4 maps, in which one map of the second layer is always 0."""
    model = architectures.digit_cnn(filters=(3, 4), dense_units=6, kernel_size=4)
    layer = model.get_layer("Conv2D_2")
    kernel, bias = layer.get_weights()
    bias[DEAD] = -1000
    layer.set_weights([kernel, bias])
    return model


def bars() -> Digits:
    """Return digits with 40 test images of two bright bars on black, each image different."""
    images = np.zeros((40, 28, 28), np.uint8)
    for index, image in enumerate(images):
        row, column = 4 + index % 8, 3 + index // 4
        image[row : row + 3, column : column + 12] = 200 + index
        image[row : row + 12, column : column + 2 + index % 3] = 255 - index
    labels = (np.arange(40) % 10).astype(np.uint8)
    return Digits(images[:20], labels[:20], images, labels)


def layer_results() -> LayerResults:
    """Return fake results of the second layer, whose map 3 is dead."""
    return dataclasses.replace(example_results.example_results(), layer_name="Conv2D_2")


def write_oips(folder: Path) -> None:
    """Write the OIP files of the second layer and the output, as draw_oips does."""
    folder.mkdir()
    oip.save(layer_results().oips, None, folder / "Conv2D_2.npz")
    ends = np.tile(np.array([[3, 2]], np.float32), (10, 1))
    found = example_results.made_up_oips(ends, ["start"] * 10)
    outputs = LayerOips(np.arange(10), found, found, (-0.5, 2.5), np.zeros(10))
    oip.save(outputs, None, folder / "probabilities.npz")


def write(folder: Path, *, layer_names: tuple[str, ...] = LAYERS) -> Path:
    """Write the explorer, and next to it the page of the second layer."""
    write_oips(folder / "oips")
    params = dataclasses.replace(example_results.PARAMS, layers=layer_names)
    part = digits.prepare(small_cnn(), bars(), folder / "oips", params)
    path = folder / "explorer.html"
    html_page.write(page.render([part], shows_people=False, are_digits=False), path)
    (folder / "draw_oips").mkdir()
    html_page.write(oip_page.render(layer_results()), folder / "draw_oips" / "Conv2D_2.html")
    return path
