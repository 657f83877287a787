"""Check combinations of values, each of which is within its own range.

Wide layers, large kernels and large images are possible, but not all at once. The limits are the
capacity of a large GPU, and a size at which sheets are still readable. Layers must fit the images,
and the layers to draw must exist. All of this follows from params.yaml alone, so the first stage of
a run refuses bad combinations before any work is done.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from latentmaps.errors import TrainingError, shorten
from latentmaps.params.draw_face_oips import LARGEST_TILE, MOST_TILES
from latentmaps.params.draw_latent_space import LARGEST_TILE_OF_A_MAP
from latentmaps.vae.network.architecture import Architecture
from latentmaps.vae.training import training_length

# 32 GB, including gradients and the two moments of Adam
_MAX_WEIGHTS = 2_000_000_000
# in one layer for one batch; TensorFlow kernels count up to 2^31
_MAX_VALUES = 2_000_000_000
_MAX_TILES = 500
# Pillow warns about pictures of more than 89 million pixels
_MAX_PIXELS = 80_000_000

# faces per row of the sheet of temperatures
TEMPERATURE_COLUMNS = 8
# profile whose faces are pushed to a shared remote (see .dvc/config) -> the only allowed source
_SHARED_PROFILES = {"sample": "avatars", "digits": "digits"}
_DIGIT_SIZE = 28
_NUM_DIGITS = 10
# weights per feature map in batch normalization
_NORMALIZATION = 4


def check(sections: Mapping[str, Any], profile: str) -> Iterator[str]:
    """Yield a line for each combination that is too large or inconsistent.

    Args:
        sections: name -> checked instance of its dataclass, for every section of params.yaml.
        profile: the profile from which the values come.
    """
    source = sections["fetch_faces"].source
    shared = _SHARED_PROFILES.get(profile, source)
    if source != shared:
        yield (
            f"profiles.{profile}.fetch_faces.source: found {source}, expected {shared}, since "
            "`dvc push` sends the faces of this profile to others; set profile to own or celeba"
        )
    crop, vae, cnn = (sections[name] for name in ("crop_faces", "train_vae", "train_cnn"))
    if vae.fact == 0 and vae.fact_warmup_epochs:
        yield (
            f"train_vae.fact_warmup_epochs: found {vae.fact_warmup_epochs} with fact 0, expected "
            "0, since there is no weight to rise to; set it to 0, or raise fact"
        )
    yield from _check_vae(vae, crop)
    cnn_values = max(size * size * num_maps for size, num_maps in _cnn_maps(cnn))
    yield from _check_network("train_cnn", cnn_weights(cnn), cnn.batch_size * cnn_values)
    yield from _check_layers(sections["draw_oips"].layers, num_layers=len(cnn.filters))
    for name, sheets in _face_sheets(sections).items():
        scale = sections[name].tile_scale
        for keys, tiles in sheets.items():
            place = f"{name}.{keys}{_describe_scale(scale)}"
            yield from _check_sheet(place, tiles, tiles * (scale * crop.image_size) ** 2)
    yield from _check_map(sections["draw_latent_space"], vae.latent_dim, crop.image_size)
    yield from _check_patterns(sections["draw_face_oips"].tile_scale, vae)
    largest = max(num * (size + 1) ** 2 for size, num in _cnn_maps(cnn))
    mosaics = len(sections["draw_activation_maps"].digits) * (len(cnn.filters) + 1)
    yield from _check_sheet(
        "draw_activation_maps.digits times the layers of train_cnn.filters",
        mosaics,
        mosaics * largest,
    )


def vae_weights(shape: Architecture) -> int:
    """Return the number of weights of the encoder and the decoder."""
    dense = [shape.dense_units] if shape.dense_units else []
    encoder_widths, decoder_widths = (
        [shape.map_sizes[-1] ** 2 * filters[-1], *dense]
        for filters in (shape.filters, shape.decoder_maps)
    )
    # bias or normalization: after each convolution of the encoder, before each one of the decoder
    of_map = 1 if shape.batch_norm == "none" else _NORMALIZATION
    encoder = _kernels(shape, shape.filters, shape.kernel_sizes) + of_map * sum(shape.filters)
    encoder += _dense([*encoder_widths, shape.latent_dim]) + _dense(
        [encoder_widths[-1], shape.latent_dim]
    )
    decoder = _kernels(shape, shape.decoder_maps, shape.decoder_kernels) + shape.num_channels
    decoder += of_map * sum(shape.decoder_maps[:-1]) + _dense(
        [shape.latent_dim, *reversed(decoder_widths)]
    )
    return encoder + decoder


def _kernels(shape: Architecture, filters: Sequence[int], kernel_sizes: Sequence[int]) -> int:
    """Return the number of weights in the convolution kernels of the encoder or the decoder."""
    layers = zip(kernel_sizes, itertools.pairwise([shape.num_channels, *filters]), strict=True)
    return sum(kernel_size**2 * n * m for kernel_size, (n, m) in layers)


def vae_values(shape: Architecture) -> int:
    """Return the number of values in the largest layer of feature maps, for one image."""
    maps, decoder_maps = (
        list(zip(shape.map_sizes, (shape.num_channels, *filters), strict=True))
        for filters in (shape.filters, shape.decoder_maps)
    )
    maps += decoder_maps
    if shape.upsampling == "resize":
        # the decoder enlarges the maps before it changes their number
        maps += [(size, num) for (size, _), (_, num) in itertools.pairwise(decoder_maps)]
    return max(size * size * num_maps for size, num_maps in maps)


def cnn_weights(cnn: Any) -> int:
    """Return the number of weights of the CNN.

    Args:
        cnn: the ``train_cnn`` section.
    """
    channels = [1, *cnn.filters]
    kernels = sum((cnn.kernel_size**2 * n + 1) * m for n, m in itertools.pairwise(channels))
    size, last = _cnn_maps(cnn)[-1]
    return kernels + _dense([size * size * last, cnn.dense_units, _NUM_DIGITS])


def _dense(widths: Sequence[int]) -> int:
    """Return the number of weights of the dense layers that connect layers of these widths."""
    return sum((n + 1) * m for n, m in itertools.pairwise(widths))


def _cnn_maps(cnn: Any) -> list[tuple[int, int]]:
    """Return the height and the number of the maps after each convolution."""
    maps, size = [], _DIGIT_SIZE
    for index, num_maps in enumerate(cnn.filters):
        size = (size // cnn.pool_size if index else size) - cnn.kernel_size + 1
        maps.append((size, num_maps))
    return maps


def _face_sheets(sections: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return each section's sheet sizes in tiles, keyed by the parameters that determine them."""
    samples, walks = sections["draw_samples"], sections["draw_latent_space"]
    pairs = sections["draw_reconstructions"]
    # with the reconstruction from a sampled z
    kinds = 3 if sections["train_vae"].corruption == "none" else 4
    return {
        "draw_reconstructions": {
            "num_columns times row_seeds": kinds * pairs.num_columns * len(pairs.row_seeds),
        },
        "draw_samples": {
            "num_samples": samples.num_samples,
            "temperatures": TEMPERATURE_COLUMNS * len(samples.temperatures),
        },
        "draw_latent_space": {
            "num_dimensions times num_steps": walks.num_dimensions * walks.num_steps,
            "num_pairs times num_steps": walks.num_pairs * walks.num_steps,
            "attributes times num_steps": 2 * len(walks.attributes) * walks.num_steps,
        },
    }


def _check_map(walks: Any, latent_dim: int, image_size: int) -> Iterator[str]:
    """Yield a line if the map of the latent space has too many pixels.

    The number of its tiles is limited by the range of `plane_steps`.
    """
    tiles = walks.plane_steps ** min(latent_dim, 2)
    edge = walks.tile_scale * min(image_size, LARGEST_TILE_OF_A_MAP)
    place = f"draw_latent_space.plane_steps{_describe_scale(walks.tile_scale)}"
    yield from _check_pixels(place, tiles, tiles * edge**2)


def _check_patterns(tile_scale: int, vae: Any) -> Iterator[str]:
    """Yield a line if the sheet of patterns has too many pixels; its number of tiles is limited."""
    seen, stride = 1, 1
    for kernel_size, step in zip(vae.kernel_sizes, vae.strides, strict=False):
        seen, stride = seen + (kernel_size - 1) * stride, stride * step
    tiles = min(max(vae.filters), MOST_TILES)
    place = f"draw_face_oips.tile_scale {tile_scale}"
    yield from _check_pixels(place, tiles, tiles * (tile_scale * min(seen, LARGEST_TILE)) ** 2)


def _describe_scale(scale: int) -> str:
    return f" with tile_scale {scale}" if scale > 1 else ""


def _check_vae(vae: Any, crop: Any) -> Iterator[str]:
    size = crop.image_size
    try:
        shape = Architecture.for_images((1, size, size, crop.num_channels), vae)
    except TrainingError as error:
        yield str(error)
        return
    largest = training_length.LARGEST_BATCH_SIZE
    batch_size = largest if vae.batch_size == "auto" else vae.batch_size
    yield from _check_network("train_vae", vae_weights(shape), batch_size * vae_values(shape))


def _check_layers(names: Sequence[str], *, num_layers: int) -> Iterator[str]:
    known = [*(f"Conv2D_{index + 1}" for index in range(num_layers)), "dense", "probabilities"]
    for name in names:
        if name not in known:
            yield (
                f"draw_oips.layers: found {shorten(name)}, expected some of {', '.join(known)}: "
                "a convolution for each value of train_cnn.filters, and the dense layers"
            )


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


def _check_sheet(keys: str, num_tiles: int, num_pixels: int) -> Iterator[str]:
    if num_tiles > _MAX_TILES:
        yield f"{keys}: found a sheet of {num_tiles:,} tiles, expected at most {_MAX_TILES}"
    else:
        yield from _check_pixels(keys, num_tiles, num_pixels)


def _check_pixels(keys: str, num_tiles: int, num_pixels: int) -> Iterator[str]:
    if num_pixels > _MAX_PIXELS:
        yield (
            f"{keys}: found a sheet of {num_tiles:,} tiles and {num_pixels:,} pixels, expected at "
            f"most {_MAX_PIXELS:,} pixels"
        )
