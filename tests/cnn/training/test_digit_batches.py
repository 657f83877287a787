import numpy as np
import numpy.typing as npt

from latentmaps.cnn.training import digit_batches

LABELS = np.arange(10, dtype=np.uint8)
IMAGES = np.broadcast_to(LABELS[:, None, None], (10, 28, 28)).copy()


def drawn_labels(*, epochs: int = 3, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Gives the labels, (epochs, steps, batch_size), after a look at the images beside them."""
    batches = digit_batches.training_batches(
        IMAGES, LABELS, prepare=lambda images: images, batch_size=4, epochs=epochs, seed=seed
    )
    pairs = list(batches.as_numpy_iterator())
    for images, labels in pairs:
        np.testing.assert_array_equal(images[:, 0, 0], labels)
    return np.reshape([labels for _, labels in pairs], (epochs, 2, 4))


def test_every_image_comes_at_most_once_an_epoch() -> None:
    for epoch in drawn_labels():
        assert len(np.unique(epoch)) == 8


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    np.testing.assert_array_equal(drawn_labels(), drawn_labels())
    np.testing.assert_array_equal(drawn_labels()[:1], drawn_labels(epochs=1))
    assert (drawn_labels()[0] != drawn_labels()[1]).any()
    assert (drawn_labels() != drawn_labels(seed=2)).any()


def test_ordered_batches_give_all_images_in_order() -> None:
    batches = digit_batches.ordered_batches(
        IMAGES, LABELS, prepare=lambda images: images + 1, batch_size=4
    )
    pairs = list(batches.as_numpy_iterator())
    assert [len(labels) for _, labels in pairs] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in pairs]), LABELS)
    np.testing.assert_array_equal(np.concatenate([images for images, _ in pairs]), IMAGES + 1)
