"""Profiles: sets of values that take precedence over the sections."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from latentmaps.errors import ParamsError
from latentmaps.params import loader, yaml12
from latentmaps.params.base import Base
from latentmaps.params.crop_faces import CropFaces
from latentmaps.params.train_vae import TrainVae


@pytest.fixture
def document(root: Path) -> Any:
    return yaml12.load((root / "params.yaml").read_text(encoding="utf-8"))


def load(document: Any, folder: Path) -> loader.Params:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return loader.load(path)


def test_a_profile_may_override_any_key(document: Any, tmp_path: Path) -> None:
    mine = document["profiles"]["sample"]
    mine["train_vae"]["fact"] = 1.5
    mine["base"]["seed"] = 7
    mine["crop_faces"]["crop_box"] = [0, 0, 100, 100]
    params = load(document, tmp_path)
    assert params.section(TrainVae).fact == 1.5
    assert params.section(Base).seed == 7
    assert params.section(CropFaces).crop_box == (0, 0, 100, 100)
    assert params.section(TrainVae).latent_dim == document["train_vae"]["latent_dim"]


def test_overridden_values_are_listed_by_section(document: Any, tmp_path: Path) -> None:
    document["profiles"]["sample"]["train_vae"] |= {"fact": 1.5, "latent_dim": 256}
    overridden = load(document, tmp_path).overridden
    # latent_dim equals the value in the section, and epochs has no value there
    assert overridden["train_vae"] == ["fact 1.5 instead of 5.0"]
    assert overridden["crop_faces"] == []


def test_another_profile_changes_nothing(document: Any, tmp_path: Path) -> None:
    document["profiles"]["own"]["train_vae"]["fact"] = 1.5
    assert load(document, tmp_path).section(TrainVae).fact == 5.0


def test_a_value_that_no_profile_would_use_is_refused(document: Any, tmp_path: Path) -> None:
    for profile in document["profiles"].values():
        profile["train_vae"]["fact"] = 1.5
    expected = r"train_vae\.fact: found 5\.0, expected profile, since profiles\.sample\.train_vae"
    with pytest.raises(ParamsError, match=expected):
        load(document, tmp_path)


def test_profiles_cannot_set_the_layers_from_which_dvc_creates_stages(
    document: Any, tmp_path: Path
) -> None:
    document["profiles"]["digits"]["draw_oips"]["layers"] = ["Conv2D_1"]
    expected = r"profiles\.digits\.draw_oips\.layers: found \['Conv2D_1'\], expected nothing"
    with pytest.raises(ParamsError, match=expected):
        load(document, tmp_path)


@pytest.mark.parametrize(
    ("section", "key", "message"),
    [
        ("train_vae", "factt", "train_vae.factt: unknown parameter; did you mean fact?"),
        ("train_vea", "fact", "train_vea: unknown; did you mean train_vae?"),
    ],
)
def test_an_unknown_name_in_a_profile_is_refused(
    document: Any, tmp_path: Path, section: str, key: str, message: str
) -> None:
    document["profiles"]["own"].setdefault(section, {})[key] = 1.0
    with pytest.raises(ParamsError) as caught:
        load(document, tmp_path)
    assert f"profiles.own.{message}" in str(caught.value)


def test_what_a_new_profile_has_to_set_is_named_in_the_profile(
    document: Any, tmp_path: Path
) -> None:
    document["profiles"]["mine"] = document["profiles"]["sample"] | {"fetch_digits": {}}
    with pytest.raises(ParamsError, match=r"profiles\.mine\.fetch_digits\.source: missing; add it"):
        load(document, tmp_path)


def test_a_profile_that_fits_no_image_size_is_refused(document: Any, tmp_path: Path) -> None:
    document["profiles"]["digits"]["crop_faces"]["image_size"] = 30
    with pytest.raises(ParamsError, match=r"30.*\(profile digits\)"):
        load(document, tmp_path)


def test_every_profile_has_the_sections_that_stages_name(root: Path) -> None:
    """DVC fails if a profile lacks a section."""
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    named = {
        name.removeprefix("profiles.${profile}.")
        for stage in stages.values()
        for name in stage["params"]
        if name.startswith("profiles.${profile}.")
    }
    profiles = yaml12.load((root / "params.yaml").read_text(encoding="utf-8"))["profiles"]
    assert {name: named - values.keys() for name, values in profiles.items()} == {
        name: set() for name in profiles
    }
    assert named == loader.section_classes().keys() - {"machine"}


def test_every_stage_depends_on_the_profiles_values_of_its_section(root: Path) -> None:
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for name, stage in stages.items():
        own = {key.partition(".")[0] for key in stage["params"] if not key.startswith("profile")}
        of_profile = {key.rpartition(".")[2] for key in stage["params"] if "${profile}." in key}
        assert own == of_profile or "profiles.${profile}" in stage["params"], name
