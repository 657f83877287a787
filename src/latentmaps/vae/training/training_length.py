"""Choose the number of epochs and the batch size from the number of faces."""

from dataclasses import dataclass

# Our choice, measured on avatars and photo-like faces: with fewer steps, the network produces gray
# smears, regardless of the number of faces. A large set still needs several passes.
_LEAST_STEPS, _LEAST_EPOCHS = 1000, 10
# (largest number of faces, batch size): few faces need small batches to get enough steps per epoch
_BATCH_SIZES = ((2_000, 16), (10_000, 32), (50_000, 64))
LARGEST_BATCH_SIZE = 128


@dataclass(frozen=True)
class Length:
    """The length of a training run.

    Attributes:
        epochs: passes through the training part.
        batch_size: images per step, over all devices.
    """

    epochs: int
    batch_size: int


def choose_length(num_train: int, *, epochs: int | str, batch_size: int | str) -> Length:
    """Return the length of a training run, replacing ``"auto"`` with suitable values.

    An automatic batch size is 16 for up to 2,000 faces, 32 for up to 10,000, 64 for up to 50,000,
    and 128 for more, but never more than the number of faces. An automatic number of epochs is at
    least 10 and produces at least 1,000 steps.

    Args:
        num_train: faces in the training part.
        epochs: a number, or ``"auto"``.
        batch_size: a number, or ``"auto"``.
    """
    if isinstance(batch_size, str):
        sizes = [size for most, size in _BATCH_SIZES if num_train <= most]
        batch_size = min(num_train, *sizes, LARGEST_BATCH_SIZE)
    if isinstance(epochs, str):
        # `batches.steps_per_epoch` rejects a batch that the faces do not fill
        steps = max(1, num_train // batch_size)
        epochs = max(_LEAST_EPOCHS, -(-_LEAST_STEPS // steps))
    return Length(epochs, batch_size)
