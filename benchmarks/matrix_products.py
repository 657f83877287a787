"""How fast this machine multiplies large matrices: what a training could reach at most."""

from benchmarks import measuring, workload
from latentmaps import machine
from latentmaps.params import loader
from latentmaps.params.machine import Machine

SIZE = 2048
PRODUCTS_A_STEP = 4  # as many operations as a step of 128 images


def gflops_a_second(precision: str, num_steps: int) -> float:
    """Return the speed of products of SIZExSIZE matrices, 2 operations for each multiply-add.

    Args:
        precision: as in ``train_vae.precision``.
        num_steps: timed steps.
    """
    machine.configure(loader.load(measuring.ROOT / "params.yaml").section(Machine))
    # TensorFlow's settings come first
    import tensorflow as tf

    from latentmaps.vae.training import compute_dtype

    noise = tf.random.stateless_normal((SIZE, SIZE), seed=(0, 1))
    matrix = tf.cast(noise, compute_dtype.choose(precision))

    def step() -> None:
        for _ in range(PRODUCTS_A_STEP):
            product = tf.matmul(matrix, matrix)
        product[0, 0].numpy()  # waits for the device

    num_products = PRODUCTS_A_STEP * num_steps
    return num_products * 2 * SIZE**3 / workload.time_steps(step, num_steps) / 1e9
