"""`make gpu-check` on the CPU: every row, and how failures are reported."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from benchmarks import gpu_check, gpu_groups, gpu_machine, gpu_processes, workload
from benchmarks.gpu_processes import Check, FailedError
from tests import warm_python


def check(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(warm_python.interpreter()), "-m", "benchmarks.gpu_check", *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": "src", "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_every_row_is_filled_in(root: Path) -> None:
    result = check(root, "--on-cpu")
    assert result.returncode == 0, result.stdout + result.stderr
    heads, line, *rows = result.stdout.splitlines()
    assert (heads, line) == ("| what | found |", "| --- | --- |")
    found = dict(row.strip("| ").split(" | ") for row in rows)
    assert len(found) == len(rows)
    assert "failed" not in result.stdout
    assert "passed" in found["tests that need a GPU"]
    assert "skipped" not in found["tests that need a GPU"]
    speeds = [text for name, text in found.items() if name.startswith("images/s, CPU")]
    assert len(speeds) == 7
    assert all(float(text.split()[0].replace(",", "")) > 0 for text in speeds)
    against_cpu, as_trained = (
        text for name, text in found.items() if "in float32, against the CPU" in name
    )
    assert float(against_cpu) == 0.0
    assert float(as_trained) < 1e-5
    assert found["a second run with the same seed"].startswith("equal bytes")
    assert "steps without overflow" in found["float16 with its loss scale"]
    [spread] = [text for name, text in found.items() if "MirroredStrategy over 2" in name]
    assert float(spread) < 1e-5


@pytest.mark.slow
def test_without_a_gpu_one_message_says_what_to_do(root: Path) -> None:
    result = check(root)
    assert result.returncode == 1
    assert result.stdout == ""
    [message] = [line for line in result.stderr.splitlines() if "gpu-check" in line]
    assert message.startswith("gpu-check: TensorFlow sees no GPU, expected at least one; install")
    assert "Traceback" not in result.stderr


def test_a_failing_row_shows_its_error_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def half(_: Check) -> gpu_groups.Rows:
        yield "first", FailedError("1")
        raise FailedError(f"InternalError: a | {Path.home()}/b")

    def whole(_: Check) -> gpu_groups.Rows:
        yield "second", "2"

    monkeypatch.setattr(gpu_groups, "GROUPS", {"speeds": half, "losses": whole})
    assert gpu_check.print_table(Check("cpu", tmp_path), [("GPUs", "1")])
    _, _, *rows = capsys.readouterr().out.splitlines()
    assert rows == [
        "| GPUs | 1 |",
        "| first | **failed**: 1 |",
        "| speeds | **failed**: InternalError: a / b |",
        "| second | 2 |",
    ]


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the processes of the check with their packages already imported."""
    monkeypatch.setattr(sys, "executable", str(warm_python.interpreter()))
    monkeypatch.setenv("PYTHONPATH", "src")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")


@pytest.mark.slow
@pytest.mark.usefixtures("warm")
def test_a_row_shows_the_error_of_its_process(tmp_path: Path) -> None:
    nothing = Check("cpu", tmp_path / "none.npy")
    with pytest.raises(FailedError, match=r"^DataError: .*none\.npy"):
        nothing.ask("first_steps")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import sys; print('one\\ntwo'); sys.exit(3)", "^exit code 3, two$"),
        ("import os; os.abort()", "^exit code -6, no output$"),
        ("import time; time.sleep(60)", "^no answer within 1 s$"),
    ],
)
def test_a_process_that_fails_or_hangs_is_reported(
    monkeypatch: pytest.MonkeyPatch, program: str, expected: str
) -> None:
    if "sleep" in program:
        monkeypatch.setattr(gpu_processes, "TIMEOUT_S", 1)
    with pytest.raises(FailedError, match=expected):
        gpu_processes.run_python(["-c", program])


def test_losses_that_differ_by_more_than_rounding_fail() -> None:
    assert gpu_groups.within_tolerance([2.0, 4.0004], [2.0, 4.0]) == "1.0e-04"
    for other, far in ((4.4, "1.0e-01"), (float("nan"), "nan")):
        found = gpu_groups.within_tolerance([2.0, other], [2.0, 4.0])
        assert isinstance(found, FailedError)
        assert str(found) == f"losses differ by {far}, expected at most 0.001"


def test_more_memory_than_the_limit_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answers: list[dict[str, Any]] = [{"peak_mib": 2049.0}, {"peak_mib": 900.4}]
    monkeypatch.setattr(Check, "ask", lambda *_, **__: answers.pop(0))
    on_gpu = Check("gpu", tmp_path)
    [(name, error)] = gpu_groups.limit_memory(on_gpu)
    assert isinstance(error, FailedError)
    assert str(error) == "2,049 MiB, expected at most 2048"
    assert list(gpu_groups.limit_memory(on_gpu)) == [(name, "900 MiB")]


@pytest.mark.slow
@pytest.mark.usefixtures("warm")
def test_a_failing_variant_keeps_the_speeds_of_the_others(tmp_path: Path) -> None:
    images = workload.write_images(tmp_path, 16)
    small = Check("cpu", images, batch_size=4, num_rounds=1, network=dict(gpu_check.TINY))
    ways = [(False, "float32", False), (False, "float99", True)]
    answer = small.ask("speed", num_steps=2, ways=ways)
    assert list(answer["speeds"]) == ["XLA off, float32, without prefetching"]
    assert list(answer["errors"]) == ["XLA off, float99"]
    (_, speed), (name, error) = gpu_groups.list_speeds("images/s", answer)
    assert isinstance(speed, str)
    assert name == "images/s, XLA off, float99"
    assert isinstance(error, FailedError)


def test_the_rows_of_the_machine_name_every_gpu_and_its_driver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpus = [tf.config.PhysicalDevice(f"/physical_device:GPU:{i}", "GPU") for i in range(2)]
    details = {"device_name": "Card", "compute_capability": (8, 6)}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: gpus)
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: details)
    monkeypatch.setattr(gpu_machine, "query_nvidia_smi", lambda _: ["Card, 24576 MiB, 550.1"])
    found = gpu_machine.describe()
    assert found["num_gpus"] == 2
    rows = dict(found["rows"])
    card = "Card, compute capability 8.6"
    assert [rows[f"{gpu.name} in TensorFlow"] for gpu in gpus] == [card, card]
    assert rows["GPU, memory, driver (nvidia-smi)"] == "Card, 24576 MiB, 550.1"
    assert rows["CPU"].endswith("cores")
