"""How long a VAE is trained, from the number of faces."""

from dataclasses import dataclass

# Own choice, measured on avatars and photo-like faces: fewer steps give gray smears, whatever the
# number of faces; and large sets still want to be seen more than once.
_LEAST_STEPS, _LEAST_EPOCHS = 1000, 10
# up to so many faces, batches of so many images; small ones, since few faces give few steps
_BATCH_SIZES = ((2_000, 16), (10_000, 32), (50_000, 64))
LARGEST_BATCH_SIZE = 128


@dataclass(frozen=True)
class Length:
    """How long a VAE is trained.

    Attributes:
        epochs: passes through the training part.
        batch_size: images a step, over all devices.
    """

    epochs: int
    batch_size: int


def choose_length(num_train: int, *, epochs: int | str, batch_size: int | str) -> Length:
    """Return how long to train: what is given, and for "auto" what suits the number of faces.

    Batches of 16 up to 2,000 faces, 32 up to 10,000, 64 up to 50,000, then 128, and never more than
    there are faces; at least 1,000 steps, and at least 10 epochs.

    Args:
        num_train: faces of the training part.
        epochs: a number, or auto.
        batch_size: a number, or auto.
    """
    if isinstance(batch_size, str):
        sizes = [size for most, size in _BATCH_SIZES if num_train <= most]
        batch_size = min(num_train, *sizes, LARGEST_BATCH_SIZE)
    if isinstance(epochs, str):
        steps = max(1, num_train // batch_size)  # a batch that is not filled is refused elsewhere
        epochs = max(_LEAST_EPOCHS, -(-_LEAST_STEPS // steps))
    return Length(epochs, batch_size)
