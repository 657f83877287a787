from typing import get_args, get_type_hints

import numpy as np
import pytest

from latentmaps.params.evaluate_vae import EvaluateVae
from latentmaps.vae.evaluation import feature_nets, fid_network


def test_the_second_net_of_params_is_the_network_of_the_fid() -> None:
    allowed, none = get_args(get_type_hints(EvaluateVae)["feature_net"])
    assert get_args(allowed) == (fid_network.NAME,)
    assert none is type(None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("pixels-pca", []), (fid_network.NAME, ["torch", "torch-fidelity"])],
)
def test_a_net_names_the_libraries_that_compute_it(name: str, expected: list[str]) -> None:
    class Net:
        def features(self, pixels: np.ndarray) -> np.ndarray:
            return pixels

    net = Net()
    net.name = name  # type: ignore[attr-defined]
    assert feature_nets.libraries([net]) == expected  # type: ignore[list-item]
