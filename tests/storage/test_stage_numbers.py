import json
from pathlib import Path

import pytest

from latentmaps.storage import stage_numbers


def test_headlines_and_others_go_to_two_files_and_nothing_twice(tmp_path: Path) -> None:
    found = {"versions": {"keras": "3"}, "psnr_db": 20.5, "samples": {"prior": 1}, "ssim": 0.7}
    metrics, numbers = tmp_path / "metrics.json", tmp_path / "numbers.json"
    stage_numbers.write(found, metrics=metrics, numbers=numbers)
    assert json.loads(metrics.read_text("utf-8")) == {"psnr_db": 20.5, "ssim": 0.7}
    others = {"versions": {"keras": "3"}, "samples": {"prior": 1}}
    assert json.loads(numbers.read_text("utf-8")) == others


def test_nan_and_infinity_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        stage_numbers.write(
            {"ssim": float("nan")}, metrics=tmp_path / "a.json", numbers=tmp_path / "b.json"
        )


@pytest.mark.parametrize("stage", ["train_vae", "evaluate_vae", "train_cnn"])
def test_committed_metrics_are_headlines_that_fit_a_terminal(root: Path, stage: str) -> None:
    path = f"reports/{stage}/metrics.json"
    metrics = json.loads((root / path).read_text(encoding="utf-8"))
    assert all(map(stage_numbers.is_headline, metrics))
    assert all(isinstance(value, int | float) for value in metrics.values())
    # a row of `dvc metrics diff`: path, name and three numbers
    assert all(len(f"{path}  {name}") + 3 * 12 <= 100 for name in metrics)


def test_all_headlines_together_fit_a_screen(root: Path) -> None:
    files = root.glob("reports/*/metrics.json")
    assert 10 <= sum(len(json.loads(file.read_text(encoding="utf-8"))) for file in files) <= 15


def test_the_kernel_distance_of_every_sampler_is_a_headline(tmp_path: Path) -> None:
    found = {"kernel_spiral": 0.5, "psnr_db": 20.0, "kernel": 1.0}
    metrics, numbers = tmp_path / "metrics.json", tmp_path / "numbers.json"
    stage_numbers.write(found, metrics=metrics, numbers=numbers)
    assert json.loads(metrics.read_text("utf-8")) == {"psnr_db": 20.0, "kernel_spiral": 0.5}
    assert json.loads(numbers.read_text("utf-8")) == {"kernel": 1.0}
