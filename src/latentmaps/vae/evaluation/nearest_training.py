"""How close random faces are to the nearest training face, relative to test faces.

This detects copies of training faces. A copy is found only if its original is searched, so all
training faces are searched by default. They arrive in batches, and only the shortest distances are
kept.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from latentmaps.errors import DataError
from latentmaps.vae.evaluation.feature_nets import FeatureNet
from latentmaps.vae.evaluation.neighbors import Nearest

Pixels = npt.NDArray[np.float32]
# name of a feature net -> (n, num_features)
Features = Mapping[str, npt.NDArray[np.float32]]

# batches of 128 faces; comparing one batch at a time takes five times as long
_BATCHES_PER_BLOCK = 8


def ratios(
    training_faces: Iterable[Pixels],
    nets: Sequence[FeatureNet],
    *,
    test: Features,
    generated: Mapping[str, Features],
) -> dict[str, dict[str, float]]:
    """Return the mean distance to the nearest training face, relative to that of test faces.

    Each training face passes through each net once, for all sets together.

    Args:
        training_faces: batches of pixels (n, h, w, c), 0..1; consumed once.
        nets: the feature nets.
        test: name of a net -> features, (n, num_features), of test faces, which were not used for
            training.
        generated: name of a set of faces that may be copies -> its features, in the same form.

    Returns:
        Name of the generated faces -> name of the net -> the ratio: 0 for copies, about 1 for new
        faces.

    Raises:
        DataError: all test faces are copies of training faces.
    """
    sets = [test, *generated.values()]
    searches = [_Search(net, [features[net.name] for features in sets]) for net in nets]
    for pixels in training_faces:
        for search in searches:
            search.add(pixels)
    means = {search.name: search.mean_distances() for search in searches}
    for net, (mean_of_test, *_) in means.items():
        _refuse_copies(net, mean_of_test, num_test=len(test[net]))
    return {
        name: {net: float(values[index] / values[0]) for net, values in means.items()}
        for index, name in enumerate(generated, start=1)
    }


def _refuse_copies(net: str, mean_distance: float, *, num_test: int) -> None:
    if mean_distance == 0.0:
        raise DataError(
            f"images.npy: each of the {num_test:,} test faces is identical to a training face, "
            f"measured with {net}; expected faces that were not used for training: remove the "
            "copies from the source and run fetch_faces again"
        )


class _Search:
    """The search with one feature net, for all sets of faces together."""

    def __init__(self, net: FeatureNet, sets: Sequence[npt.NDArray[np.float32]]) -> None:
        self.name = net.name
        self._net = net
        self._nearest = Nearest(np.concatenate(sets))
        self._ends = np.cumsum([len(features) for features in sets])
        self._waiting: list[npt.NDArray[np.float32]] = []

    def add(self, pixels: Pixels) -> None:
        """Add a batch of training faces; several batches are compared at a time."""
        self._waiting.append(self._net.features(pixels))
        if len(self._waiting) == _BATCHES_PER_BLOCK:
            self._compare()

    def mean_distances(self) -> list[float]:
        """Return the mean distance of each set to the nearest added face."""
        if self._waiting:
            self._compare()
        sets = np.split(self._nearest.distances, self._ends[:-1])
        return [float(distances.mean()) for distances in sets]

    def _compare(self) -> None:
        self._nearest.update(np.concatenate(self._waiting))
        self._waiting = []
