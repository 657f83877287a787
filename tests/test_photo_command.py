"""The command ``latentmaps photo``: what it writes, and what it refuses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image
from tests.play import example_photos, example_project
from tests.vae.example_vae import small_vae

from latentmaps import command_line
from latentmaps.vae.network import vae_files


@pytest.fixture(scope="module")
def first_project(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A project with a small VAE and photos."""
    folder = tmp_path_factory.mktemp("photo")
    example_project.write(folder)
    example_photos.write(folder)
    shutil.copy(root / "params.yaml", folder)
    return folder


@pytest.fixture
def project(first_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, as the working directory."""
    shutil.copytree(first_project, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    # TensorFlow can configure threads and devices only once per process
    monkeypatch.setattr("latentmaps.machine.configure", mock.Mock(return_value=mock.Mock()))
    return tmp_path


def ask(*words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["photo", *words])
    return ended.value.code


def files(project: Path) -> set[str]:
    return {str(path.relative_to(project)) for path in project.rglob("*")}


@pytest.mark.slow
def test_a_sheet_is_written_and_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(project)
    words = ("plain.png", "turned.jpg", "--add", "Smiling=1.5", "--output", "me.png")
    assert ask(*words) == 0
    assert files(project) - before == {"me.png"}
    shown = capsys.readouterr()
    assert shown.out.startswith("me.png: 2 photos, reconstructed with an error of ")
    assert shown.out.endswith(" of 255 levels (test faces: 25.5)\n")
    assert "has seen only drawings, no photo" in shown.err
    content = Path("me.png").read_bytes()
    assert ask(*words) == 0
    assert Path("me.png").read_bytes() == content


@pytest.mark.slow
def test_the_sheet_goes_to_the_reports_by_itself(project: Path) -> None:
    assert ask("plain.png") == 0
    assert ask("plain.png", "turned.jpg", "--box", "10,10,90,90") == 0
    written = {path.name for path in (project / "reports/photo").iterdir()}
    assert written == {"plain.png", "plain-and-1-more.png"}


@pytest.mark.slow
@pytest.mark.parametrize("photo", ["cmyk.jpg", "clear.png", "gray16.png"])
def test_pictures_of_every_kind_are_accepted(project: Path, photo: str) -> None:
    assert ask(photo, "--output", "me.png") == 0


@pytest.mark.slow
def test_the_photo_is_the_first_tile(project: Path) -> None:
    assert ask("plain.png", "--box", "0,0,50,50", "--output", "me.png") == 0
    pixels = np.asarray(Image.open("me.png")).reshape(-1, 3)
    # 16 pixels per edge, enlarged twelve times
    assert (pixels == [255, 0, 0]).all(axis=1).sum() == 192 * 192


@pytest.mark.slow
def test_a_model_elsewhere_needs_named_latents_for_attributes_alone(project: Path) -> None:
    shutil.move("data/models/vae", "mine")
    assert ask("plain.png", "--model", "mine", "--output", "me.png") == 0
    words = ("plain.png", "--model", "mine", "--add", "Smiling=1", "--output", "me.png")
    assert ask(*words, "--latents", "data/latents") == 0
    assert "found a model outside data/models/vae and no --latents" in str(ask(*words))


@pytest.mark.slow
def test_the_model_of_another_project_brings_what_it_needs(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "here").mkdir()
    monkeypatch.chdir(project / "here")
    assert ask("../plain.png", "--model", "../data/models/vae", "--add", "Smiling=1") == 0
    assert "(test faces: 25.5)" in capsys.readouterr().out


@pytest.mark.slow
def test_force_adds_attributes_with_a_low_d_prime(project: Path) -> None:
    words = ("plain.png", "--add", "Young=1", "--output", "me.png")
    assert "Young: d' " in str(ask(*words))
    assert ask(*words, "--force") == 0


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("nothing.jpg",), "nothing.jpg: no such file, expected a photo; correct the path"),
    (("folder.png",), "folder.png: no such file"),
    (("text.png",), "text.png: not a complete JPEG, PNG or WebP picture (not recognized as"),
    (("plain.png", "cut.jpg"), "cut.jpg: not a complete JPEG, PNG or WebP picture"),
    (("animated.gif",), "animated.gif: not a complete JPEG, PNG or WebP picture"),
    (("phone.jpg",), "phone.jpg: HEIC, expected JPEG, PNG or WebP; convert it, see docs/own-pic"),
    (("small.png",), "small.png: 40x7 pixels, expected at least 16 per side; choose"),
    (("huge.png",), "huge.png: 10000x10000 pixels, expected at most 40,000,000 in total for a PNG"),
    (("plain.png", "--box", "0,0,7,7"), "plain.png: 7x7 pixels to crop, expected at least 8x8"),
    (("plain.png", "--box", "0,0,9"), "--box: found '0,0,9', expected LEFT,TOP,RIGHT,BOTTOM in"),
    (("plain.png", "--box=-1,0,9,9"), "--box: found '-1,0,9,9', expected LEFT,TOP,RIGHT,BOTTOM"),
    (("plain.png", "--box", "0,0,99,999"), "plain.png: box: found [0, 0, 99, 999], expected one"),
    (("plain.png", "--box", "0,0,50,40"), "expected a square"),
    (("plain.png", "--add", "Smiling"), "--add: found 'Smiling', expected an attribute and an"),
    (("plain.png", "--add", "Smiling=99"), "--add: found 'Smiling=99', expected an attribute"),
    (("plain.png", "--add", "smile=1"), "attribute smile: unknown, expected one of Smiling, Y"),
    (("plain.png", "--add", "Bald=1"), "attribute Bald: 3 training faces with it, expected at"),
    (("plain.png", "--add", "Young=1"), "--add: Young: d' "),
    (("plain.png", "--add", "Smiling=1", "--latents", "data"), "data/train.npz: not an .npz file"),
    (("plain.png", "--model", "nothing"), "nothing: no such folder, expected the folder of a tr"),
    (("plain.png", "--model", "plain.png"), "plain.png: a file, expected the folder of a trained"),
    (("plain.png", "--model", "data"), "data/architecture.json: "),
    (("plain.png", "--output", "me.jpg"), "me.jpg: expected the name of a PNG file, such as"),
    (("plain.png", "--output", "data"), "data: expected the name of a PNG file"),
    (("plain.png", "--output", "plain.png"), "plain.png: is one of the photos, expected another"),
    (("plain.png", "--output", "./data/../plain.png"), "is one of the photos, expected another"),
    (
        ("plain.png", "--output", "text.png/me.png"),
        "; nothing was written - make sure that the dis",
    ),
    (("plain.png",) * 65, "found 65 photos, expected at most 64 at a time"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "message"), REFUSED, ids=range(len(REFUSED)))
def test_invalid_input_is_refused_in_one_message_and_nothing_is_written(
    project: Path, words: tuple[str, ...], message: str
) -> None:
    before, plain = files(project), Path("plain.png").read_bytes()
    said = str(ask(*words))
    assert said.startswith("latentmaps photo: ")
    assert message in said
    assert "\n" not in said
    assert files(project) == before
    assert Path("plain.png").read_bytes() == plain


@pytest.mark.slow
def test_latents_of_another_vae_are_refused(project: Path) -> None:
    vae_files.save(project / "data/models/vae", small_vae(latent_dim=4))
    said = str(ask("plain.png", "--add", "Smiling=1"))
    assert "train.npz: points of 5 dimensions, expected 4, the latent_dim of the VAE" in said
    assert ask("plain.png") == 0


@pytest.mark.slow
def test_faces_without_attributes_are_reported(project: Path) -> None:
    Path("data/latents/attributes.npz").unlink()
    said = str(ask("plain.png", "--add", "Smiling=1"))
    assert "attributes.npz: not an .npz file with the arrays names" in said
    assert "run evaluate_vae again" in said


@pytest.mark.slow
def test_an_output_that_git_would_commit_is_warned_about(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    Path(".gitignore").write_text("/reports/photo/\n", encoding="utf-8")
    assert ask("plain.png") == 0
    assert "git" not in capsys.readouterr().err
    assert ask("plain.png", "--output", "me.png") == 0
    warning = "me.png shows the photo, and git does not ignore it: do not commit it"
    assert warning in capsys.readouterr().err


@pytest.mark.slow
def test_without_receipt_and_numbers_the_output_does_not_mention_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data/raw/faces/receipt.json").unlink()
    Path("reports/evaluate_vae/numbers.json").unlink()
    Path("params.yaml").unlink()
    assert ask("plain.png") == 0
    shown = capsys.readouterr()
    assert "test faces" not in shown.out
    assert shown.err == ""


def test_a_damaged_receipt_is_refused(project: Path) -> None:
    text = json.dumps({"source": "elsewhere"})
    Path("data/raw/faces/receipt.json").write_text(text, encoding="utf-8")
    assert "receipt.json: source: found 'elsewhere', expected one of" in str(ask("plain.png"))


@pytest.mark.slow
def test_a_mistake_is_reported_before_tensorflow_is_imported(project: Path, root: Path) -> None:
    program = (
        "import sys\nfrom latentmaps import command_line\n"
        "try: command_line.main(['photo', 'plain.png', '--box', 'here'])\n"
        "except SystemExit as error: print(error)\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "--box: found 'here'" in result.stdout
