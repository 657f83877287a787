from pathlib import Path
from typing import Any

import pytest
import yaml

from latentmaps.errors import ParamsError
from latentmaps.params import loader, yaml12
from latentmaps.params.train_vae import TrainVae


@pytest.fixture
def document(root: Path) -> dict[str, Any]:
    return yaml12.load((root / "params.yaml").read_text(encoding="utf-8"))


def load(document: Any, folder: Path) -> loader.Params:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return loader.load(path)


def test_reads_every_section_of_the_repository(root: Path) -> None:
    params = loader.load(root / "params.yaml")
    assert params.profile == "sample"
    assert set(params.sections) == set(loader.section_classes())
    assert params.section(TrainVae).filters == (32, 64, 128, 256)


def test_the_profile_decides_what_depends_on_size(document: Any, tmp_path: Path) -> None:
    document["profile"] = "celeba"
    expected = document["profiles"]["celeba"]["train_vae"]["epochs"]
    assert load(document, tmp_path).section(TrainVae).epochs == expected


@pytest.mark.parametrize(
    ("spelling", "value"),
    [("1e-05", 1e-5), ("3", 3.0), ("3.5", 3.5), ("1E2", 100.0), ("0", 0.0), (".5", 0.5)],
)
def test_fact_accepts_every_spelling_dvc_writes(
    root: Path, tmp_path: Path, spelling: str, value: float
) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    path = tmp_path / "params.yaml"
    path.write_text(text.replace("fact: 5.0", f"fact: {spelling}"), encoding="utf-8")
    fact = loader.load(path).section(TrainVae).fact
    assert fact == value
    assert isinstance(fact, float)


def test_a_list_may_be_in_block_style(document: Any, tmp_path: Path) -> None:
    document["train_vae"]["strides"] = [2, 2, 2, 2]  # safe_dump writes blocks, as DVC does
    assert load(document, tmp_path).section(TrainVae).strides == (2, 2, 2, 2)


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("train_vae", "fact", "abc", "train_vae.fact: found 'abc', expected a valid number"),
        ("train_vae", "fact", True, "train_vae.fact: found True, expected a valid number"),
        ("train_vae", "fact", None, "train_vae.fact: found None, expected a valid number"),
        ("train_vae", "fact", -1, "train_vae.fact: found -1, expected greater than or equal to 0"),
        ("train_vae", "fact", float("inf"), "train_vae.fact: found inf, expected a finite number"),
        ("train_vae", "latent_dim", 2.5, "train_vae.latent_dim: found 2.5, expected a valid int"),
        ("train_vae", "filters", 3, "train_vae.filters: found 3, expected a valid tuple"),
        ("train_vae", "filters", [1, "a"], "train_vae.filters.1: found 'a', expected a valid int"),
        (
            "train_vae",
            "strides",
            [2],
            "strides and paddings of equal length",
        ),
        (
            "train_vae",
            "decoder_filters",
            [256, 128, 64],
            "train_vae: expected decoder_filters of 4 values, one per transposed convolution",
        ),
        ("train_vae", "decoder_kernel_sizes", [3] * 5, "as strides has), or null, found 5"),
        ("train_vae", "decoder_filters", [0] * 4, "train_vae.decoder_filters.0: found 0, expected"),
        ("train_vae", "decoder_filters", "mirror", "decoder_filters: found 'mirror', expected a "),
        ("train_vae", "decoder_kernel_sizes", [33] * 4, "sizes.0: found 33, expected less than or"),
        ("train_vae", "kl_method", "magic", "found 'magic', expected 'train_step'"),
        ("machine", "device", "tpu", "machine.device: found 'tpu', expected 'auto', 'cpu' or"),
        ("crop_faces", "crop_box", [9, 0, 3, 4], "crop_faces.crop_box: found"),
        ("base", "seed", -1, "base.seed: found -1, expected greater than or equal to 0"),
        ("machine", "cpu_threads", "x", "found 'x', expected a valid integer"),
        ("machine", "jit_compile", 2, "machine.jit_compile: found 2, expected 'auto', True or Fal"),
        ("train_vae", "factt", 5, "train_vae.factt: unknown parameter; did you mean fact?"),
        ("train_vae", "xyz", 5, "train_vae.xyz: unknown parameter; remove it or correct its"),
        ("xyz", "key", 5, "xyz: unknown, expected one of base, build_explorer, crop_faces, "),
        (
            "train_vae",
            "epochs",
            5,
            "train_vae.epochs: found 5, expected profile, since profiles.sample.train_vae.epochs",
        ),
    ],
)
def test_a_bad_value_is_refused_with_name_value_and_expectation(
    document: Any, tmp_path: Path, section: str, key: str, value: Any, message: str
) -> None:
    document.setdefault(section, {})[key] = value
    with pytest.raises(ParamsError) as caught:
        load(document, tmp_path)
    assert message in str(caught.value)


def test_a_bad_value_of_the_other_profile_is_refused_too(document: Any, tmp_path: Path) -> None:
    document["profiles"]["celeba"]["train_vae"]["epochs"] = 0
    with pytest.raises(ParamsError, match=r"profiles\.celeba\.train_vae\.epochs: found 0"):
        load(document, tmp_path)


def test_a_value_of_several_types_has_one_line(document: Any, tmp_path: Path) -> None:
    document["profiles"]["sample"]["train_vae"]["epochs"] = 0
    with pytest.raises(ParamsError) as caught:
        load(document, tmp_path)
    assert str(caught.value).endswith(
        "epochs: found 0, expected greater than or equal to 1 or 'auto'"
    )


def test_a_missing_value_is_named(document: Any, tmp_path: Path) -> None:
    del document["train_vae"]["fact"]
    with pytest.raises(ParamsError, match=r"train_vae\.fact: missing"):
        load(document, tmp_path)


def test_an_unknown_section_is_refused(document: Any, tmp_path: Path) -> None:
    document["trian_vae"] = {}
    with pytest.raises(ParamsError, match=r"trian_vae: unknown; did you mean train_vae\?"):
        load(document, tmp_path)


def test_an_unknown_section_of_a_profile_is_refused(document: Any, tmp_path: Path) -> None:
    document["profiles"]["sample"]["machines"] = {}
    with pytest.raises(ParamsError, match=r"sample\.machines: unknown; did you mean machine\?"):
        load(document, tmp_path)


def test_a_section_that_is_not_a_mapping_is_refused(document: Any, tmp_path: Path) -> None:
    document["train_vae"] = 5
    with pytest.raises(ParamsError, match="train_vae: found 5, expected a section"):
        load(document, tmp_path)


def test_a_profile_that_is_not_a_name_is_refused(document: Any, tmp_path: Path) -> None:
    document["profile"] = ["sample"]
    with pytest.raises(ParamsError, match=r"profile: found \['sample'\], expected one of sample"):
        load(document, tmp_path)


def test_an_unknown_profile_is_refused_with_the_known_ones(document: Any, tmp_path: Path) -> None:
    document["profile"] = "huge"
    with pytest.raises(
        ParamsError, match=r"found 'huge', expected one of sample, own, celeba, digits$"
    ):
        load(document, tmp_path)


def test_a_misspelled_name_is_answered_with_the_correct_one(document: Any, tmp_path: Path) -> None:
    document["profile"] = "celeb"
    with pytest.raises(ParamsError, match=r"found 'celeb', expected .*; did you mean celeba\?"):
        load(document, tmp_path)


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "a: 1\na: 2"])
def test_a_file_that_is_not_a_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"params\.yaml"):
        loader.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="no such file; run the stage from the folder"):
        loader.load(tmp_path / "params.yaml")
