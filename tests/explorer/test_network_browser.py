"""The networks of the page in a real browser, compared with Keras."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.explorer import example
from tests.portable import architectures

from latentmaps.explorer import packing
from latentmaps.explorer.packing import Packed

pytestmark = pytest.mark.slow

RUN = """async ({ description, weights, input, keep }) => {
  const network = new Network(description, await unpack(weights));
  const { output, kept } = network.run(Float32Array.from(input), keep);
  const arrays = Object.entries(kept).map(([name, values]) => [name, Array.from(values)]);
  return { output: Array.from(output), kept: Object.fromEntries(arrays) };
}"""


@pytest.fixture(scope="module")
def page(shared_browser: Browser) -> Iterator[Page]:
    page = shared_browser.new_page()
    for name in ("unpack.js", "network.js"):
        page.add_script_tag(path=example.TEMPLATES / name)
    yield page
    page.close()


def run(
    page: Page, packed: Packed, values: np.ndarray, *, keep: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """Return the output of a network for one input, and the maps of the named layers."""
    network = {"description": packed.description, "weights": packed.weights}
    found = page.evaluate(RUN, network | {"input": values.ravel().tolist(), "keep": list(keep)})
    return {"output": np.array(found["output"])} | {
        name: np.array(maps) for name, maps in found["kept"].items()
    }


def expected(model: keras.Model, values: np.ndarray) -> np.ndarray:
    return np.asarray(model(values[np.newaxis])).ravel()


@pytest.mark.parametrize("changes", architectures.CHANGES, ids=str)
def test_a_decoder_shows_the_face_that_keras_shows(page: Page, changes: dict[str, Any]) -> None:
    model = example.plain_decoder(**changes)
    inputs = architectures.inputs_of(model)
    for limit, tolerance in ((2.0, 2 / 255), (0.5, 0.5 / 255), (0.0, 1e-5)):
        packed = packing.pack_small(model, inputs, max_difference=limit)
        for z in inputs[:2]:
            found = run(page, packed, z)["output"]
            assert np.ptp(found) > 0.02
            np.testing.assert_allclose(found, expected(model, z), rtol=0, atol=tolerance)
    assert packed.format == "float32"


@pytest.mark.parametrize("shape", architectures.CNNS, ids=str)
def test_a_cnn_reads_what_keras_reads_in_every_layer(page: Page, shape: dict[str, Any]) -> None:
    model = example.plain_cnn(**shape)
    names = [layer.name for layer in model.layers if layer.name != "features"][1:]
    maps = keras.Model(model.input, {name: model.get_layer(name).output for name in names})
    image = architectures.inputs_of(model)[0]
    found = run(page, packing.pack(model), image, keep=tuple(names))
    assert set(found) == {"output", *names}
    np.testing.assert_allclose(found["output"], expected(model, image), rtol=0, atol=1e-5)
    for name, values in maps(image[np.newaxis]).items():
        flat = np.asarray(values).ravel()
        assert flat.any()
        np.testing.assert_allclose(found[name], flat, rtol=0, atol=1e-3)


@pytest.mark.parametrize("max_difference", [200.0, 0.5, 0.0])
def test_the_page_has_the_weights_that_were_compared(page: Page, max_difference: float) -> None:
    """The difference measured in Python is that of the browser."""
    model = example.plain_decoder()
    inputs = architectures.inputs_of(model)
    packed = packing.pack_small(model, inputs, max_difference=max_difference)
    levels = [
        255 * np.abs(run(page, packed, z)["output"] - expected(model, z)).max() for z in inputs
    ]
    stated = 0.0 if packed.difference is None else packed.difference.largest
    assert max(levels) == pytest.approx(stated, abs=1e-3)


def test_maps_that_are_kept_stay_as_they_were(page: Page) -> None:
    model = example.plain_cnn()
    packed, image = packing.pack(model), architectures.inputs_of(model)[0]
    alone = run(page, packed, image, keep=("probabilities",))
    np.testing.assert_array_equal(alone["probabilities"], alone["output"])
    np.testing.assert_array_equal(run(page, packed, image)["output"], alone["output"])


def test_an_input_of_another_size_and_weights_that_are_cut_off_are_refused(page: Page) -> None:
    model = example.plain_decoder()
    packed = packing.pack(model)
    with pytest.raises(Exception, match="input: found 4 numbers, expected 5"):
        run(page, packed, np.zeros(4))
    half = packing.pack(example.plain_decoder(dense_units=2))
    mixed = Packed(packed.description, half.weights, None)
    with pytest.raises(Exception, match=r"weights: found \d+ bytes, expected \d+"):
        run(page, mixed, np.zeros(5))
