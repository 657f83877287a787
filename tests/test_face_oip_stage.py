"""The real stage that draws the patterns of the encoder, on a few faces, and on bad input."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.example_workspace import Workspace, assert_refused
from tests.face_oips import example
from tests.vae.example_vae import small_vae

from latentmaps.vae.network import vae_files

pytestmark = pytest.mark.slow

PATHS = {"raw_faces": ".", "faces": ".", "model": "vae"}


@pytest.fixture
def trained(workspace: Workspace) -> Workspace:
    """A workspace with seven faces and a VAE for them."""
    workspace.write_faces(example.images(7), num_train=2, num_test=4)
    (workspace.folder / "receipt.json").write_text('{"source": "folder"}', encoding="utf-8")
    vae_files.save(workspace.folder / "vae", small_vae())
    workspace.override({"draw_face_oips.num_steps": 3})
    return workspace


def draw(workspace: Workspace, out: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return workspace.run("draw_face_oips", PATHS | {"report": out} | changes)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_second_run_gives_equal_bytes_and_another_seed_other_patterns(trained: Workspace) -> None:
    drawn = {}
    for name in ("first", "second", "other"):
        if name == "other":
            trained.override({"draw_face_oips.seed": 7})
        result = draw(trained, name)
        assert result.returncode == 0, result.stderr
        drawn[name] = files(trained.folder / name)
    assert set(drawn["first"]) == {"index.html"} | {
        f"patterns/{name}"
        for name in ("convolution_1.png", "convolution_2.png", "patterns.csv", "sheets.json")
    }
    assert drawn["first"] == drawn["second"]
    assert drawn["first"]["patterns/patterns.csv"] != drawn["other"]["patterns/patterns.csv"]
    sheets = json.loads(drawn["first"]["patterns/sheets.json"])
    assert list(sheets) == ["convolution_1", "convolution_2"]
    assert b"This page shows parts of the faces of real people." in drawn["first"]["index.html"]


def test_no_test_face_ends_in_one_message(trained: Workspace) -> None:
    path = trained.folder / "split.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("test", "train"), encoding="utf-8")
    assert_refused(trained, draw(trained, "out"), "split.csv: no faces in the part test")


def test_a_folder_without_a_vae_ends_in_one_message(trained: Workspace) -> None:
    (trained.folder / "empty").mkdir()
    result = draw(trained, "out", model="empty")
    assert_refused(trained, result, "empty", "run train_vae again")


def test_faces_of_another_size_end_in_one_message(trained: Workspace) -> None:
    trained.write_faces(num_train=2, num_test=4)
    result = draw(trained, "out")
    assert_refused(trained, result, "images: 16x16x3 images expected, found an array of shape")
