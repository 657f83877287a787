"""The ``machine`` section: the device and how it is used. No stage depends on it."""

from typing import Annotated, Literal

from pydantic import Field

from latentmaps.params.types import section


@section
class Machine:
    """The device, its memory and threads, and XLA.

    Attributes:
        device: device to use; ``auto`` selects a GPU if TensorFlow sees one.
        gpu_memory_limit_mib: memory limit for each GPU in MiB, or null to allocate memory as
            needed.
        cpu_threads: threads per operation, or null for all cores.
        jit_compile: whether to compile with XLA; ``auto`` means on for one GPU and off for a CPU,
            where XLA slows convolutions down.
        cache_images: whether to read all images into memory before training.
    """

    device: Literal["auto", "cpu", "gpu"]
    gpu_memory_limit_mib: Annotated[int, Field(ge=1, le=1_048_576)] | None
    cpu_threads: Annotated[int, Field(ge=1, le=1024)] | None
    jit_compile: Literal["auto", True, False]
    cache_images: bool
