"""Choose the compute dtype of convolutions and matrix products for ``precision: auto``."""

from pathlib import Path

import tensorflow as tf

_CPU_FLAGS = {"avx512_bf16", "amx_bf16"}
_COMPUTE_CAPABILITY = (8, 0)


def choose(precision: str) -> str:
    """Return the compute dtype for ``train_vae.precision``.

    ``"auto"`` is bfloat16 on devices with bfloat16 instructions, and float32 elsewhere. On a CPU
    without such instructions, bfloat16 takes about six times as long as float32.

    Args:
        precision: ``"auto"``, ``"float32"``, ``"bfloat16"`` or ``"float16"``.
    """
    if precision != "auto":
        return precision
    gpus = tf.config.get_visible_devices("GPU")
    fast = _gpu_has_bfloat16(gpus[0]) if gpus else cpu_has_bfloat16()
    return "bfloat16" if fast else "float32"


def _gpu_has_bfloat16(gpu: tf.config.PhysicalDevice) -> bool:
    capability = tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
    return tuple(capability) >= _COMPUTE_CAPABILITY


def cpu_has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Report whether the CPU has bfloat16 instructions; False if there is no /proc/cpuinfo."""
    if not cpuinfo.exists():
        return False
    return not _CPU_FLAGS.isdisjoint(cpuinfo.read_text(encoding="utf-8").split())
