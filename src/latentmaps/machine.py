"""Configure TensorFlow: device, threads, memory and XLA.

A stage that uses TensorFlow calls ``configure`` before anything else, because TensorFlow fixes
threads and devices at its first operation. No setting here changes a result by more than rounding,
so no stage depends on this module. With XLA, this is true even for dropout; see
``vae.network.layers``. The compute dtype changes results more; ``vae.training.compute_dtype``
chooses it.
"""

import logging
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from latentmaps import tensorflow_notes

# set the log level and redirect standard error before the first import of TensorFlow
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
with tensorflow_notes.held_back():
    import tensorflow as tf

from latentmaps import parallel, workers
from latentmaps.errors import ParamsError
from latentmaps.params.machine import Machine

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Setup:
    """The configuration of this process.

    Attributes:
        device: "CPU" or "GPU".
        jit_compile: whether models are compiled with XLA.
        strategy: strategy that distributes training over several devices or machines; None for one
            device.
    """

    device: str
    jit_compile: bool
    strategy: tf.distribute.Strategy | None = None

    @property
    def prefetch_to(self) -> str | None:
        """Device to which batches are sent ahead of their step, or None."""
        return "GPU:0" if self.device == "GPU" and self.strategy is None else None


def configure(machine: Machine, *, spread: bool = False) -> Setup:
    """Configure TensorFlow according to the ``machine`` section.

    Args:
        machine: the ``machine`` section of params.yaml.
        spread: whether to use all GPUs and the machines in TF_CONFIG instead of one device.

    Raises:
        ParamsError: ``machine.device`` is gpu and TensorFlow sees none, or TF_CONFIG is invalid.
    """
    tf.config.threading.set_intra_op_parallelism_threads(
        machine.cpu_threads or parallel.num_cores()
    )
    # With more than one inter-op thread, the operations of a step run in varying order, and sums
    # round differently from run to run. Op determinism and disabling oneDNN did not fix that; one
    # thread does. With several machines, waiting for the others blocks one thread, so two are
    # needed.
    num_workers = len(workers.addresses()) if spread else 0
    tf.config.threading.set_inter_op_parallelism_threads(1 if num_workers < 2 else 2)
    gpus = _visible_gpus(machine, spread=spread)
    strategy = _strategy(gpus, num_workers)
    setup = Setup(
        device="GPU" if gpus else "CPU",
        # XLA does not support the cross-device sums of a strategy
        jit_compile=bool(gpus) and strategy is None
        if machine.jit_compile == "auto"
        else machine.jit_compile,
        strategy=strategy,
    )
    log.info("Computing on %s", _describe(machine, setup, gpus, num_workers))
    return setup


def _visible_gpus(machine: Machine, *, spread: bool) -> list[tf.config.PhysicalDevice]:
    gpus = tf.config.list_physical_devices("GPU") if machine.device != "cpu" else []
    if machine.device == "gpu" and not gpus:
        raise ParamsError(
            "machine.device: found gpu, but TensorFlow sees no GPU; set it to auto or cpu, or "
            "install TensorFlow with CUDA using `make setup GPU=1`"
        )
    taken = gpus if spread else gpus[:1]
    tf.config.set_visible_devices(taken, "GPU")
    for gpu in taken:
        _limit_memory(gpu, machine.gpu_memory_limit_mib)
    return taken


def _strategy(
    gpus: list[tf.config.PhysicalDevice], num_workers: int
) -> tf.distribute.Strategy | None:
    if num_workers > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy() if len(gpus) > 1 else None


def _limit_memory(gpu: tf.config.PhysicalDevice, limit_mib: int | None) -> None:
    if limit_mib is None:
        tf.config.experimental.set_memory_growth(gpu, True)
    else:
        logical = tf.config.LogicalDeviceConfiguration(memory_limit=limit_mib)
        tf.config.set_logical_device_configuration(gpu, [logical])


def cpu_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the model name of the CPU, or its architecture if the name is unknown.

    Args:
        cpuinfo: the file in which Linux lists the model name (on x86 only).
    """
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _describe(
    machine: Machine, setup: Setup, gpus: list[tf.config.PhysicalDevice], num_workers: int
) -> str:
    xla = "XLA on" if setup.jit_compile else "XLA off"
    place = f"machine {workers.rank() + 1} of {num_workers}, " if num_workers > 1 else ""
    if setup.device == "CPU":
        threads = machine.cpu_threads or parallel.num_cores()
        return f"{place}the CPU, {cpu_name()}: {threads} threads, {xla}"
    limit = machine.gpu_memory_limit_mib
    memory = f"at most {limit} MiB each" if limit else "memory as needed"
    number = "one GPU" if len(gpus) == 1 else f"{len(gpus)} GPUs"
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    names = dict.fromkeys(detail.get("device_name", "unnamed") for detail in details)
    return f"{place}{number}, {', '.join(names)}: {memory}, {xla}"
