"""The count of operations per training step, on which benchmarks/train_vae.py relies."""

from typing import Any

import pytest
from benchmarks import flops, train_vae
from tests.vae import example_vae

SMALL: dict[str, Any] = {
    "image_size": 4,
    "num_channels": 1,
    "latent_dim": 1,
    "filters": (2,),
    "kernel_sizes": (3,),
    "strides": (2,),
    "paddings": ("same",),
}
DEEPER: dict[str, Any] = {
    "filters": (2, 5),
    "kernel_sizes": (3, 1),
    "strides": (2, 2),
    "paddings": ("same", "same"),
}


@pytest.mark.parametrize(
    ("changes", "layers"),
    [
        # two maps of 2x2 from an image of 4x4, with kernels of 3x3; 8 features; 1 latent dimension
        ({}, [4 * 9 * 2, 2 * 8, 8, 4 * 9 * 2]),
        ({"upsampling": "resize"}, [4 * 9 * 2, 2 * 8, 8, 16 * 9 * 2]),
        ({"dense_units": 3}, [4 * 9 * 2, 8 * 3, 2 * 3, 3, 3 * 8, 4 * 9 * 2]),
        # 2x2 again: in an image of 4x4, a kernel of 3x3 fits at two rows and two columns
        ({"paddings": ("valid",), "strides": (1,)}, [4 * 9 * 2, 2 * 8, 8, 4 * 9 * 2]),
        # five maps of 1x1 from the two of 2x2, with kernels of 1x1; 5 features
        (DEEPER, [4 * 9 * 2, 2 * 5, 2 * 5, 5, 2 * 5, 4 * 9 * 2]),
        # back from seven maps of 1x1 to four of 2x2, with kernels of 2x2 and 5x5; 7 features
        (
            DEEPER | {"decoder_filters": (7, 4), "decoder_kernel_sizes": (2, 5)},
            [4 * 9 * 2, 2 * 5, 2 * 5, 7, 4 * 7 * 4, 4 * 25 * 4],
        ),
    ],
)
def test_multiply_adds_are_those_counted_by_hand(
    changes: dict[str, Any], layers: list[int]
) -> None:
    assert flops.multiply_adds(example_vae.architecture(**SMALL | changes)) == layers


def test_a_training_step_takes_three_passes_without_the_gradient_of_the_image() -> None:
    passes = 3 * (72 + 16 + 8 + 72) - 72
    assert flops.count_training_step(example_vae.architecture(**SMALL)) == 2 * passes


def test_the_network_of_params_yaml_takes_0_445_gflop_an_image() -> None:
    assert flops.count_training_step(train_vae.network()) == 444_579_840
