"""Count the floating-point operations of a training step from the architecture of the VAE."""

import itertools

from latentmaps.vae.network.architecture import Architecture


def count_training_step(shape: Architecture) -> int:
    """Return the operations of a training step per image, counting a multiply-add as 2.

    Only convolutions and matrix products count. The gradients with respect to the weights and to
    the inputs each take as many operations as the forward pass. The first layer needs no gradient
    with respect to its input.
    """
    first, *others = multiply_adds(shape)
    return 2 * (2 * first + 3 * sum(others))


def multiply_adds(shape: Architecture) -> list[int]:
    """Return the multiply-adds of each layer's forward pass per image, in the order of the layers.

    Padded positions count like pixels. A transposed convolution counts like the convolution that it
    reverses. A convolution after resizing works on the larger maps.
    """
    sizes = shape.map_sizes
    read = sizes[1:] if shape.upsampling == "transpose" else sizes[:-1]
    encoder, decoder = (
        [
            size**2 * kernel_size**2 * inputs * outputs
            for size, kernel_size, (inputs, outputs) in zip(
                maps, kernel_sizes, itertools.pairwise([shape.num_channels, *filters]), strict=True
            )
        ]
        for maps, kernel_sizes, filters in (
            (sizes[1:], shape.kernel_sizes, shape.filters),
            (read, shape.decoder_kernels, shape.decoder_maps),
        )
    )
    features = [sizes[-1] ** 2 * filters[-1] for filters in (shape.filters, shape.decoder_maps)]
    widths = [shape.dense_units or num_features for num_features in features]
    latent = [width * shape.latent_dim for width in widths]
    before, after = (
        [num_features * shape.dense_units] if shape.dense_units else [] for num_features in features
    )
    return [*encoder, *before, 2 * latent[0], latent[1], *after, *reversed(decoder)]
