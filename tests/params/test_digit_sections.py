from pathlib import Path
from typing import Any

import pytest
import yaml

from latentmaps.errors import ParamsError
from latentmaps.params import loader, yaml12
from latentmaps.params.draw_oips import DrawOips
from latentmaps.params.fetch_digits import FetchDigits
from latentmaps.params.train_cnn import TrainCnn


@pytest.fixture
def document(root: Path) -> Any:
    return yaml12.load((root / "params.yaml").read_text(encoding="utf-8"))


def load(document: Any, folder: Path) -> loader.Params:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return loader.load(path)


def test_reads_the_sections_of_the_repository(root: Path) -> None:
    params = loader.load(root / "params.yaml")
    assert params.section(FetchDigits).source == "bundled"
    assert params.section(TrainCnn).filters == (32, 64, 128)
    assert params.section(DrawOips).length_scales == (3, 7, 14, 28)


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        (
            "train_cnn",
            "filters",
            [8, 8, 8, 8],
            "expected filters of at most 3 convolutions",
        ),
        ("train_cnn", "kernel_size", 9, "train_cnn: expected filters of at most 2 convolutions"),
        ("train_cnn", "optimizer", "adam", r"train_cnn\.optimizer: found 'adam'"),
        ("draw_activation_maps", "digits", [10], r"draw_activation_maps\.digits\.0: found 10"),
        ("train_cnn", "momentum", 1.0, r"train_cnn\.momentum: found 1\.0, expected less than 1"),
        ("draw_oips", "layers", ["a", "a"], r"draw_oips\.layers: .* each layer only once"),
        ("draw_oips", "length_scales", [3, 513], r"draw_oips\.length_scales\.1: found 513"),
        ("draw_oips", "length_scales", [[0, 9]], r"length_scales\.0\.0: found 0, expected greate"),
        ("draw_oips", "length_scales", [[3, 513]], r"length_scales\.0\.1: found 513, expected le"),
        ("draw_oips", "length_scales", [[3, 7, 9]], r"length_scales\.0: found 3 values, expected"),
        ("draw_oips", "num_starts", 0, r"draw_oips\.num_starts: found 0"),
        ("draw_oips", "num_finalists", 0, r"draw_oips\.num_finalists: found 0"),
        ("draw_oips", "race_steps", 0, r"draw_oips\.race_steps: found 0"),
        ("draw_oips", "smoothness", 2.5, r"draw_oips\.smoothness: found 2\.5"),
        ("draw_oips", "polish", 1.5, r"draw_oips\.polish: found 1\.5"),
        ("draw_oips", "enrich_strength", -1.0, r"draw_oips\.enrich_strength: found -1\.0"),
        ("draw_oips", "num_steps", 0, r"draw_oips\.num_steps: found 0"),
        ("draw_oips", "length_weights", [1.0], "length_weights: one for each of the 4 length_sca"),
        ("draw_oips", "start_kinds", ["smooth"], r"draw_oips\.start_kinds\.0: found 'smooth'"),
        ("draw_oips", "range", "digits", r"draw_oips\.range: found 'digits'"),
        ("fetch_digits", "path", "digits", r"fetch_digits\.path: found 'digits', expected an abso"),
    ],
)
def test_a_value_out_of_range_is_refused(
    document: Any, tmp_path: Path, section: str, key: str, value: Any, message: str
) -> None:
    document[section][key] = value
    with pytest.raises(ParamsError, match=message):
        load(document, tmp_path)


def test_the_source_folder_needs_a_path(document: Any, tmp_path: Path) -> None:
    document["profiles"]["sample"]["fetch_digits"]["source"] = "folder"
    with pytest.raises(ParamsError, match=r"fetch_digits: expected path: an absolute folder"):
        load(document, tmp_path)
    document["fetch_digits"]["path"] = "/digits"
    assert load(document, tmp_path).section(FetchDigits).path == "/digits"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scale_steps": [20, 40]}, "scale_steps: 3 numbers, one for each length scale except"),
        ({"num_steps": 140}, r"with a sum below num_steps \(140\), found \[20, 40, 80\]"),
        (
            {"length_scales": [28, 14, 7, 3]},
            r"length_scales from coarse to fine .* strategy: enrich",
        ),
        ({"length_scales": [3, 14, [7, 14], 28]}, "length_scales from coarse to fine"),
        ({"length_scales": [3, [7, 14], [14, 7], 28]}, "length_scales from coarse to fine"),
    ],
)
def test_scale_steps_that_do_not_fit_are_refused(
    document: Any, tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    document["draw_oips"] |= values | {"strategy": "enrich"}
    with pytest.raises(ParamsError, match=message):
        load(document, tmp_path)


def test_a_length_scale_may_have_fewer_rows_than_columns(document: Any, tmp_path: Path) -> None:
    scales = [[2, 3], 3, [3, 6], [28, 5]]
    document["draw_oips"] |= {"length_scales": scales, "strategy": "enrich"}
    found = load(document, tmp_path).section(DrawOips)
    assert found.length_scales == ((2, 3), 3, (3, 6), (28, 5))
