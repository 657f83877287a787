"""How fast this machine multiplies large matrices: what a training could reach at most."""

from benchmarks import measuring, workload

SIZE = 2048
PRODUCTS_A_STEP = 4  # about as many operations as a step of 128 images
GFLOP_A_STEP = PRODUCTS_A_STEP * 2 * SIZE**3 / 1e9  # 2 for each multiply-add


def time_products(precision: str, num_steps: int) -> workload.Span:
    """Return the time of some steps, each some products of SIZExSIZE matrices.

    Args:
        precision: as in ``train_vae.precision``.
        num_steps: timed steps.
    """
    from latentmaps import machine
    from latentmaps.params import loader
    from latentmaps.params.machine import Machine

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

    return workload.time_steps(step, num_steps)
