"""The floating-point operations of a training step, counted from the architecture of the VAE."""

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
    sizes, channels = shape.map_sizes, (shape.num_channels, *shape.filters)
    kernels = [
        size**2 * inputs * outputs
        for size, inputs, outputs in zip(shape.kernel_sizes, channels, shape.filters, strict=False)
    ]
    read = sizes[1:] if shape.upsampling == "transpose" else sizes[:-1]
    encoder, decoder = (
        [size**2 * kernel for size, kernel in zip(maps, kernels, strict=True)]
        for maps in (sizes[1:], read)
    )
    features = sizes[-1] ** 2 * shape.filters[-1]
    width = shape.dense_units or features
    dense = [] if shape.dense_units is None else [features * width]
    latent = width * shape.latent_dim
    return [*encoder, *dense, 2 * latent, latent, *dense, *reversed(decoder)]
