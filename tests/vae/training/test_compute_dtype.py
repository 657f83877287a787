from pathlib import Path

import pytest
import tensorflow as tf

from latentmaps.vae.training import compute_dtype


class Capability:
    """A fake GPU with a compute capability."""

    def __init__(self, major: int, minor: int) -> None:
        self.details = {"compute_capability": (major, minor)}


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_an_explicit_precision_is_used(precision: str) -> None:
    assert compute_dtype.choose(precision) == precision


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu avx2 avx512_bf16", True), ("amx_bf16", True), ("fpu avx2 avx512f", False)],
)
def test_the_flags_of_a_cpu_show_whether_it_has_bfloat16(
    tmp_path: Path, flags: str, expected: bool
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"flags : {flags}\n", encoding="utf-8")
    assert compute_dtype.cpu_has_bfloat16(cpuinfo) is expected


def test_without_cpuinfo_a_cpu_has_no_bfloat16(tmp_path: Path) -> None:
    assert not compute_dtype.cpu_has_bfloat16(tmp_path / "none")


@pytest.mark.parametrize(("cpu_has_it", "expected"), [(True, "bfloat16"), (False, "float32")])
def test_auto_selects_bfloat16_only_where_it_is_fast(
    monkeypatch: pytest.MonkeyPatch, cpu_has_it: bool, expected: str
) -> None:
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [])
    monkeypatch.setattr(compute_dtype, "cpu_has_bfloat16", lambda: cpu_has_it)
    assert compute_dtype.choose("auto") == expected


@pytest.mark.parametrize(
    ("gpu", "expected"), [(Capability(8, 0), "bfloat16"), (Capability(7, 5), "float32")]
)
def test_auto_depends_on_the_gpu_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, gpu: Capability, expected: str
) -> None:
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [gpu])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: gpu.details)
    assert compute_dtype.choose("auto") == expected
