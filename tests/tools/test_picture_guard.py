"""No picture of a person gets into a commit."""

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.listed_files import list_files

from latentmaps.tools import picture_guard


def picture(width: int = 96, height: int = 96, kind: str = "PNG") -> bytes:
    """Return the bytes of a picture of noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def write(root: Path, name: str, content: bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Path(name)


def write_receipt(root: Path, source: str) -> None:
    write(root, "data/raw/faces/receipt.json", json.dumps({"source": source}).encode())


def array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(9, np.uint8))
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, images=np.zeros(9, np.uint8))
    return buffer.getvalue()


def test_every_committed_file_may_be_committed(root: Path) -> None:
    paths = [Path(name) for name in list_files()]
    assert paths
    assert picture_guard.find_refusals(paths, root) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("name", ["000001.jpg", "reports/draw_samples/prior.png", "notes.md"])
def test_a_picture_is_refused_whatever_its_name_and_format(
    tmp_path: Path, name: str, kind: str
) -> None:
    path = write(tmp_path, name, picture(kind=kind))
    [message] = picture_guard.find_refusals([path], tmp_path)
    assert message.startswith(f"{name}: is a picture")
    assert "git restore --staged" in message


@pytest.mark.parametrize(
    ("name", "content"), [("images.npy", array()), ("data/latents/faces.npz", archive())]
)
def test_an_array_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = write(tmp_path, name, content)
    assert len(picture_guard.find_refusals([path], tmp_path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<img src="data:image/jpeg;base64,{picture}">',
        '{{"outputs": [{{"data": {{"image/png": "{picture}"}}}}]}}',
    ],
)
def test_a_picture_inside_a_page_or_a_notebook_is_refused(tmp_path: Path, text: str) -> None:
    encoded = base64.b64encode(picture()).decode()
    path = write(tmp_path, "docs/page", text.format(picture=encoded).encode())
    [message] = picture_guard.find_refusals([path], tmp_path)
    assert "embedded picture" in message


@pytest.mark.parametrize(
    ("source", "refused"),
    [(None, False), ("avatars", False), ("digits", False), ("celeba", True), ("folder", True)],
)
def test_a_figure_is_accepted_if_its_faces_show_nobody(
    tmp_path: Path, source: str | None, refused: bool
) -> None:
    if source:
        write_receipt(tmp_path, source)
    path = write(tmp_path, "docs/figures/prior.png", picture())
    messages = picture_guard.find_refusals([path], tmp_path)
    assert ["real people" in message for message in messages] == [True] * refused


def test_a_figure_of_the_size_of_celeba_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "docs/figures/prior.png", picture(178, 218))
    [message] = picture_guard.find_refusals([path], tmp_path)
    assert "CelebA" in message


@pytest.mark.slow
def test_the_hook_fails_with_the_messages_and_without_a_traceback(
    root: Path, tmp_path: Path
) -> None:
    write(tmp_path, "face.jpg", picture(kind="JPEG"))
    write(tmp_path, "text.md", b"words")
    command = [sys.executable, "-m", "latentmaps.tools.picture_guard"]
    for names, code in ((["text.md"], 0), (["text.md", "face.jpg"], 1)):
        result = subprocess.run(
            [*command, *names],
            cwd=tmp_path,
            env={"PYTHONPATH": str(root / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == code
        assert result.stderr.count("\n") == code
        assert "Traceback" not in result.stderr
