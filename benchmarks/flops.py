"""The floating-point operations of a training step, counted from the architecture of the VAE."""

import itertools

from latentmaps.vae.network.architecture import Architecture


def of_training_step(shape: Architecture) -> int:
    """Return the operations of a step for one image, 2 for each multiply-add.

    Convolutions and matrices count, nothing else does. The gradients of the weights and of the
    inputs take as many as the forward pass; the first layer needs no gradient of its inputs.
    """
    first, *others = multiply_adds(shape)
    return 2 * (2 * first + 3 * sum(others))


def multiply_adds(shape: Architecture) -> list[int]:
    """Return those of each layer's forward pass for one image, from the image on.

    A convolution with same padding counts its margins as if they were pixels. A transposed one
    counts as the convolution that it undoes; one behind resized maps works on the larger maps.
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
    widths = [shape.dense_units or each for each in features]
    latent = [width * shape.latent_dim for width in widths]
    before, behind = ([each * shape.dense_units] if shape.dense_units else [] for each in features)
    return [*encoder, *before, 2 * latent[0], latent[1], *behind, *reversed(decoder)]
