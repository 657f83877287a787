"""The section ``machine``: where the work is done. No stage depends on it."""

from typing import Annotated, Literal

from pydantic import Field

from latentmaps.params.types import section


@section
class Machine:
    """Attributes:
    device: auto takes a GPU when TensorFlow sees one.
    gpu_memory_limit_mib: cap in MiB, or null: memory grows as it is needed.
    cpu_threads: threads of one operation, or null: all cores.
    jit_compile: XLA; auto is on for one GPU and off on a CPU, where it slows convolutions down.
    cache_images: read all images into memory before a training.
    """

    device: Literal["auto", "cpu", "gpu"]
    gpu_memory_limit_mib: Annotated[int, Field(ge=1, le=1_048_576)] | None
    cpu_threads: Annotated[int, Field(ge=1, le=1024)] | None
    jit_compile: Literal["auto", True, False]
    cache_images: bool
