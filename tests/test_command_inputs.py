import re
from pathlib import Path

import pytest

from latentmaps import command_inputs
from latentmaps.errors import DataError


def test_params_yaml_says_where_to_compute(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command_inputs.read_machine().device == "auto"
    text = (root / "params.yaml").read_text(encoding="utf-8")
    changed, count = re.subn(r"(\nmachine:.*?\n  device:) auto", r"\1 cpu", text, flags=re.DOTALL)
    assert count == 1
    Path("params.yaml").write_text(changed, encoding="utf-8")
    assert command_inputs.read_machine().device == "cpu"


def test_a_missing_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"m: no such file or folder, nor is there a params\.yaml"):
        command_inputs.require_model(Path("m"))
    Path("params.yaml").touch()
    with pytest.raises(DataError, match=r"^m: no such file or folder, expected a trained network"):
        command_inputs.require_model(Path("m"))
    Path("m").mkdir()
    command_inputs.require_model(Path("m"))


def test_a_model_must_be_a_folder_if_a_folder_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"^m: no such folder, nor is there a params\.yaml in this"):
        command_inputs.require_model_folder(Path("m"))
    Path("params.yaml").touch()
    with pytest.raises(DataError, match=r"^m: no such folder, expected the folder of a trained mo"):
        command_inputs.require_model_folder(Path("m"))
    with pytest.raises(DataError, match=r"^params\.yaml: a file, expected the folder of a trained"):
        command_inputs.require_model_folder(Path("params.yaml"))
    Path("m").mkdir()
    command_inputs.require_model_folder(Path("m"))
