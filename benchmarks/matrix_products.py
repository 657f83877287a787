"""Measure how fast this machine multiplies large matrices, an upper limit for training."""

from benchmarks import measuring, workload

SIZE = 2048
PRODUCTS_PER_STEP = 4  # about as many operations as a training step with 128 images
GFLOP_PER_STEP = PRODUCTS_PER_STEP * 2 * SIZE**3 / 1e9  # 2 for each multiply-add


def time_products(precision: str, num_steps: int) -> workload.Span:
    """Time some steps, each of which multiplies SIZExSIZE matrices several times.

    Args:
        precision: a value of ``train_vae.precision``.
        num_steps: number of timed steps.
    """
    from latentmaps import machine
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

    machine.configure(loader.load(measuring.ROOT / "params.yaml").section(Machine))
    # imported after TensorFlow has been configured
    import tensorflow as tf

    from latentmaps.vae.training import compute_dtype

    noise = tf.random.stateless_normal((SIZE, SIZE), seed=(0, 1))
    matrix = tf.cast(noise, compute_dtype.choose(precision))

    def step() -> None:
        for _ in range(PRODUCTS_PER_STEP):
            product = tf.matmul(matrix, matrix)
        product[0, 0].numpy()  # waits for the device

    return workload.time_steps(step, num_steps)
