from pathlib import Path
from typing import Any

import pytest

from latentmaps.errors import ParamsError
from latentmaps.params import loader
from latentmaps.params.evaluate_vae import EvaluateVae


def section(**changes: Any) -> EvaluateVae:
    given: dict[str, Any] = {
        "num_encoded": 100,
        "num_compared": 50,
        "num_searched": None,
        "temperature": 0.8,
        "feature_net": None,
        "feature_net_weights": None,
    }
    return EvaluateVae(**given | changes)


def test_without_a_network_there_are_no_weights() -> None:
    assert section().fid_weights is None


def test_a_second_network_has_a_name_and_a_file() -> None:
    named = section(feature_net="inception-2015-fid", feature_net_weights="/weights.pth")
    assert named.fid_weights == Path("/weights.pth")


@pytest.mark.parametrize(
    "given", [{"feature_net": "inception-2015-fid"}, {"feature_net_weights": "/weights.pth"}]
)
def test_a_network_without_weights_and_weights_without_a_network_are_refused(
    given: dict[str, str],
) -> None:
    with pytest.raises(ParamsError, match="expected both or neither: weights are not"):
        _ = section(**given).fid_weights


def test_a_relative_file_of_weights_is_refused() -> None:
    named = section(feature_net="inception-2015-fid", feature_net_weights="weights.pth")
    with pytest.raises(
        ParamsError, match=r"feature_net_weights: found weights\.pth, expected an abs"
    ):
        _ = named.fid_weights


@pytest.mark.parametrize("name", ["keras-InceptionV3", "InceptionV3", "fid", "pixels-pca"])
def test_another_second_network_is_refused_with_the_allowed_one(
    root: Path, tmp_path: Path, name: str
) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    assert text.count("  feature_net:  ") == 1
    text = text.replace("  feature_net:  ", f"  feature_net: {name} ")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as refused:
        loader.load(tmp_path / "params.yaml")
    assert str(refused.value).endswith(
        f"params.yaml: evaluate_vae.feature_net: found '{name}', expected 'inception-2015-fid'"
    )
