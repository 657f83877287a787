"""What the values of several keys come to together, where each of them is within its own range.

Wide layers, large kernels and large images are possible, but not all of them at once: the limits
here are what a large GPU still holds, and what is still a picture to look at. They are checked
before anything is built. Whether the layers fit the images at all is for the stage to say that
builds the network.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# with their gradients and the two moments of Adam 32 GB
_MAX_WEIGHTS = 2_000_000_000
# of one layer for a batch; kernels of TensorFlow count to 2^31
_MAX_VALUES = 2_000_000_000
# numbers in the covariances of the mixture, 4 GB in double precision
_MAX_COVARIANCES = 500_000_000
_MAX_TILES = 500
# Pillow warns of a picture of more than 89 million pixels
_MAX_PIXELS = 80_000_000

# images a step at most where ``train_vae.batch_size`` is auto
_LARGEST_AUTO = 128
# faces in a row of the sheet of temperatures
_TEMPERATURE_COLUMNS = 8
_DIGIT_SIZE = 28
_NUM_DIGITS = 10
# numbers of a batch normalization for each map
_NORMALIZATION = 4


def check(sections: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each product that is too large.

    Args:
        sections: name -> checked dataclass, every section of params.yaml.
    """
    crop, vae, cnn = (sections[name] for name in ("crop_faces", "train_vae", "train_cnn"))
    batch_size = _LARGEST_AUTO if vae.batch_size == "auto" else vae.batch_size
    yield from _check_network(
        "train_vae", vae_weights(vae, crop), batch_size * vae_values(vae, crop)
    )
    cnn_values = max(size * size * num_maps for size, num_maps in _cnn_maps(cnn))
    yield from _check_network("train_cnn", cnn_weights(cnn), cnn.batch_size * cnn_values)
    yield from _check_covariances(sections["evaluate_vae"].mixture_components, vae.latent_dim)
    for keys, tiles in _face_sheets(sections).items():
        yield from _check_sheet(keys, tiles, tiles * crop.image_size**2)
    largest = max(num * (size + 1) ** 2 for size, num in _cnn_maps(cnn))
    mosaics = len(cnn.activation_digits) * (len(cnn.filters) + 1)
    yield from _check_sheet(
        "train_cnn.activation_digits times the layers of filters", mosaics, mosaics * largest
    )


def vae_weights(vae: Any, crop: Any) -> int:
    """Return the number of weights of encoder and decoder.

    Args:
        vae: the section ``train_vae``.
        crop: the section ``crop_faces``.
    """
    size, last = _vae_maps(vae, crop.image_size)[-1]
    features = size * size * last
    widths = [features, *([vae.dense_units] if vae.dense_units else [])]
    channels = [crop.num_channels, *vae.filters]
    layers = zip(vae.kernel_sizes, itertools.pairwise(channels), strict=True)
    kernels = sum(kernel_size**2 * n * m for kernel_size, (n, m) in layers)
    # biases and normalization: of the encoder behind each convolution, of the decoder before each
    of_map = 1 + (0 if vae.batch_norm == "none" else _NORMALIZATION)
    encoder = kernels + of_map * sum(vae.filters) + _dense([*widths, vae.latent_dim])
    encoder += _dense([widths[-1], vae.latent_dim])
    decoder = kernels + of_map * sum(vae.filters[:-1]) + crop.num_channels
    return encoder + decoder + _dense([vae.latent_dim, *reversed(widths)])


def vae_values(vae: Any, crop: Any) -> int:
    """Return the number of values of the largest layer of maps, for one image.

    Args:
        vae: the section ``train_vae``.
        crop: the section ``crop_faces``.
    """
    maps = [(crop.image_size, crop.num_channels), *_vae_maps(vae, crop.image_size)]
    if vae.upsampling == "resize":
        # the decoder enlarges the maps first, and only then lowers their number
        maps += [(size, num) for (size, _), (_, num) in itertools.pairwise(maps)]
    return max(size * size * num_maps for size, num_maps in maps)


def cnn_weights(cnn: Any) -> int:
    """Return the number of weights of the CNN.

    Args:
        cnn: the section ``train_cnn``.
    """
    channels = [1, *cnn.filters]
    kernels = sum((cnn.kernel_size**2 * n + 1) * m for n, m in itertools.pairwise(channels))
    size, last = _cnn_maps(cnn)[-1]
    return kernels + _dense([size * size * last, cnn.dense_units, _NUM_DIGITS])


def _dense(widths: Sequence[int]) -> int:
    """Return the number of weights of dense layers between these widths."""
    return sum((n + 1) * m for n, m in itertools.pairwise(widths))


def _vae_maps(vae: Any, image_size: int) -> list[tuple[int, int]]:
    """Return height and number of the maps behind each convolution of the encoder."""
    maps, size = [], image_size
    layers = zip(vae.filters, vae.kernel_sizes, vae.strides, vae.paddings, strict=True)
    for num_maps, kernel_size, stride, padding in layers:
        size = max(1, -(-(size if padding == "same" else size - kernel_size + 1) // stride))
        maps.append((size, num_maps))
    return maps


def _cnn_maps(cnn: Any) -> list[tuple[int, int]]:
    """Return height and number of the maps behind each convolution."""
    maps, size = [], _DIGIT_SIZE
    for index, num_maps in enumerate(cnn.filters):
        size = (size // cnn.pool_size if index else size) - cnn.kernel_size + 1
        maps.append((size, num_maps))
    return maps


def _face_sheets(sections: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of tiles of each sheet of faces, by the keys that decide it."""
    samples, walks = sections["draw_samples"], sections["draw_latent_space"]
    pairs = sections["draw_reconstructions"]
    kinds = 2 if sections["train_vae"].corruption == "none" else 3
    return {
        "draw_reconstructions.num_columns times row_seeds": kinds
        * pairs.num_columns
        * len(pairs.row_seeds),
        "draw_samples.num_samples": samples.num_samples,
        "draw_samples.temperatures": _TEMPERATURE_COLUMNS * len(samples.temperatures),
        "draw_latent_space.num_dimensions times num_steps": walks.num_dimensions * walks.num_steps,
        "draw_latent_space.num_pairs times num_steps": walks.num_pairs * walks.num_steps,
        "draw_latent_space.attributes times num_steps": 2 * len(walks.attributes) * walks.num_steps,
    }


def _check_network(section: str, num_weights: int, num_values: int) -> Iterator[str]:
    if num_weights > _MAX_WEIGHTS:
        yield (
            f"{section}: found a network of {num_weights:,} weights, expected at most "
            f"{_MAX_WEIGHTS:,}; lower filters or the widths of the dense layers"
        )
    if num_values > _MAX_VALUES:
        yield (
            f"{section}: found a layer of {num_values:,} values for a batch, expected at most "
            f"{_MAX_VALUES:,}; lower batch_size or filters"
        )


def _check_covariances(num_components: int, latent_dim: int) -> Iterator[str]:
    if num_components * latent_dim**2 > _MAX_COVARIANCES:
        yield (
            f"evaluate_vae.mixture_components: found {num_components} for a latent_dim of "
            f"{latent_dim}, expected at most {max(1, _MAX_COVARIANCES // latent_dim**2)}"
        )


def _check_sheet(keys: str, num_tiles: int, num_pixels: int) -> Iterator[str]:
    if num_tiles > _MAX_TILES:
        yield f"{keys}: found a sheet of {num_tiles:,} tiles, expected at most {_MAX_TILES}"
    elif num_pixels > _MAX_PIXELS:
        yield (
            f"{keys}: found a sheet of {num_tiles:,} tiles and {num_pixels:,} pixels, expected at "
            f"most {_MAX_PIXELS:,} pixels"
        )
