import numpy as np
import numpy.typing as npt
import pytest

from latentmaps.cnn.training import digit_batches

LABELS = np.arange(10, dtype=np.uint8)
IMAGES = np.broadcast_to(LABELS[:, None, None], (10, 28, 28)).copy()


def sampled_labels(*, epochs: int = 3, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Return the labels, (epochs, steps, batch_size), and check that the images match."""
    batches = digit_batches.training_batches(
        IMAGES, LABELS, prepare=lambda images: images, batch_size=4, epochs=epochs, seed=seed
    )
    pairs = list(batches.as_numpy_iterator())
    for images, labels in pairs:
        np.testing.assert_array_equal(images[:, 0, 0], labels)
    return np.reshape([labels for _, labels in pairs], (epochs, 2, 4))


@pytest.mark.slow
def test_every_image_occurs_at_most_once_per_epoch() -> None:
    for epoch in sampled_labels():
        assert len(np.unique(epoch)) == 8


@pytest.mark.slow
def test_the_order_depends_only_on_seed_and_epoch() -> None:
    np.testing.assert_array_equal(sampled_labels(), sampled_labels())
    np.testing.assert_array_equal(sampled_labels()[:1], sampled_labels(epochs=1))
    assert (sampled_labels()[0] != sampled_labels()[1]).any()
    assert (sampled_labels() != sampled_labels(seed=2)).any()


def test_ordered_batches_have_all_images_in_order() -> None:
    batches = digit_batches.ordered_batches(
        IMAGES, LABELS, prepare=lambda images: images + 1, batch_size=4
    )
    pairs = list(batches.as_numpy_iterator())
    assert [len(labels) for _, labels in pairs] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in pairs]), LABELS)
    np.testing.assert_array_equal(np.concatenate([images for images, _ in pairs]), IMAGES + 1)
