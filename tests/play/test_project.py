from pathlib import Path

import pytest
from tests.play import example_project

from latentmaps.errors import DataError
from latentmaps.play.project import Project


@pytest.mark.slow
def test_the_project_of_a_model_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example_project.write(tmp_path)
    monkeypatch.chdir(tmp_path / "data")
    for model in (tmp_path / "data/models/vae", Path("models/vae")):
        project = Project.around(model)
        assert project.latents == tmp_path / "data/latents"
        assert project.read_source() == "avatars"
        assert project.read_test_error() == pytest.approx(25.5)


def test_nothing_is_known_of_a_model_elsewhere(tmp_path: Path) -> None:
    project = Project.around(tmp_path / "vae")
    assert (project.latents, project.read_source(), project.read_test_error()) == (None,) * 3


def test_missing_files_are_unknown(tmp_path: Path) -> None:
    project = Project.around(tmp_path / "data/models/vae")
    assert project.read_source() is None
    assert project.read_test_error() is None


@pytest.mark.slow
@pytest.mark.parametrize("numbers", ["{}", '{"mse": "low"}', '{"mse": -1.0}', '{"mse": null}'])
def test_numbers_without_an_error_give_none(tmp_path: Path, numbers: str) -> None:
    example_project.write(tmp_path)
    path = tmp_path / "reports/evaluate_vae/numbers.json"
    path.write_text(numbers, encoding="utf-8")
    assert Project.around(tmp_path / "data/models/vae").read_test_error() is None
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"numbers\.json: not a JSON document"):
        Project.around(tmp_path / "data/models/vae").read_test_error()
