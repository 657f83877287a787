"""Where the tensors are computed: device, threads, memory, XLA, precision.

A stage that uses TensorFlow calls ``configure`` before anything else, since TensorFlow fixes
threads and devices at its first operation. Nothing here changes a result by more than rounding, so
no stage of the pipeline depends on it.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

# 1 hides the lines of TensorFlow's C++ core that are no warnings; must be set before the import
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

import tensorflow as tf

from latentmaps import parallel
from latentmaps.errors import ParamsError
from latentmaps.params.machine import Machine

log = logging.getLogger(__name__)

_BFLOAT16_CPU_FLAGS = {"avx512_bf16", "amx_bf16"}
_BFLOAT16_COMPUTE_CAPABILITY = (8, 0)


@dataclass(frozen=True)
class Setup:
    """What was chosen for this process.

    Attributes:
        device: "CPU" or "GPU".
        jit_compile: whether models are compiled with XLA.
        computes_bfloat16: whether the device has instructions for bfloat16.
    """

    device: str
    jit_compile: bool
    computes_bfloat16: bool

    def precision(self, wanted: str) -> str:
        """Gives the precision for ``train_vae.precision``: `wanted`, or the answer to "auto".

        bfloat16 on a CPU without instructions for it takes about ten times as long as float32.
        """
        if wanted != "auto":
            return wanted
        return "bfloat16" if self.computes_bfloat16 else "float32"


def configure(machine: Machine) -> Setup:
    """Sets TensorFlow up as the section ``machine`` says.

    Raises:
        ParamsError: ``machine.device`` is gpu and TensorFlow sees none.
    """
    tf.config.threading.set_intra_op_parallelism_threads(
        machine.cpu_threads or parallel.num_cores()
    )
    # With more than one, operations of a step run in an order of their own and sums round
    # differently from run to run; op determinism and oneDNN off did not cure that, one thread does.
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = _visible_gpus(machine)
    setup = Setup(
        device="GPU" if gpus else "CPU",
        jit_compile=bool(gpus) if machine.jit_compile == "auto" else machine.jit_compile,
        computes_bfloat16=_gpu_computes_bfloat16(gpus[0]) if gpus else _cpu_computes_bfloat16(),
    )
    log.info("Computing on %s", _describe(machine, setup))
    return setup


def _visible_gpus(machine: Machine) -> list[tf.config.PhysicalDevice]:
    gpus = tf.config.list_physical_devices("GPU") if machine.device != "cpu" else []
    if machine.device == "gpu" and not gpus:
        raise ParamsError(
            "machine.device: found gpu, but TensorFlow sees no GPU; set it to auto "
            "or cpu, or install the GPU build with `make setup GPU=1`"
        )
    tf.config.set_visible_devices(gpus[:1], "GPU")
    for gpu in gpus[:1]:
        _limit_memory(gpu, machine.gpu_memory_limit_mib)
    return gpus[:1]


def _limit_memory(gpu: tf.config.PhysicalDevice, limit_mib: int | None) -> None:
    if limit_mib is None:
        tf.config.experimental.set_memory_growth(gpu, True)
    else:
        logical = tf.config.LogicalDeviceConfiguration(memory_limit=limit_mib)
        tf.config.set_logical_device_configuration(gpu, [logical])


def _gpu_computes_bfloat16(gpu: tf.config.PhysicalDevice) -> bool:
    capability = tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
    return tuple(capability) >= _BFLOAT16_COMPUTE_CAPABILITY


def _cpu_computes_bfloat16() -> bool:
    """Reads the flags of the processor; only Linux tells them in a file."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return False
    return not _BFLOAT16_CPU_FLAGS.isdisjoint(cpuinfo.read_text(encoding="utf-8").split())


def _describe(machine: Machine, setup: Setup) -> str:
    xla = "XLA on" if setup.jit_compile else "XLA off"
    if setup.device == "CPU":
        return f"the CPU: {machine.cpu_threads or parallel.num_cores()} threads, {xla}"
    limit = machine.gpu_memory_limit_mib
    return f"one GPU: {f'at most {limit} MiB' if limit else 'memory as needed'}, {xla}"
