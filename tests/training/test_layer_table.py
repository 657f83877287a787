"""The layer table lists every weight of the networks in its layer."""

from pathlib import Path
from typing import Any

import pytest
from tests.vae.example_vae import architecture

from latentmaps.cnn.network import cnn
from latentmaps.params import combinations, loader
from latentmaps.params.train_vae import TrainVae
from latentmaps.training import layer_table
from latentmaps.vae.network import vae
from latentmaps.vae.network.architecture import Architecture


def of_vae(shape: Architecture) -> dict[str, Any]:
    networks = {"encoder": vae.build_encoder(shape), "decoder": vae.build_decoder(shape)}
    return layer_table.tabulate(networks)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dense_units": 7, "batch_norm": "none", "dropout_rate": 0.1},
        {"upsampling": "resize", "batch_norm": "frozen"},
        {"decoder_filters": (7, 5), "decoder_kernel_sizes": (2, 6)},
    ],
    ids=str,
)
def test_the_layers_of_a_vae_have_all_of_its_weights(changes: dict[str, Any]) -> None:
    shape = architecture(**changes)
    rows = of_vae(shape)["layers"]
    assert sum(row["weights"] for row in rows) == combinations.vae_weights(shape)
    assert sum(row["share"] for row in rows) == pytest.approx(1.0)
    assert all(row["weights"] for row in rows)
    assert len({(row["network"], row["layer"]) for row in rows}) == len(rows)


def test_the_layers_of_the_cnn_have_all_of_its_weights() -> None:
    model = cnn.build_cnn(cnn.Architecture((32, 64, 128), 100))
    found = layer_table.tabulate({"CNN": model})
    assert sum(row["weights"] for row in found["layers"]) == 208_982
    assert [row["layer"] for row in found["layers"]] == [
        *("Conv2D_1", "Conv2D_2", "Conv2D_3", "dense", "probabilities"),
    ]
    assert found["dense_share"] == pytest.approx((1152 * 100 + 100 + 100 * 10 + 10) / 208_982)


@pytest.mark.slow
def test_a_row_has_the_shape_of_the_output_and_the_share_of_all_networks(root: Path) -> None:
    section = loader.load(root / "params.yaml").section(TrainVae)
    found = of_vae(Architecture.for_images((1, 96, 96, 3), section))
    total = 7_866_307
    assert sum(row["weights"] for row in found["layers"]) == total
    rows = {(row["network"], row["layer"]): row for row in found["layers"]}
    assert rows["encoder", "convolution_1"]["output_shape"] == "48x48x32"
    assert rows["encoder", "normalization_1"]["weights"] == 4 * 32
    assert rows["encoder", "z_mean"] == {
        "network": "encoder",
        "layer": "z_mean",
        "output_shape": "256",
        "weights": 9216 * 256 + 256,
        "share": (9216 * 256 + 256) / total,
    }
    assert rows["decoder", "features"]["output_shape"] == "9216"
    assert rows["decoder", "logits_bias"]["output_shape"] == "96x96x3"
    # z_mean, z_log_var and features
    assert found["dense_share"] == pytest.approx((3 * 9216 * 256 + 2 * 256 + 9216) / total)
