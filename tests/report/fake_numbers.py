"""Numbers and titles of the fake results in ``fake_results``.

The numbers start from the committed ones, so these tests fail if the schema changes. The tests
override the values that they quote.
"""

from typing import Any

from tests.committed_numbers import override, read_committed

from latentmaps.report import glossary

_COMMITTED = {stage: read_committed(stage) for stage in ("train_vae", "evaluate_vae", "train_cnn")}


def _layers(stage: str, *rows: tuple[str, str, str, int, float]) -> list[dict[str, Any]]:
    committed = _COMMITTED[stage]["layers"][0]
    names = ("network", "layer", "output_shape", "weights", "share")
    return [override(committed, dict(zip(names, row, strict=True))) for row in rows]


LAYERS = {"Conv2D_1": 4, "Conv2D_2": 6}
TRAIN_VAE = override(
    _COMMITTED["train_vae"],
    {
        "fact": 5.0,
        "beta_equivalent": 15.0,
        "val_kl_share": 0.0221,
        "val_kl_share_above_floor": 0.31,
        "latent_dim": 256,
        "num_parameters": 5_123_456,
        "layers": _layers(
            "train_vae",
            ("encoder", "convolution_1", "48x48x32", 864, 0.00017),
            ("encoder", "z_mean", "256", 3_002_592, 0.586),
            ("decoder", "features", "9216", 2_120_000, 0.4138),
        ),
        "dense_share": 0.9998,
        "epoch": 3,
        "epochs": 3,
        "num_train": 2500,
        "num_steps": 1234,
        "seed": 2022,
        "precision": "float32",
    },
)
_SAMPLES = _COMMITTED["evaluate_vae"]["samples"]
SAMPLE = override(
    _SAMPLES["prior"],
    {
        "sharpness": 1.9,
        "diversity": 0.21,
        "pixels-pca": {
            "frechet_distance": 2.5,
            "kernel_distance": 0.031,
            "kernel_distance_error": 0.0043,
            "precision": 0.61,
            "recall": 0.42,
            "density": 0.87,
            "coverage": 0.55,
            "nearest_training": 0.93,
        },
    },
)
FEATURES = SAMPLE["pixels-pca"]
REAL = override(
    _SAMPLES["real"],
    {
        "sharpness": 6.4,
        "diversity": 0.33,
        "pixels-pca": {
            "frechet_distance": 0.4,
            "kernel_distance": -0.001,
            "kernel_distance_error": 0.002,
            "precision": 0.95,
            "recall": 0.94,
            "density": 1.01,
            "coverage": 0.97,
            "nearest_training": 1.0,
        },
    },
)
EVALUATE_VAE = override(
    _COMMITTED["evaluate_vae"],
    {
        "psnr_db": 19.87,
        "bce_above_entropy": 0.0412,
        "sharpness_originals": 6.43,
        "sampled": {"psnr_db": 18.55, "bce_above_entropy": 0.0493},
        "kl_nats": 24.31,
        "num_dimensions_used": 41,
        "num_dimensions_90": 57,
        "diversity": 0.22,
        "diversity_originals": 0.34,
        "radius_mean": 15.62,
        "radius_std": 0.81,
        "radius_prior": 15.98,
        "z_mean_rms": 0.0712,
        "z_std_min": 0.8471,
        "mmd_prior": 0.0123,
        "mmd_floor": 0.0004,
        "num_test": 300,
        "num_compared": 250,
        "temperature": 0.8,
        "feature_nets": ["pixels-pca"],
        "samples": {kind: REAL if kind == "real" else SAMPLE for kind in _SAMPLES},
    },
)
# the first of these attributes has too few test faces for a d'
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "Bald": {"num_with": 7, "num_without": 1593, "length": 4.0, "d_prime": None},
    "Smiling": {"num_with": 1100, "num_without": 500, "length": 1.254, "d_prime": 0.812},
    "Wearing_Hat": {"num_with": 179, "num_without": 1421, "length": 4.17, "d_prime": 3.984},
}
EVALUATE_VAE["attributes"] = {
    name: override(EVALUATE_VAE["attributes"][name], values) for name, values in _ATTRIBUTES.items()
}
TRAIN_CNN = override(
    _COMMITTED["train_cnn"],
    {
        "test_accuracy": 0.9785,
        "test_accuracy_per_digit": {str(digit): 0.97 + digit / 500 for digit in range(10)},
        "num_parameters": 221_234,
        "layers": _layers(
            "train_cnn",
            ("CNN", "Conv2D_1", "26x26x32", 100_000, 0.452),
            ("CNN", "dense", "100", 121_234, 0.548),
        ),
        "dense_share": 0.548,
        "epochs": 3,
        "seed": 2022,
    },
)
# stage -> its pictures that are charts, without tiles
CHARTS = {"draw_latent_space": {"z_points", "dimensions", "projection"}}
SHEETS = {
    "draw_reconstructions": {
        "train": "Reconstructions of the train part - fact 5, epoch 12, seed 2022",
        "test": "Reconstructions of the test part - fact 5, epoch 12, seed 2022",
        "sampled": "Reconstructions from a sampled z - fact 5, epoch 12, seed 2022",
    },
    "draw_samples": {
        **{
            f"{name}{suffix}": f"Random faces, z ~ {term.sampler}{words}"
            for name, term in glossary.samplers().items()
            for suffix, words in (
                ("", " - fact 5, epoch 12, seed 2022"),
                ("_processed", ", processed"),
            )
        },
        "temperatures": "Random faces at several temperatures",
    },
    "draw_latent_space": {
        "z_points": "z-points of 300 test faces",
        "dimensions": "Mean, spread and KL of the dimensions",
        "projection": "The plane in which the z-points vary most",
        "interpolations": "Interpolations between test faces",
        "traversals": "Traversals of the 8 dimensions with the most KL",
        "attributes": "Attributes added and taken away",
        "plane": "Map of the plane in which the z-points vary most",
    },
}
# sheets of draw_face_oips
PATTERNS = {
    f"convolution_{number}": f"Convolution {number} of the encoder: the patterns"
    for number in (1, 2)
}
NUM_DIMENSIONS = 20
NUM_CHARTS = sum(map(len, CHARTS.values()))
# including the sheet of activation maps, without the sheets of the layers
NUM_SHEETS = sum(map(len, SHEETS.values())) - NUM_CHARTS + 1
# 8 faces, plus 8 reconstructions and 8 random faces after each of 3 epochs
NUM_FILM_TILES = 8 + 3 * 16
NUM_PATTERNS = 17 * len(PATTERNS)
# the last feature map of each layer is dead
NUM_OIPS = sum(num_maps - 1 for num_maps in LAYERS.values())
