"""The rows of ``gpu_check`` that describe the machine: hardware, drivers and libraries."""

import platform
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from latentmaps import machine, parallel, versions


def describe() -> dict[str, Any]:
    """Return ``num_gpus``, the number of GPUs that TensorFlow sees, and ``rows`` of the table."""
    gpus = tf.config.list_physical_devices("GPU")
    return {"num_gpus": len(gpus), "rows": list(_rows(gpus))}


def _rows(gpus: list[tf.config.PhysicalDevice]) -> Iterator[tuple[str, str]]:
    yield "GPUs", str(len(gpus))
    for gpu in gpus:
        details = tf.config.experimental.get_device_details(gpu)
        capability = ".".join(map(str, details.get("compute_capability", "?")))
        name = details.get("device_name", "?")
        yield f"{gpu.name} in TensorFlow", f"{name}, compute capability {capability}"
    for line in query_nvidia_smi("name,memory.total,driver_version"):
        yield "GPU, memory, driver (nvidia-smi)", line
    built = tf.sysconfig.get_build_info()
    cuda, cudnn = (built.get(f"{name}_version", "none") for name in ("cuda", "cudnn"))
    yield "CUDA, cuDNN that TensorFlow was built with", f"{cuda}, {cudnn}"
    libraries = versions.installed("tensorflow", "keras") | {"python": platform.python_version()}
    yield "versions", ", ".join(f"{name} {version}" for name, version in libraries.items())
    yield "CPU", f"{machine.cpu_name()}, {parallel.num_cores()} cores"


def query_nvidia_smi(query: str) -> list[str]:
    """Return a line for each GPU, or no lines if nvidia-smi or the driver is missing."""
    if shutil.which("nvidia-smi") is None:
        return []
    command = ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.splitlines() if result.returncode == 0 else []
