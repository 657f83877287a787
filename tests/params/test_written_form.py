"""params.yaml is committed as DVC writes it, so setting a value changes only its own line."""

import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides


def write(root: Path, folder: Path, override: str) -> tuple[list[str], list[str]]:
    """Return the lines of params.yaml before and after DVC has set a value in a copy."""
    path = folder / "params.yaml"
    shutil.copy(root / "params.yaml", path)
    before = path.read_text(encoding="utf-8").splitlines()
    apply_overrides(path, [override])
    return before, path.read_text(encoding="utf-8").splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("train_vae.fact=3.0", "  fact: 3.0 "),
        ("profiles.sample.train_vae.epochs=3", "      epochs: 3 "),
        ("fetch_faces.path=/a/folder", "  path: /a/folder "),
        ("train_cnn.seed=1", "  seed: 1 "),
        ("train_vae.strides=[2,2,2,3]", "  - 3"),
        ("profile=own", "profile: own "),
    ],
)
def test_dvc_changes_only_the_line_of_the_value(
    root: Path, tmp_path: Path, override: str, expected: str
) -> None:
    before, after = write(root, tmp_path, override)
    assert len(before) == len(after)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0].startswith(expected)


@pytest.mark.slow
def test_dvc_changes_nothing_if_the_value_is_the_same(root: Path, tmp_path: Path) -> None:
    before, after = write(root, tmp_path, "train_vae.fact=5.0")
    assert before == after


@pytest.mark.slow
def test_a_list_of_another_length_keeps_every_comment(root: Path, tmp_path: Path) -> None:
    before, after = write(root, tmp_path, "draw_reconstructions.row_seeds=[1]")
    assert [line for line in before if "#" in line] == [line for line in after if "#" in line]
