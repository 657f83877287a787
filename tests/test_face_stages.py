"""The real stages after train_vae, on faces without attributes and on bad input."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.example_workspace import Workspace, assert_refused
from tests.vae.example_vae import small_vae

from latentmaps.vae.network import vae_files

pytestmark = pytest.mark.slow

NUM_FACES = 24
LATENT_SPACE = {"raw_faces": ".", "faces": ".", "model": "vae", "latents": "latents"}
CHARTS = ("z_points", "dimensions", "projection")
PICTURES = (*CHARTS, "interpolations", "traversals", "attributes", "plane")
SMALL = {
    "profiles.sample.train_vae.epochs": 2,
    "draw_reconstructions.num_columns": 3,
    "draw_samples.num_samples": 8,
    "draw_samples.temperatures": [0.7],
    "draw_latent_space.num_dimensions": 2,
    "draw_latent_space.num_steps": 3,
    "draw_latent_space.num_pairs": 2,
    "draw_latent_space.plane_steps": 3,
}
Result = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a VAE trained on ten faces."""
    workspace = Workspace(tmp_path_factory.mktemp("faces"), Path(__file__).parents[1])
    workspace.write_faces(num_train=10, num_test=NUM_FACES - 11)
    write_index(workspace)
    workspace.shrink_network()
    workspace.override(SMALL)
    result = workspace.train_vae(out=".")
    assert result.returncode == 0, result.stderr
    return workspace


@pytest.fixture(scope="module")
def evaluated(trained: Workspace) -> Workspace:
    """The workspace `trained` after evaluate_vae; its faces have no attributes."""
    result = evaluate(trained, ".")
    assert result.returncode == 0, result.stderr
    return trained


def write_index(workspace: Workspace, header: str = "", value: str = "") -> None:
    lines = [f"{row},{row}.jpg,,{value}" for row in range(NUM_FACES)]
    text = "\n".join([f"row,file,partition,identity{header}", *lines])
    (workspace.folder / "index.csv").write_text(f"{text}\n", encoding="utf-8")
    receipt = {"source": "folder", "license": "yours"}
    (workspace.folder / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")


def evaluate(workspace: Workspace, out: str, faces: str = ".") -> Result:
    paths = {"faces": faces, "model": "vae", "latents": f"{out}/latents", "report": out}
    return workspace.run("evaluate_vae", paths)


def draw_samples(workspace: Workspace, out: str, **changes: str) -> Result:
    paths = {"model": "vae", "latents": "latents", "report": out} | changes
    return workspace.run("draw_samples", paths)


def draw_latent_space(workspace: Workspace, out: str, **changes: str) -> Result:
    return workspace.run("draw_latent_space", LATENT_SPACE | {"report": out} | changes)


def draw_reconstructions(workspace: Workspace, out: str) -> Result:
    paths = {"raw_faces": ".", "faces": ".", "model": "vae", "training": ".", "report": out}
    return workspace.run("draw_reconstructions", paths)


def test_faces_without_attributes_are_drawn_and_the_sheets_say_so(evaluated: Workspace) -> None:
    write_index(evaluated)
    result = draw_latent_space(evaluated, "drawn")
    assert result.returncode == 0, result.stderr
    sheets = json.loads((evaluated.folder / "drawn/sheets.json").read_text(encoding="utf-8"))
    assert list(sheets) == list(PICTURES)
    for name in ("projection", "attributes"):
        assert "has no attributes" in sheets[name]["caption"]
    assert "mind whose they are" in sheets["interpolations"]["caption"]
    assert all((evaluated.folder / f"drawn/{name}.png").exists() for name in PICTURES)


@pytest.mark.parametrize(
    ("draw", "changing", "staying"),
    [
        (draw_reconstructions, "sampled.png", "test.png"),
        (draw_samples, "prior.png", ""),
        (draw_latent_space, "interpolations.png", "plane.png"),
    ],
)
def test_the_seed_of_a_stage_changes_its_pictures_and_null_is_base_seed(
    evaluated: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    draw: Callable[[Workspace, str], Result],
    changing: str,
    staying: str,
) -> None:
    write_index(evaluated)
    drawn: dict[int | None, dict[str, bytes]] = {}
    for seed in (None, 2022, 7):
        change = evaluated.overridden({f"{draw.__name__}.seed": seed})
        with monkeypatch.context() as patch:
            patch.setattr(evaluated, "params", change)
            result = draw(evaluated, f"seed{seed}")
        assert result.returncode == 0, result.stderr
        files = (evaluated.folder / f"seed{seed}").iterdir()
        drawn[seed] = {file.name: file.read_bytes() for file in files}
    assert drawn[None] == drawn[2022]
    assert drawn[None][changing] != drawn[7][changing]
    assert not staying or drawn[None][staying] == drawn[7][staying]


def test_an_unknown_attribute_is_refused_with_the_known_ones(evaluated: Workspace) -> None:
    write_index(evaluated, ",Bald", ",1")
    result = draw_latent_space(evaluated, "out")
    assert_refused(
        evaluated, result, "draw_latent_space.attributes: found Smiling, expected some of Bald"
    )


def test_encodings_of_an_earlier_vae_are_refused(evaluated: Workspace) -> None:
    vae_files.save(evaluated.folder / "another_vae", small_vae(latent_dim=4))
    for draw in (draw_samples, draw_latent_space):
        result = draw(evaluated, "out", model="another_vae")
        message = "latents/train.npz: points of 8 dimensions, expected 4, the latent_dim of"
        assert_refused(evaluated, result, message, "run evaluate_vae again")


def test_a_feature_net_without_weights_is_refused_before_any_work(
    trained: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = trained.overridden({"evaluate_vae.feature_net": "inception-2015-fid"})
    monkeypatch.setattr(trained, "params", change)
    result = evaluate(trained, "out")
    assert_refused(trained, result, "expected both or neither: weights are not downloaded")
    assert "Computing on" not in result.stderr


@pytest.mark.parametrize("num_test", [1, 6])
def test_too_few_test_faces_are_refused_before_any_work(trained: Workspace, num_test: int) -> None:
    parts = ["train"] * 10 + ["validation"] + ["test"] * num_test
    parts += ["unused"] * (NUM_FACES - len(parts))
    lines = ["row,part", *(f"{row},{part}" for row, part in enumerate(parts))]
    few = trained.folder / "few"
    few.mkdir(exist_ok=True)
    for name in ("images.npy", "index.csv"):
        shutil.copy(trained.folder / name, few)
    (few / "split.csv").write_text("\n".join(lines), encoding="utf-8")
    result = evaluate(trained, "out", faces="few")
    message = f"found {num_test} images in a set to compare, expected at least 7"
    assert_refused(trained, result, message, "split_faces.num_train or split_faces.num_test")
