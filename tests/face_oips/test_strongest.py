"""The strongest patches are where the maps of whole faces are highest."""

from typing import Any

import numpy as np
import pytest
from tests.face_oips import example

from latentmaps.face_oips import convolutions, strongest

FACES = example.images(12)
ROWS = np.array([1, 3, 4, 7, 8, 9, 11])


def found(network: Any, **changes: Any) -> list[Any]:
    layers = convolutions.find_convolutions(network)
    values: dict[str, Any] = {"images": FACES, "rows": ROWS, "number": 3} | changes
    images, rows, number = values["images"], values["rows"], values["number"]
    seen = strongest.find(network, layers, images, rows, number=number)
    return list(zip(layers, seen, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"strides": (1, 1)}, example.LARGE])
def test_no_face_and_no_position_is_stronger(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strongest, "_MOST_FACES", 3)  # three batches
    network = example.encoder(**changes)
    for convolution, seen in found(network):
        counted = slice(convolution.positions.start, convolution.positions.stop)
        maps = example.maps(network, convolution.layer_name, FACES[ROWS] / np.float32(255))
        face_maxima = maps[:, counted, counted].max(axis=(1, 2)).T  # (num_maps, num_faces)
        best = np.argsort(-face_maxima, axis=1)[:, :3]
        np.testing.assert_array_equal(seen.faces, ROWS[best])
        expected = np.take_along_axis(face_maxima, best, axis=1)
        np.testing.assert_allclose(seen.activations, expected, rtol=1e-4, atol=1e-5)
        for index, face in np.ndindex(seen.faces.shape):
            row, column = seen.positions[index, face]
            value = maps[best[index, face], row, column, index]
            assert value == pytest.approx(seen.activations[index, face], rel=1e-4, abs=1e-5)


@pytest.mark.slow
def test_a_patch_shows_what_the_position_sees() -> None:
    for convolution, seen in found(example.encoder()):
        patches = strongest.cut(seen, convolution, FACES)
        size = convolution.patch_size
        for place in np.ndindex(seen.faces.shape):
            top, left = (
                convolution.field_layout.first
                + convolution.field_layout.stride * seen.positions[place]
            )
            whole = FACES[seen.faces[place], top : top + size, left : left + size]
            np.testing.assert_array_equal(patches[place], whole)


@pytest.mark.slow
def test_a_patch_is_gray_outside_the_image() -> None:
    *_, (convolution, seen) = found(example.encoder(**example.LARGE))
    patches = strongest.cut(seen, convolution, FACES)
    first = -convolution.field_layout.first
    assert patches.shape[2:] == (31, 31, 3)
    inside = np.s_[first : first + 16, first : first + 16]
    np.testing.assert_array_equal(patches[0, 0][inside], FACES[seen.faces[0, 0]])
    outside = np.ones((31, 31), bool)
    outside[inside] = False
    assert set(patches[0, 0][outside].ravel().tolist()) == {128}


@pytest.mark.slow
def test_fewer_faces_give_fewer_patches() -> None:
    for _, seen in found(example.encoder(), rows=ROWS[:2]):
        assert seen.faces.shape[1] == 2


@pytest.mark.slow
def test_gray_faces_are_read() -> None:
    gray = example.images(5, num_channels=1)
    network = example.encoder(num_channels=1)
    for convolution, seen in found(network, images=gray, rows=np.arange(5)):
        patches = strongest.cut(seen, convolution, gray)
        assert patches.shape[-1] == 1
